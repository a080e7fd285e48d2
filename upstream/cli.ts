import { randomBytes } from 'node:crypto';
import { SecretHasher } from '../node/secrets.js';
import { Accounts } from './access/accounts.js';
import { audit } from './access/audit.js';
import { pepperIn } from './access/pepper.js';
import { EnrolFault, join, rekey, type Place } from '../node/forward/enrol.js';
import { EXIT, Misuse, parsed } from '../node/misuse.js';
import { ConfigurationError } from '../node/settings.js';
import { machineTime, machineTimers } from '../node/time.js';
import type { Millis } from '../core/configuration.js';
import type { AuditAction } from '../core/protocol/overview.js';
import { senderIdOf, senderNameOf } from '../core/protocol/upstream.js';
import { ID } from '../core/protocol/forms.js';
import { CODE_LIFE_MS, makeCode, revoke } from './centres/enrolment.js';
import { exportedLog } from './export.js';
import { recompute } from './facts/projector.js';
import { loadSettings, type Settings } from './settings.js';
import { StoreFault, type Database, type Queries } from './store/database.js';
import { openStore } from './store/open.js';
import { writeLines } from '../node/folder.js';
import { DAY_MS } from '../core/time.js';

export const COMMANDS = [
  ...(['operator', 'code', 'revoke', 'recompute', 'export'] as const),
  ...(['join', 'rekey'] as const),
] as const;
type CommandName = (typeof COMMANDS)[number];

export const USAGE = `Commands. Those marked * need the store: one in a folder must not be in use.

  operator --config FILE --name ID         * gives an operator of all centres a new secret, or
                                             names one
  code    --config FILE --centre ID --governorate ID
  code    --config FILE --relay ID         * shows a one-time code with which a centre, or the data
                                             centre of a governorate, enrols here
  revoke  --config FILE --centre ID        * takes nothing more of a centre
  recompute --config FILE --centre ID      * makes a centre's figures anew from its events
  export  --config FILE --centre ID --out FILE
                                           * writes a centre's log in lines that verify/verify.mjs
                                             checks
  join    --config FILE --upstream ID --code CODE
                                             enrols this data centre at one above, as a relay
  rekey   --config FILE --upstream ID        gives this data centre another key for that one`;

type Say = (line: string) => void;

interface Options {
  readonly centre?: string;
  readonly governorate?: string;
  readonly relay?: string;
  readonly upstream?: string;
  readonly code?: string;
  readonly out?: string;
  readonly name?: string;
}

export const isCommand = (word: string | undefined): word is CommandName =>
  COMMANDS.some((command) => command === word);

/** An id that an option gives. */
const idOf = (name: keyof Options, options: Options): string => {
  const id = options[name];
  if (id !== undefined && ID.test(id)) return id;
  throw new Misuse(
    id === undefined
      ? `say which: --${name} ID`
      : `--${name} ${id} is not an id: small letters, digits and hyphens`,
  );
};

const placeOf = ({ upstreams, data }: Settings, options: Options): Place => {
  const id = idOf('upstream', options);
  const way = upstreams.find((one) => one.id === id);
  if (way !== undefined) return { directory: data, upstreamId: id, way };
  throw new Misuse(`the file has no upstream ${id}: write it into upstreams first`);
};

/** Works on the store, and lets go of it. */
const withStore = async <T>(settings: Settings, work: (database: Database) => Promise<T>) => {
  let broken: StoreFault | undefined;
  const database = await openStore(settings, machineTimers, (fault) => {
    // What befell it beside the answers; that nothing is answered any more follows from this.
    if (fault instanceof StoreFault) broken = fault;
  });
  try {
    return await work(database);
  } catch (fault) {
    throw broken ?? fault;
  } finally {
    await database.close();
  }
};

/** What is done to a sender is written down with it, unless there was nothing to do. */
const written = <T>(
  settings: Settings,
  told: { readonly action: AuditAction; readonly subject: string },
  work: (queries: Queries, now: Millis) => Promise<T>,
): Promise<T> =>
  withStore(settings, (database) =>
    database.transaction(async (queries) => {
      const at = machineTime.wall();
      const done = await work(queries, at);
      // Who sits at the terminal is not known.
      if (done !== false) await audit(queries, { accountId: '', line: 'terminal', at }, told);
      return done;
    }),
  );

/** Whether there is such an operator now; one who has an account of another kind is none. */
const nameOperator = async (
  { data }: Settings,
  database: Database,
  { id, secret }: { readonly id: string; readonly secret: string },
): Promise<boolean> => {
  const accounts = new Accounts(database, new SecretHasher(pepperIn(data)));
  const actor = { accountId: id, line: 'terminal', at: machineTime.wall() };
  const known = (await accounts.all()).find((account) => account.id === id);
  if (known !== undefined && (known.role !== 'operator' || known.scope !== null)) return false;
  const refused =
    known === undefined
      ? await accounts.add({ id, name: id, role: 'operator', scope: null, secret }, actor)
      : await accounts.setSecret(id, secret, actor);
  return refused === undefined;
};

/** Whether a centre has ever enrolled, here or below; says so where it has not. */
const isKnown = async (queries: Queries, centreId: string, say: Say): Promise<boolean> => {
  const found = await queries.query('SELECT 1 FROM centre WHERE centre_id = $1', [centreId]);
  if (found.length === 0) say(`${centreId} is not enrolled here`);
  return found.length > 0;
};

