import { existsSync } from 'node:fs';
import { join as joined } from 'node:path';
import { MINUTE_MS } from '../core/time.js';
import { machineTime } from '../node/time.js';
import { DEMO_PLACE, demoSettings } from './demo.js';
import { writeLines } from '../node/folder.js';
import { backup } from './log/backup.js';
import { connect, LOG_FILE, takeLock } from './log/database.js';
import { exportedLog } from './log/export.js';
import { LogFault } from './log/faults.js';
import { migrate } from './log/schema.js';
import { prepareProjectors } from './log/projector.js';
import { rebuild } from './log/rebuild.js';
import { restore, SKIP_NUMBERS, type CatchUp } from './log/restore.js';
import { isVerifierKey } from '../chain/note.js';
import { ownKeyIn } from './log/signer.js';
import { verify, type Verified } from './log/verify.js';
import { asksHelp, EXIT, Misuse, parsed } from '../node/misuse.js';
import { numbersOf } from './options.js';
import { projectors } from './projectors.js';
import { STANDBY_ID } from '../core/protocol/standby.js';
import { ownOf } from './upstream/own.js';
import { loadSettings, type Settings } from './settings.js';
import { ConfigurationError } from '../node/settings.js';
import { EnrolFault, join, rekey } from '../node/forward/enrol.js';
import { catchUpFrom } from './upstream/catchup.js';
import { sourceOf } from './upstream/tail.js';
import { CODE_LIFE_MS, makeManagerCode } from './setup.js';

const COMMANDS = [
  ...(['verify', 'backup', 'restore', 'rebuild', 'export', 'manager'] as const),
  ...(['join', 'rekey'] as const),
] as const;
type CommandName = (typeof COMMANDS)[number];

const USAGE = `Commands for a centre:
  verify  [--config FILE] [--key KEY]    checks the whole log, without FILE the demo's; a server
                                         may be running. KEY is a verifier key, as kept on paper
  backup  --config FILE --to FOLDER      copies the log and its keys, also while a server runs,
                                         into a new folder, and verifies it: it holds secrets
  restore --config FILE --from FOLDER [--skip N] [--alone | --upstream ID --code CODE]
                                         puts a backup in place of the log (server stopped), and
                                         fetches what came after it from the upstreams of FILE;
                                         each series jumps ahead by N numbers (up to
                                         ${SKIP_NUMBERS}). --alone asks no upstream, --code
                                         enrols there anew
  rebuild --config FILE                  makes the reports' tables anew (server stopped)
  export  --config FILE --out FILE       writes the whole log in lines that verify/verify.mjs, or
                                         anybody, can check without these programs
  manager --config FILE                  shows a code with which the manager's page enrols again
                                         and names a manager; a server may be running
  join    --config FILE --upstream ID --code CODE
                                         enrols the centre at an upstream of FILE, with the code
                                         of an operator there; a server may be running
  rekey   --config FILE --upstream ID    gives the centre another key for that upstream`;

const KEY_FORM = 'dawr/CENTRE+8 HEX DIGITS+BASE64, as verify prints it';

type Say = (line: string) => void;
interface Options {
  readonly config?: string;
  readonly key?: string;
  readonly to?: string;
  readonly from?: string;
  readonly skip?: string;
  readonly upstream?: string;
  readonly code?: string;
  readonly out?: string;
  readonly alone?: boolean;
}
interface Place {
  readonly directory: string;
  readonly centreId: string;
  readonly file: string;
  readonly settings: Settings;
}

export const isCommand = (word: string | undefined): word is CommandName =>
  COMMANDS.some((command) => command === word);

/** Their words are for the person at the terminal. */
const TOLD = [LogFault, ConfigurationError, EnrolFault];

