import { cpus, totalmem } from 'node:os';
import { asksHelp, EXIT, Misuse, parsed } from '../../node/misuse.js';
import { written, type Section } from '../bench/report.js';
import { backlog } from './stages/backlog.js';
import { openCluster, settingsLine } from './stages/cluster.js';
import { live } from './stages/live.js';
import type { World } from './stages/world.js';
import { year } from './stages/year.js';

const STAGES: Readonly<Record<string, (world: World) => Promise<readonly Section[]>>> = {
  backlog,
  live,
  year,
};

const HELP = `npm run fleet -- [--only ${Object.keys(STAGES).join(',')}]
    [--store postgresql|embedded]
  [--centres N] [--days D] [--seconds S] [--legs M] [--rounds R] [--reads R]

docs/fleet.md says what each stage measures.
`;

const text = (value: string) => ({ type: 'string', default: value }) as const;

const whole = (name: string, value: string): number => {
  const number = Number(value);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new Misuse(`--${name} is a whole number above 0, and not ${value}`);
};

const main = async (): Promise<void> => {
  if (asksHelp(process.argv)) return void process.stdout.write(HELP);
  const { values } = parsed({
    options: {
      only: text(''),
      store: text('postgresql'),
      centres: text('1000'),
      days: text('1'),
      seconds: text('60'),
      legs: text('50000000'),
      rounds: text('5'),
      reads: text('200'),
    },
  });
  const all = Object.keys(STAGES).filter((name) => name !== 'year' || values.store !== 'embedded');
  const names = values.only === '' ? all : values.only.split(',');
  const unknown = names.find((name) => STAGES[name] === undefined);
  if (unknown !== undefined) throw new Misuse(`there is no stage ${unknown}`);
  if (!['postgresql', 'embedded'].includes(values.store)) throw new Misuse('no such store');
  const [processor] = cpus();
  console.log(`${cpus().length} × ${processor?.model ?? 'unknown'}, Node ${process.version}`);
  const server = values.store === 'embedded' ? null : await openCluster();
  const store = server === null ? 'the embedded store' : `PostgreSQL with ${settingsLine}`;
  console.log(`${Math.round(totalmem() / 2 ** 30)} GiB; ${store}`);
  const began = performance.now();
  const world: World = {
    server,
    centres: whole('centres', values.centres),
    days: whole('days', values.days),
    seconds: whole('seconds', values.seconds),
    legs: whole('legs', values.legs),
    rounds: whole('rounds', values.rounds),
    reads: whole('reads', values.reads),
    say: (line) => {
      console.error(`  ${((performance.now() - began) / 1000).toFixed(0)} s: ${line}`);
    },
  };
  try {
    for (const name of names) {
      for (const section of await STAGES[name]!(world)) console.log(written(section));
    }
  } finally {
    await server?.remove();
  }
};

main().catch((error: unknown) => {
  const isMisuse = error instanceof Misuse;
  const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(isMisuse ? `${error.message}\n\n${HELP}` : `${words}\n`);
  process.exit(isMisuse ? EXIT.usage : EXIT.failed);
});
