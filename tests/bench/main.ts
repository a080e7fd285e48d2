import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { demoSettings } from '../../server/demo.js';
import { asksHelp, EXIT, Misuse, parsed } from '../../node/misuse.js';
import { PROJECT } from '../../node/place.js';
import { calls } from './calls.js';
import { drain } from './forward/drain.js';
import { csv } from './csv.js';
import { makeHistory } from './history.js';
import { memory } from './memory.js';
import { bytes } from './printing/bytes.js';
import { chain } from './printing/chain.js';
import { growth } from './printing/growth.js';
import { hanging } from './printing/hanging.js';
import { rates } from './rates.js';
import { ready } from './ready.js';
import { slowdown } from './slowdown.js';
import { standby } from './standby.js';
import { weight } from './weight.js';
import { written, type History, type Place, type Section } from './report.js';

const SECTIONS: Readonly<Record<string, (place: Place) => Promise<Section>>> = {
  rates,
  calls,
  memory,
  ready,
  slowdown,
  standby,
  drain,
  csv,
  weight,
  chain,
  bytes,
  growth,
  hanging,
};

const HELP = `npm run bench -- [--quick] [--only ${Object.keys(SECTIONS).join(',')}] [--json FILE]

docs/bench.md says what each section measures.
`;

interface Options {
  readonly quick: boolean;
  readonly json?: string | undefined;
  readonly only?: string | undefined;
}

const optionsOf = (args: string[]): Options => {
  const flag = { type: 'boolean', default: false } as const;
  const text = { type: 'string' } as const;
  return parsed({ args, options: { quick: flag, json: text, only: text } }).values;
};

const machine = () => {
  const processors = cpus();
  return {
    processors: processors.length,
    model: processors[0]?.model ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    platform: process.platform,
  };
};

const chosen = ({ only }: Options): string[] => {
  const names = only?.split(',') ?? Object.keys(SECTIONS);
  const unknown = names.find((name) => SECTIONS[name] === undefined);
  if (unknown === undefined) return names;
  throw new Misuse(`there is no section ${unknown}: ${Object.keys(SECTIONS).join(', ')}`);
};

const run = async (place: Place, options: Options): Promise<void> => {
  const sections: Section[] = [];
  const here = machine();
  console.log(`${here.processors} × ${here.model}, ${here.memoryGiB} GiB, Node ${here.node}`);
  for (const name of chosen(options)) {
    const started = performance.now();
    const section = await SECTIONS[name]!(place);
    sections.push(section);
    console.log(written(section));
    console.log(`\n(${((performance.now() - started) / 1000).toFixed(0)} s)`);
  }
  const { quick, json } = options;
  if (json !== undefined) {
    writeFileSync(json, `${JSON.stringify({ machine: here, quick, sections }, null, 2)}\n`);
  }
};

const DAYS = 1_000;
const TICKETS_PER_DAY = 1_000;
const QUICK_TICKETS_PER_DAY = 20;

/** The history that several sections share, made when the first of them asks for it. */
const historyIn = (folder: string, quick: boolean): (() => Promise<History>) => {
  let made: Promise<History> | undefined;
  const make = async (): Promise<History> => {
    const directory = join(folder, 'history');
    const ticketsPerDay = quick ? QUICK_TICKETS_PER_DAY : TICKETS_PER_DAY;
    const tickets = DAYS * ticketsPerDay;
    const started = performance.now();
    console.log(`\nMaking a history of ${tickets} tickets on ${DAYS} days …`);
    const settings = await demoSettings({ data: directory, port: 0, phonePort: 0 });
    await makeHistory(settings, { days: DAYS, ticketsPerDay }, Date.now());
    console.log(`Made in ${((performance.now() - started) / 1000).toFixed(0)} s`);
    return { directory, days: DAYS, tickets };
  };
  return () => (made ??= make());
};

const main = async (): Promise<void> => {
  const args = process.argv.slice(2);
  if (asksHelp(args)) {
    process.stdout.write(HELP);
    return;
  }
  const options = optionsOf(args);
  const { quick } = options;
  chosen(options);
  // Beside the project and not in the system's own folder, which is often no disk at all.
  mkdirSync(join(PROJECT, 'data'), { recursive: true });
  const folder = mkdtempSync(join(PROJECT, 'data', 'bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));
  await run({ folder, quick, history: historyIn(folder, quick) }, options);
};

main().catch((error: unknown) => {
  const known = error instanceof Error ? error.stack : String(error);
  const words = error instanceof Misuse ? `${error.message}\n\n${HELP}` : `${known}\n`;
  process.stderr.write(`bench: ${words}`);
  process.exit(error instanceof Misuse ? EXIT.usage : EXIT.failed);
});
