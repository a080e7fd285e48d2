import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { pino, type Logger } from 'pino';
import type { DemoOverview } from '../core/protocol/api.js';
import { urlsOf } from '../node/addresses.js';
import { isCommand, runCommand } from './cli.js';
import { machineTime } from '../node/time.js';
import {
  believeClock,
  demoExtras,
  demoSecrets,
  demoSettings,
  demoStaff,
  keepAgent,
  moreStaff,
  type DemoSecrets,
} from './demo.js';
import { explain } from './explain.js';
import type { Starting } from '../node/listening.js';
import { keepFleet } from './fleet.js';
import { EXIT, Misuse } from '../node/misuse.js';
import { startOf, type Start } from './options.js';
import { LogFault } from './log/faults.js';
import { programOf } from '../node/place.js';
import { run, type Running, type RunOptions } from './run.js';
import { loadSettings, type Settings } from './settings.js';
import { startStandby, startTakeOver, type Programs } from './standby/main.js';
import { setupLine } from './setup.js';

const HELP = `Dawr: the queue of a citizen-service centre

  npm start                          a demo centre on this machine
  npm start -- --simulate [--speed N]  the same, with visitors and clerks (N times real time)
  npm start -- --config FILE         a real centre, as FILE describes it
  npm start -- --config FILE --training   training: a log of its own, below the centre's

  --port N     first port of the demo (4000; phones on the next)
  --data DIR   where the demo keeps its log (data/demo)

  npm start -- standby --config FILE [--anew]      follows a server of the same centre
  npm start -- take-over --config FILE [--force] [--alone] [--skip N]
                                     makes that standby the server; see docs/standby.md

  npm start -- verify                checks the demo's log
  npm start -- verify|backup|restore|rebuild|export|manager|join|rekey --config FILE
                                     see docs/running.md and docs/upstream.md
`;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const journalTo = (level: string): Logger => pino({ level, base: null });

/**
 * On a disk or a log that cannot be trusted the process ends at once; the supervisor starts it
 * again, and where the log was changed that start is refused.
 */
const dieOn =
  (journal: Logger) =>
  (error: unknown): void => {
    if (error instanceof LogFault) process.stderr.write(`${error.message}\n`);
    journal.fatal({ err: error }, 'the disk or the log failed: ending without another write');
    process.exit(70);
  };

/** What is known of the log when it is closed. */
const stoppedLine = (centre: Running['centre'] | undefined): string => {
  const altered = centre?.scrub.altered ?? null;
  return altered === null
    ? 'Stopped; the log is whole.'
    : `Stopped. Event ${altered.seq} of the log is not as it was written: see docs/running.md.`;
};