/** Carries out one of the commands; returns the exit code. */
export const runCommand = async (
  argv: readonly string[],
  say: Say = (line) => void process.stdout.write(`${line}\n`),
): Promise<number> => {
  if (asksHelp(argv)) {
    say(USAGE);
    return EXIT.done;
  }
  try {
    const { name, options } = parse(argv);
    return await HANDLERS[name](await placeOf(name, options.config), options, say);
  } catch (error) {
    if (error instanceof Misuse) {
      say(`${error.message}\n\n${USAGE}`);
      return EXIT.usage;
    }
    // Anything else is a fault of this program.
    if (TOLD.some((kind) => error instanceof kind)) say((error as Error).message);
    else say(`${argv[0]} failed: ${error instanceof Error ? error.message : 'unknown'}`);
    return EXIT.failed;
  }
};

const parse = (argv: readonly string[]): { name: CommandName; options: Options } => {
  const text = { type: 'string' } as const;
  const options = {
    ...{ config: text, key: text, to: text, from: text, skip: text },
    ...{ upstream: text, code: text, out: text, alone: { type: 'boolean' } as const },
  };
  const { positionals, values } = parsed({ args: [...argv], options, allowPositionals: true });
  const [name, surplus] = positionals;
  if (!isCommand(name)) throw new Misuse(`${name ?? 'nothing'} is not a command.`);
  if (surplus !== undefined) throw new Misuse(`${name} takes no ${surplus}: see the options.`);
  return { name, options: values };
};

/** Where the log lies. Looking at the demo's needs no configuration; all else names its centre. */
const placeOf = async (name: CommandName, config: string | undefined): Promise<Place> => {
  if (config === undefined && name !== 'verify') {
    throw new Misuse(`say which centre: ${name} --config FILE`);
  }
  const settings =
    config === undefined ? await demoSettings(DEMO_PLACE) : await loadSettings(config);
  const { server, configuration } = settings;
  const file = joined(server.data, LOG_FILE);
  return { directory: server.data, centreId: configuration.centre.id, file, settings };
};

const needFile = ({ file }: Place): void => {
  if (!existsSync(file)) throw new LogFault('log.missing', `there is no log at ${file}`);
};

