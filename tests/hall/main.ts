import { resolve } from 'node:path';
import { pino } from 'pino';
import { explain } from '../../server/explain.js';
import { asksHelp, EXIT, Misuse, parsed } from '../../node/misuse.js';
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
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    hall.stop().then(
      () => {
        say('Stopped; the log is whole.');
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

const portOf = (text: string): number => {
  const port = Number(text);
  if (/^\d+$/.test(text) && port < 65_535) return port;
  throw new Misuse(`--port ${text} is not a port: give a number from 0 to 65534.`);
};

let phonePort: number | null = null;

const main = async (): Promise<void> => {
  const text = { type: 'string' } as const;
  if (asksHelp(process.argv)) return say(HELP);
  const { values } = parsed({ options: { port: text, data: text } });
  const port = portOf(values.port ?? PORT);
  phonePort = port === 0 ? 0 : port + 1;
  const journal = pino({ level: process.env['DAWR_LOG'] ?? 'warn', base: null });
  const onFatal = (error: unknown): never => {
    journal.fatal({ err: error }, 'the disk failed: ending without another write');
    return process.exit(70);
  };
  const place = { data: resolve(values.data ?? 'data/hall'), port, phonePort };
  const told = (line: string): void => void process.stderr.write(`${line}\n`);
  const hall = await startHall(place, { journal, onFatal, say: told });
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
  const isMisuse = error instanceof Misuse;
  const sentence = error instanceof SocatMissing ? NO_SOCAT : explain(error, starting);
  process.stderr.write(isMisuse ? `${error.message}\n\n${HELP}` : `${sentence}\n`);
  process.exit(isMisuse ? EXIT.usage : EXIT.failed);
});
