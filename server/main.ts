import { spawn, type ChildProcess } from 'node:child_process';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { pino, type Logger } from 'pino';
import { isCommand, runCommand } from './cli.js';
import { machineTime } from './clock.js';
import {
  believeClock,
  demoExtras,
  demoSecrets,
  demoSettings,
  demoStaff,
  moreStaff,
  startAgent,
  type DemoSecrets,
} from './demo.js';
import { LogFault } from './log/faults.js';
import { programOf } from './place.js';
import { run, type Running } from './run.js';
import { ConfigurationError, loadSettings } from './settings.js';
import { setupLine } from './setup.js';

const HELP = `Dawr: the queue of a citizen-service centre

  npm start                          a demo centre on this machine
  npm start -- --simulate [--speed N]  the same, with visitors and clerks (N times real time)
  npm start -- --config FILE         a real centre, as FILE describes it
  npm start -- --config FILE --training   training: a log of its own, below the centre's

  --port N     first port of the demo (4000; phones on the next)
  --data DIR   where the demo keeps its log (data/demo)

  npm start -- verify|backup|restore|rebuild --config FILE   see docs/log-format.md
`;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const options = () =>
  parseArgs({
    options: {
      config: { type: 'string' },
      training: { type: 'boolean', default: false },
      simulate: { type: 'boolean', default: false },
      speed: { type: 'string', default: '10' },
      port: { type: 'string', default: '4000' },
      data: { type: 'string', default: 'data/demo' },
      help: { type: 'boolean', default: false },
    },
  }).values;

type Options = ReturnType<typeof options>;

const journalTo = (level: string): Logger => pino({ level, base: null });

/** On a disk that cannot be trusted the process ends at once; the supervisor starts it again. */
const dieOn =
  (journal: Logger) =>
  (error: unknown): void => {
    journal.fatal({ err: error }, 'the disk failed: ending without another write');
    process.exit(70);
  };

const stopOnSignal = (running: Running, children: readonly ChildProcess[]): void => {
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    for (const child of children) child.kill('SIGTERM');
    running.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`The stop was not clean: ${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
};

const portOf = (text: string): number => {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port < 65_535) return port;
  throw new Error(`--port ${text} is not a port: give a number from 0 to 65534`);
};

const startSimulation = (url: string, speed: string, clerk: string): ChildProcess => {
  const program = programOf('tests/play/main.js');
  return spawn(process.execPath, [program, '--url', url, '--speed', speed], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, DAWR_CLERK_SECRET: clerk },
  });
};

/** What a newcomer needs to know: where everything is, and how to sign in. */
const summary = ({ centre, url, phoneUrl }: Running, secrets: DemoSecrets, seconds: string) => {
  const { centre: place, kiosks, boards, desks } = centre.configuration();
  const first = (entries: readonly { id: string }[]): string => entries[0]?.id ?? '';
  return `
Dawr is ready (${seconds} s): ${place.name.en}

  Every screen     ${url}/
  Kiosk            ${url}/kiosk/${first(kiosks)}/
  Hall board       ${url}/board/${first(boards)}/
  Desk             ${url}/desk/${first(desks)}/   clerk-1, secret ${secrets.clerk}
  Manager          ${url}/manager/manager/   manager, secret ${secrets.manager}
  Tickets' pages   ${phoneUrl ?? 'none'}
  Log              ${centre.settings.data}

Stop with Ctrl-C; nothing is lost. A day of visitors: npm start -- --simulate`;
};

const startDemo = async (chosen: Options): Promise<void> => {
  const started = machineTime.monotonicMs();
  const data = resolve(chosen.data);
  const port = portOf(chosen.port);
  const journal = journalTo(process.env['DAWR_LOG'] ?? 'warn');
  const secrets = demoSecrets(data);
  const phonePort = port === 0 ? 0 : port + 1;
  const settings = await demoSettings({ data, port, phonePort });
  const extras = demoExtras(secrets, data);
  const running = await run({ settings, journal, extras, onFatal: dieOn(journal) });
  await believeClock(running.centre);
  await demoStaff(running.centre, secrets);
  const agent = await startAgent(running.centre, running.url, data);
  const children = agent === undefined ? [] : [agent];
  const seconds = ((machineTime.monotonicMs() - started) / 1000).toFixed(1);
  say(summary(running, secrets, seconds));
  if (chosen.simulate) {
    children.push(startSimulation(running.url, chosen.speed, secrets.clerk));
  }
  stopOnSignal(running, children);
  await moreStaff(running.centre, secrets);
};

const startCentre = async (chosen: Options, config: string): Promise<void> => {
  const journal = journalTo(process.env['DAWR_LOG'] ?? 'info');
  const { server, ...rest } = await loadSettings(config);
  const { training } = chosen;
  const data = training ? join(server.data, 'training') : server.data;
  const settings = { ...rest, server: { ...server, data } };
  const running = await run({ settings, journal, training, onFatal: dieOn(journal) });
  say(`Dawr is ready: ${settings.configuration.centre.name.en} at ${running.url}`);
  const line = setupLine(running);
  if (line !== null) say(line);
  stopOnSignal(running, []);
};

const main = async (): Promise<void> => {
  if (isCommand(process.argv[2])) {
    process.exitCode = await runCommand(process.argv.slice(2));
    return;
  }
  const chosen = options();
  if (chosen.help) say(HELP);
  else if (chosen.config === undefined) await startDemo(chosen);
  else await startCentre(chosen, chosen.config);
};

/** Faults that a person can mend are told in a sentence; the rest with everything known. */
const explain = (error: unknown): string => {
  if (error instanceof ConfigurationError || error instanceof LogFault) return error.message;
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'EADDRINUSE') {
    return 'That port is in use: stop the other program, or choose another with --port.';
  }
  if (code?.startsWith('ERR_PARSE_ARGS') === true) return `${String(error)}\n\n${HELP}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
};

main().catch((error: unknown) => {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
});