const RECOMPUTED: Readonly<Record<Awaited<ReturnType<typeof recompute>>, string>> = {
  whole: 'its figures follow from its events',
  stopped: 'its figures end before that event; the alarm on the page has the steps',
  kept: 'events that its figures follow from are no longer kept; nothing was changed',
};

type Handler = (settings: Settings, options: Options, say: Say) => Promise<number>;

const HANDLERS: Readonly<Record<CommandName, Handler>> = {
  operator: async (settings, options, say) => {
    const id = idOf('name', options);
    const secret = randomBytes(12).toString('base64url');
    const isDone = await withStore(settings, (database) =>
      nameOperator(settings, database, { id, secret }),
    );
    say(
      isDone
        ? `${id} signs in with ${secret}`
        : `${id} is no operator of all centres: give another name`,
    );
    return isDone ? EXIT.done : EXIT.failed;
  },
  code: async (settings, options, say) => {
    const isRelay = options.relay !== undefined;
    const senderId = isRelay
      ? senderIdOf({ kind: 'relay', id: idOf('relay', options) })
      : idOf('centre', options);
    const governorateId = isRelay ? idOf('relay', options) : idOf('governorate', options);
    const { kind, id } = senderNameOf(senderId);
    const told = { action: `${kind}.code`, subject: `${id} ${governorateId}` } as const;
    const { code } = await written(settings, told, (queries, now) =>
      makeCode(queries, { senderId, governorateId }, now),
    );
    say(`Code for ${senderId}: ${code}`);
    say(`It is good once, for ${CODE_LIFE_MS / DAY_MS} days: give it to nobody else.`);
    return EXIT.done;
  },
  revoke: async (settings, options, say) => {
    const id = idOf('centre', options);
    const told = { action: 'centre.revoked', subject: id } as const;
    const wasThere = await written(settings, told, (queries, now) => revoke(queries, id, now));
    say(wasThere ? `nothing more is taken of ${id}` : `${id} is not enrolled here`);
    return wasThere ? EXIT.done : EXIT.failed;
  },
  recompute: async (settings, options, say) => {
    const id = idOf('centre', options);
    const now = machineTime.wall;
    const onFault = (fault: unknown): void => say((fault as Error).message);
    const became = await withStore(settings, async (database) =>
      (await isKnown(database, id, say)) ? recompute(database, id, { now, onFault }) : null,
    );
    if (became !== null) say(`${id}: ${RECOMPUTED[became]}`);
    return became === 'whole' ? EXIT.done : EXIT.failed;
  },
  export: async (settings, options, say) => {
    const id = idOf('centre', options);
    const { out } = options;
    if (out === undefined) throw new Misuse('say where to: --out FILE');
    const lines = await withStore(settings, async (database) =>
      (await isKnown(database, id, say)) ? writeLines(out, exportedLog(database, id)) : null,
    );
    if (lines === null) return EXIT.failed;
    say(`${lines} lines were written to ${out}`);
    return EXIT.done;
  },
  join: async (settings, options, say) => {
    const place = placeOf(settings, options);
    if (options.code === undefined) throw new Misuse('say with which code: --code CODE');
    const governorateId = await join(place, { kind: 'relay', id: settings.id }, options.code);
    const passed = governorateId === null ? '' : ` centres of ${governorateId} alone`;
    say(
      `${settings.id} is enrolled at ${place.way.url}; a program that runs passes on${passed} soon`,
    );
    return EXIT.done;
  },
  rekey: async (settings, options, say) => {
    const place = placeOf(settings, options);
    await rekey(place, senderIdOf({ kind: 'relay', id: settings.id }));
    say(`${settings.id} signs with another key for ${place.way.url} from now on`);
    return EXIT.done;
  },
};

/** Their words are for the person at the terminal. */
const TOLD = [ConfigurationError, EnrolFault, StoreFault];

/** Carries out one of the commands; returns the exit code. */
export const runCommand = async (
  argv: readonly string[],
  environment: { readonly DATABASE_URL?: string },
  say: Say = (line) => void process.stdout.write(`${line}\n`),
): Promise<number> => {
  try {
    const text = { type: 'string' } as const;
    const { positionals, values } = parsed({
      args: [...argv],
      options: {
        ...{ config: text, centre: text, governorate: text, relay: text },
        ...{ upstream: text, code: text, out: text, name: text },
      },
      allowPositionals: true,
    });
    const [name, surplus] = positionals;
    if (!isCommand(name)) throw new Misuse(`${name ?? 'nothing'} is not a command.`);
    if (surplus !== undefined) throw new Misuse(`${name} takes no ${surplus}: see the options.`);
    const { config, ...options } = values;
    if (config === undefined) throw new Misuse('say which data centre: --config FILE');
    return await HANDLERS[name](await loadSettings(config, environment), options, say);
  } catch (error) {
    if (error instanceof Misuse) {
      say(`${error.message}\n\n${USAGE}`);
      return EXIT.usage;
    }
    if (TOLD.some((kind) => error instanceof kind)) say((error as Error).message);
    else say(`${argv[0]} failed: ${error instanceof Error ? error.message : 'unknown'}`);
    return EXIT.failed;
  }
};