const counted = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? '' : 's'}`;

const report = ({ events, streams, checkpoints, head, problems }: Verified, say: Say): void => {
  const hold = checkpoints === 1 ? 'checkpoint holds' : 'checkpoints hold';
  say(
    `${counted(events, 'event')} in ${counted(streams, 'stream')}, ${checkpoints} signed ${hold}`,
  );
  if (head !== null) say(`head ${head.stream}:${head.seq} ${head.hash}`);
  for (const problem of problems) say(`WRONG ${problem}`);
  say(problems.length === 0 ? 'the log is sound' : 'the log is NOT sound');
};

const standbyWay = (standby: NonNullable<Settings['server']['standby']>) => ({
  ...{ ...standby, id: STANDBY_ID, proxy: null },
});

/** The upstream, or the standby, that a command names. */
const upstreamOf = ({ directory, settings }: Place, upstreamId: string | undefined) => {
  const { upstreams, standby } = settings.server;
  const ways = [...upstreams, ...(standby === null ? [] : [standbyWay(standby)])];
  const ids = ways.map(({ id }) => id).join(', ');
  const way = ways.find(({ id }) => id === upstreamId);
  if (way !== undefined) {
    return { directory, upstreamId: way.id, way };
  }
  if (upstreamId === STANDBY_ID) {
    throw new Misuse('the file has no standby: write server.standby in it first');
  }
  if (ids === '') throw new Misuse('the file has no upstream: write server.upstreams in it first');
  throw new Misuse(`say which upstream: --upstream ID, of ${ids}`);
};

/** How a restored log learns what came after it was saved. */
const catchUpOf = (place: Place, { alone, code, upstream }: Options, say: Say): CatchUp => {
  if (alone === true && code !== undefined) throw new Misuse('--alone asks nobody: leave --code');
  const { settings } = place;
  const sources = alone === true ? [] : settings.server.upstreams.map(sourceOf);
  const { centre } = settings.configuration;
  const enrolment =
    code === undefined ? null : { source: sourceOf(upstreamOf(place, upstream).way), code };
  return catchUpFrom({ sources, centre, enrolment, say });
};

type Handler = (place: Place, options: Options, say: Say) => number | Promise<number>;

const HANDLERS: Readonly<Record<CommandName, Handler>> = {
  verify: (place, { key }, say) => {
    if (key !== undefined && !isVerifierKey(key)) {
      throw new Misuse(`--key ${key} is not a verifier key: it looks like ${KEY_FORM}`);
    }
    needFile(place);
    const database = connect(place.file, { readonly: true });
    try {
      const keys = key === undefined ? {} : { keys: [key] };
      const verified = verify(database, { projectors, ...keys });
      report(verified, say);
      const own = ownKeyIn(place.directory, place.centreId);
      if (own !== null) say(`this centre signs with ${own}`);
      return verified.problems.length === 0 ? EXIT.done : EXIT.found;
    } finally {
      database.close();
    }
  },
  backup: async (place, { to }, say) => {
    needFile(place);
    if (to === undefined) throw new Misuse('say where to: --to FOLDER');
    const verified = await backup(place.directory, to, { projectors });
    report(verified, say);
    say(`${verified.folder} was written, and verified by restoring it`);
    say('it holds the keys of the centre: keep it where only its keeper can read it');
    return EXIT.done;
  },
  restore: async (place, options, say) => {
    const { from, skip } = options;
    if (from === undefined) throw new Misuse('say what from: --from FOLDER');
    const {
      stream,
      previous,
      kept,
      skip: jumped,
    } = await restore(
      {
        ...{ directory: place.directory, centreId: place.centreId },
        ...{ time: machineTime, projectors, catchUp: catchUpOf(place, options, say) },
        ...(skip === undefined ? {} : { skip: numbersOf(skip) }),
      },
      from,
    );
    say(`restored up to ${previous.stream}:${previous.seq}; the log goes on as ${stream}`);
    say(`each series jumps ahead by ${jumped} numbers`);
    if (kept !== null) say(`the log that was there is kept in ${kept}`);
    return EXIT.done;
  },
  rebuild: (place, _, say) => {
    needFile(place);
    const lock = takeLock(place.directory);
    const database = connect(place.file);
    try {
      migrate(database);
      prepareProjectors(database, projectors);
      const rebuilt = rebuild(database, projectors);
      for (const { name, unchanged, hash } of rebuilt) {
        say(`${name}: ${unchanged ? 'unchanged' : 'was WRONG, is made right'} ${hash}`);
      }
      return rebuilt.every(({ unchanged }) => unchanged) ? EXIT.done : EXIT.found;
    } finally {
      database.close();
      lock.release();
    }
  },
  export: async (place, { out }, say) => {
    needFile(place);
    if (out === undefined) throw new Misuse('say where to: --out FILE');
    const database = connect(place.file, { readonly: true });
    try {
      const lines = await writeLines(out, exportedLog(database, place.centreId));
      say(`${out} holds the log, ${counted(lines, 'line')} of it`);
      return EXIT.done;
    } finally {
      database.close();
    }
  },
  manager: (place, _, say) => {
    needFile(place);
    const code = makeManagerCode(place.directory, machineTime.wall());
    say(`Open the page /manager/manager/ of this centre and enter the code ${code}`);
    say(`It is good once, for ${CODE_LIFE_MS / MINUTE_MS} minutes: give it to nobody else.`);
    return EXIT.done;
  },
  join: async (place, { upstream, code }, say) => {
    needFile(place);
    const named = upstreamOf(place, upstream);
    if (code === undefined) throw new Misuse('say with which code: --code CODE');
    const own = ownOf(place.directory, place.settings.configuration.centre);
    const governorateId = await join(named, own, code);
    const where = governorateId === null ? '' : ` as a centre of ${governorateId}`;
    say(`${place.centreId} is enrolled at ${named.way.url}${where}`);
    say(`a server that was started with ${upstream} in its file forwards now; restart any other`);
    return EXIT.done;
  },
  rekey: async (place, { upstream }, say) => {
    needFile(place);
    const named = upstreamOf(place, upstream);
    if (upstream === STANDBY_ID) {
      throw new Misuse('a standby takes no other key: begin it anew by standby --anew, and join');
    }
    await rekey(named, place.centreId);
    say(`${place.centreId} signs with another key for ${named.way.url} from now on`);
    return EXIT.done;
  },
};
