import { pino } from 'pino';
import { urlsOf } from '../node/addresses.js';
import { isListenError, listenSentence } from '../node/listening.js';
import { asksHelp, EXIT, Misuse, parsed } from '../node/misuse.js';
import { ConfigurationError } from '../node/settings.js';
import { isCommand, runCommand, USAGE } from './cli.js';
import { run, type Running } from './run.js';
import { loadSettings, type Settings } from './settings.js';
import { StoreFault } from './store/database.js';
import { StoreNewer } from './store/schema.js';

const HELP = `The program of a data centre, of a governorate or of the nation

  npm run upstream -- --config FILE      keeps the logs of centres, and shows their figures

Without DATABASE_URL in the environment the store lies in the folder that FILE names; with it, in
that PostgreSQL (15 or later). See docs/upstream.md.

${USAGE}
`;

/** As of a centre's server whose disk failed. */
const EXIT_BROKEN = 70;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const stopOnSignal = (running: Running): void => {
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    running.stop().then(
      () => {
        say('Stopped; what was confirmed is stored.');
        process.exit(EXIT.done);
      },
      (error: unknown) => {
        process.stderr.write(`The stop was not clean: ${String(error)}\n`);
        process.exit(EXIT.failed);
      },
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  // Whoever started it as a part of its own has gone.
  process.on('disconnect', stop);
};

const optionsOf = (args: readonly string[]): { readonly config: string } => {
  const { values } = parsed({ args: [...args], options: { config: { type: 'string' } } });
  if (values.config === undefined) throw new Misuse('say which data centre: --config FILE');
  return { config: values.config };
};

let settings: Settings | undefined;
let config = '';

/** Nothing more is written; the supervisor starts the program again. */
const dieOf = ({ message }: Error): void => {
  process.stderr.write(`${message}\n`);
  process.exit(EXIT_BROKEN);
};

const main = async (): Promise<void> => {
  const args = process.argv.slice(2);
  if (asksHelp(args)) return say(HELP);
  if (isCommand(args[0])) {
    process.exitCode = await runCommand(args, process.env);
    return;
  }
  ({ config } = optionsOf(args));
  settings = await loadSettings(config, process.env);
  const journal = pino({ level: process.env['DAWR_LOG'] ?? 'info', base: null });
  const running = await run({ settings, journal, onBroken: dieOf });
  const { engine } = running.upstream.database;
  const store = engine === 'embedded' ? `in ${settings.data}` : engine;
  const urls = urlsOf(running.url).join(', ');
  say(`The data centre is ready: ${settings.name.en} at ${urls} (store: ${store})`);
  const code = await running.pages.setupCode();
  if (code !== null) say(`No operator yet: open the page and enter the setup code ${code}`);
  stopOnSignal(running);
};

const explain = (error: unknown): string => {
  if (error instanceof ConfigurationError || error instanceof StoreFault) return error.message;
  if (error instanceof StoreNewer) return error.message;
  if (settings !== undefined && isListenError(error)) {
    const { host } = settings;
    const sentence = listenSentence(error, { config, host, phonePort: null, prefix: '' });
    if (sentence !== null) return sentence;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
};

main().catch((error: unknown) => {
  const isMisuse = error instanceof Misuse;
  process.stderr.write(isMisuse ? `${error.message}\n\n${HELP}` : `${explain(error)}\n`);
  process.exit(isMisuse ? EXIT.usage : EXIT.failed);
});
