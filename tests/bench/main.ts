import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { demoSettings } from '../../server/demo.js';
import { PROJECT } from '../../server/place.js';
import { calls } from './calls.js';
import { csv } from './csv.js';
import { makeHistory } from './history.js';
import { memory } from './memory.js';
import { rates } from './rates.js';
import { ready } from './ready.js';
import { slowdown } from './slowdown.js';
import { weight } from './weight.js';
import { written, type History, type Place, type Section } from './report.js';

const SECTIONS: Readonly<Record<string, (place: Place) => Promise<Section>>> = {
  rates,
  calls,
  memory,
  ready,
  slowdown,
  csv,
  weight,
};

const options = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    only: { type: 'string' },
  },
}).values;

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

const chosen = (): string[] => {
  const names = options.only?.split(',') ?? Object.keys(SECTIONS);
  const unknown = names.find((name) => SECTIONS[name] === undefined);
  if (unknown === undefined) return names;
  throw new Error(`there is no section ${unknown}: ${Object.keys(SECTIONS).join(', ')}`);
};

const run = async (place: Place): Promise<void> => {
  const sections: Section[] = [];
  const here = machine();
  console.log(`${here.processors} × ${here.model}, ${here.memoryGiB} GiB, Node ${here.node}`);
  for (const name of chosen()) {
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
const historyIn = (folder: string): (() => Promise<History>) => {
  let made: Promise<History> | undefined;
  const make = async (): Promise<History> => {
    const directory = join(folder, 'history');
    const ticketsPerDay = options.quick ? QUICK_TICKETS_PER_DAY : TICKETS_PER_DAY;
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
  // Beside the project and not in the system's own folder, which is often no disk at all.
  mkdirSync(join(PROJECT, 'data'), { recursive: true });
  const folder = mkdtempSync(join(PROJECT, 'data', 'bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));
  await run({ folder, quick: options.quick, history: historyIn(folder) });
};

main().catch((error: unknown) => {
  process.stderr.write(`bench: ${error instanceof Error ? (error.stack ?? '') : String(error)}\n`);
  process.exit(1);
});