const stopOnSignal = (
  running: Pick<Running, 'stop'> & Partial<Pick<Running, 'centre'>>,
  end: () => void = () => undefined,
): void => {
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    end();
    running.stop().then(
      () => {
        say(stoppedLine(running.centre));
        process.exit(0);
      },
      (error: unknown) => {
        process.stderr.write(`The stop was not clean: ${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
};

const startSimulation = (url: string, speed: number, clerk: string): ChildProcess => {
  const program = programOf('tests/play/main.js');
  return spawn(process.execPath, [program, '--url', url, '--speed', String(speed)], {
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

Stop with Ctrl-C; nothing is lost.`;
};

/** What a newcomer needs to know of the data centre beside the demo. */
const above = ({ url, operator: { id, secret } }: DemoOverview): string =>
  `  Data centre      ${url}/   ${id} or viewer, secret ${secret}; nine more centres are played`;

type Of<K extends Start['kind']> = Extract<Start, { kind: K }>;
/** Remembers what is being started, for a sentence about its failure. */
type Tell = (starting: Starting) => void;

const startDemo = async ({ data, port, speed }: Of<'demo'>, tell: Tell): Promise<void> => {
  const started = machineTime.monotonicMs();
  const journal = journalTo(process.env['DAWR_LOG'] ?? 'warn');
  const secrets = demoSecrets(data);
  const phonePort = port === 0 ? 0 : port + 1;
  const settings = await demoSettings({ data, port, phonePort });
  tell({ ...settings.server, config: null });
  let overview: DemoOverview | null = null;
  const extras = demoExtras(secrets, data, () => overview);
  const running = await run({ settings, journal, extras, onFatal: dieOn(journal) });
  await believeClock(running.centre);
  await demoStaff(running.centre, secrets);
  const told = (line: string): void => void process.stderr.write(`${line}\n`);
  const agent = await keepAgent(running, { data, say: told });
  const seconds = ((machineTime.monotonicMs() - started) / 1000).toFixed(1);
  say(summary(running, secrets, seconds));
  let visitors: ChildProcess | undefined;
  if (speed === null) say('A day of visitors: npm start -- --simulate');
  else visitors = startSimulation(running.url, speed, secrets.clerk);
  const [upstream] = settings.server.upstreams;
  const fleet =
    upstream === undefined
      ? undefined
      : keepFleet(running, {
          data,
          port: port + 2,
          say: told,
          onReady: (ready) => {
            overview = ready;
            say(above(ready));
          },
        });
  fleet?.catch((error: unknown) => told(`The data centre did not start: ${String(error)}`));
  stopOnSignal(running, () => {
    void fleet?.then((kept) => kept.stop());
    void agent?.stop();
    visitors?.kill('SIGTERM');
  });
  await moreStaff(running.centre, secrets);
};

type Serving = Pick<RunOptions, 'journal'> & { readonly training: boolean };

const serveCentre = async (settings: Settings, serving: Serving): Promise<Running> => {
  const { journal } = serving;
  const running = await run({
    ...{ settings, ...serving, onFatal: dieOn(journal) },
    onTakenOver: (why) => {
      process.stderr.write(`${why}\n`);
      void running.stop().finally(() => process.exit(EXIT.failed));
    },
  });
  return running;
};

const readyLine = ({ centre, url }: Running, training: boolean): string => {
  const what = training ? 'Dawr is ready for training' : 'Dawr is ready';
  return `${what}: ${centre.configuration().centre.name.en} at ${urlsOf(url).join(', ')}`;
};

const startCentre = async ({ config, training }: Of<'centre'>, tell: Tell): Promise<void> => {
  const journal = journalTo(process.env['DAWR_LOG'] ?? 'info');
  const { server, ...rest } = await loadSettings(config);
  tell({ ...server, config });
  const data = training ? join(server.data, 'training') : server.data;
  const settings = { ...rest, server: { ...server, data } };
  const running = await serveCentre(settings, { journal, training });
  say(readyLine(running, training));
  const line = setupLine({ ...running, url: urlsOf(running.url)[0] ?? running.url });
  if (line !== null) say(line);
  stopOnSignal(running);
};

/** What the part that is a standby is given. */
const programsOf = (config: string): Programs => {
  const journal = journalTo(process.env['DAWR_LOG'] ?? 'info');
  return {
    journal,
    say,
    serve: async (settings) => {
      tell({ ...settings.server, config });
      const running = await serveCentre(settings, { journal, training: false });
      return { line: readyLine(running, false), stop: () => running.stop() };
    },
    onStop: (stop) => stopOnSignal({ stop }),
  };
};

let starting: Starting | undefined;
const tell: Tell = (what) => void (starting = what);

const main = async (): Promise<void> => {
  if (isCommand(process.argv[2])) {
    process.exitCode = await runCommand(process.argv.slice(2));
    return;
  }
  const start = startOf(process.argv.slice(2));
  if (start.kind === 'help') say(HELP);
  else if (start.kind === 'demo') await startDemo(start, tell);
  else if (start.kind === 'standby') await startStandby(start, programsOf(start.config));
  else if (start.kind === 'takeOver') {
    const done = await startTakeOver(start, programsOf(start.config));
    if (!done) process.exitCode = EXIT.failed;
  } else await startCentre(start, tell);
};

main().catch((error: unknown) => {
  const isMisuse = error instanceof Misuse;
  const words = isMisuse ? `${error.message}\n\n${HELP}` : `${explain(error, starting)}\n`;
  process.stderr.write(words);
  process.exit(isMisuse ? EXIT.usage : EXIT.failed);
});
