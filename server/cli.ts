import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { machineTime } from './clock.js';
import { backup } from './log/backup.js';
import { connect, LOG_FILE, takeLock } from './log/database.js';
import { LogFault } from './log/faults.js';
import { migrate } from './log/schema.js';
import { prepareProjectors } from './log/projector.js';
import { rebuild } from './log/rebuild.js';
import { restore, SKIP_NUMBERS } from './log/restore.js';
import { verify, type Verified } from './log/verify.js';
import { projectors } from './projectors.js';
import { ConfigurationError, loadSettings } from './settings.js';

export const COMMANDS = ['verify', 'backup', 'restore', 'rebuild'] as const;
type CommandName = (typeof COMMANDS)[number];

/** Exit codes: 0 as asked · 1 not done · 2 asked wrongly · 3 done, something was wrong. */
export const EXIT = { done: 0, failed: 1, usage: 2, found: 3 } as const;

const USAGE = `Commands for a centre's log:
  verify  --config FILE [--key KEY]      checks the whole log; a server may be running
  backup  --config FILE --to FILE        copies the log, also while a server runs, and verifies it
  restore --config FILE --from FILE [--skip N]
                                         puts a backup in place of the log (server stopped);
                                         each series jumps ahead by N numbers (${SKIP_NUMBERS})
  rebuild --config FILE                  makes the reports' tables anew (server stopped)`;

type Say = (line: string) => void;
interface Options {
  readonly config?: string;
  readonly key?: string;
  readonly to?: string;
  readonly from?: string;
  readonly skip?: string;
}
interface Place {
  readonly directory: string;
  readonly centreId: string;
  readonly file: string;
}

/** The command was asked wrongly; nothing was done. */
class Misuse extends Error {}

export const isCommand = (word: string | undefined): word is CommandName =>
  COMMANDS.some((command) => command === word);

/** Carries out `verify`, `backup`, `restore` or `rebuild`; returns the exit code. */
export const runCommand = async (
  argv: readonly string[],
  say: Say = (line) => void process.stdout.write(`${line}\n`),
): Promise<number> => {
  const asked = parse(argv);
  if (asked === null) {
    say(USAGE);
    return EXIT.usage;
  }
  try {
    return await HANDLERS[asked.name](await placeOf(asked.options.config), asked.options, say);
  } catch (error) {
    if (error instanceof Misuse) {
      say(`${error.message}\n\n${USAGE}`);
      return EXIT.usage;
    }
    // Words for the person at the terminal; anything else is a fault of this program.
    if (error instanceof LogFault || error instanceof ConfigurationError) say(error.message);
    else say(`${asked.name} failed: ${error instanceof Error ? error.message : 'unknown'}`);
    return EXIT.failed;
  }
};

const parse = (
  argv: readonly string[],
): { name: CommandName; options: Options & { config: string } } | null => {
  const text = { type: 'string' } as const;
  const options = { config: text, key: text, to: text, from: text, skip: text };
  try {
    const { positionals, values } = parseArgs({ args: [...argv], options, allowPositionals: true });
    const [name, ...rest] = positionals;
    const { config } = values;
    if (!isCommand(name) || rest.length > 0 || config === undefined) return null;
    return { name, options: { ...values, config } };
  } catch {
    // parseArgs throws on an option that nobody knows: the usage says which there are.
    return null;
  }
};

const placeOf = async (config: string): Promise<Place> => {
  const { server, configuration } = await loadSettings(config);
  const file = join(server.data, LOG_FILE);
  return { directory: server.data, centreId: configuration.centre.id, file };
};

const needFile = ({ file }: Place): void => {
  if (!existsSync(file)) throw new LogFault('log.missing', `there is no log at ${file}`);
};

const report = ({ events, streams, checkpoints, head, problems }: Verified, say: Say): void => {
  say(`${events} events in ${streams} streams, ${checkpoints} signed checkpoints hold`);
  if (head !== null) say(`head ${head.stream}:${head.seq} ${head.hash}`);
  for (const problem of problems) say(`WRONG ${problem}`);
  say(problems.length === 0 ? 'the log is sound' : 'the log is NOT sound');
};

type Handler = (place: Place, options: Options, say: Say) => number | Promise<number>;

const HANDLERS: Readonly<Record<CommandName, Handler>> = {
  verify: (place, { key }, say) => {
    needFile(place);
    const database = connect(place.file, { readonly: true });
    try {
      const verified = verify(database, { projectors, ...(key ? { keys: [key] } : {}) });
      report(verified, say);
      return verified.problems.length === 0 ? EXIT.done : EXIT.found;
    } finally {
      database.close();
    }
  },
  backup: async (place, { to }, say) => {
    needFile(place);
    if (to === undefined) throw new Misuse('say where to: --to FILE');
    const verified = await backup(place.file, to, { projectors });
    report(verified, say);
    say(`${verified.file} was written, and verified by restoring it`);
    return EXIT.done;
  },
  restore: async ({ directory, centreId }, { from, skip = String(SKIP_NUMBERS) }, say) => {
    if (from === undefined) throw new Misuse('say what from: --from FILE');
    if (!/^\d{1,4}$/.test(skip)) throw new Misuse('--skip takes a number up to 9999');
    const options = { directory, centreId, time: machineTime, projectors };
    const { stream, previous, kept } = await restore(options, from, Number(skip));
    say(`restored up to ${previous.stream}:${previous.seq}; the log goes on as ${stream}`);
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
};
