import { resolve } from 'node:path';
import { pino } from 'pino';
import { explain } from '../../server/explain.js';
import { Misuse, parsed } from '../../server/misuse.js';
import { SocatMissing } from '../fixtures/pty.js';
import { startHall, type Hall } from './hall.js';

const HELP = `A hall to try on this machine: a kiosk, two printers, counter displays and voice

  npm run demo:hall [-- --port N] [-- --data DIR]

  --port N     first port (4100; phones on the next)
  --data DIR   where it keeps its log (data/hall)
`;
const PORT = '4100';
const NO_SOCAT =
  'The serial lines of this demo are made by socat, which is not installed: apt install socat';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const stopOnSignal = (hall: Hall): void => {
  let stopping = false;
  const stop = (code: number): void => {
    if (stopping) return;
    stopping = true;
    hall.stop().then(
      () => {
        say('Stopped; the log is whole.');
        process.exit(code);
      },
      (error: unknown) => {
        process.stderr.write(`The stop was not clean: ${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', () => stop(0));
  process.on('SIGTERM', () => stop(0));
  hall.agent.on('exit', (code) => {
    if (stopping) return;
    process.stderr.write(`The agent ended by itself (${code}): what it said stands above.\n`);
    stop(1);
  });
};

const portOf = (text: string): number => {
  const port = Number(text);
  if (/^\d+$/.test(text) && port < 65_535) return port;
  throw new Misuse(`--port ${text} is not a port: give a number from 0 to 65534.`);
};

let phonePort: number | null = null;

const main = async (): Promise<void> => {
  const text = { type: 'string' } as const;
  const options = { port: text, data: text, help: { type: 'boolean' } } as const;
  const { values } = parsed({ args: process.argv.slice(2), options });
  if (values.help === true) return say(HELP);
  const port = portOf(values.port ?? PORT);
  phonePort = port === 0 ? 0 : port + 1;
  const journal = pino({ level: process.env['DAWR_LOG'] ?? 'warn', base: null });
  const onFatal = (error: unknown): never => {
    journal.fatal({ err: error }, 'the disk failed: ending without another write');
    return process.exit(70);
  };
  const place = { data: resolve(values.data ?? 'data/hall'), port, phonePort };
  const hall = await startHall(place, { journal, onFatal });
  stopOnSignal(hall);
  await hall.staffed;
  say(`
The hall is open: ${hall.page}

  Take a ticket at the kiosk, call it with a key of a counter's keypad, and make trouble:
  paper out, cover, cutter, unplugged. Every screen: ${hall.url}/

Stop with Ctrl-C; nothing is lost.`);
};

main().catch((error: unknown) => {
  const starting = { config: null, host: '127.0.0.1', phonePort };
  const sentence = error instanceof SocatMissing ? NO_SOCAT : explain(error, starting);
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
});
