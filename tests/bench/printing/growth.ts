import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Child } from '../child.js';
import { median, round } from '../figures.js';
import { atMost, type Place, type Section } from '../report.js';
import { Crew, type Printer } from './crew.js';

const TICKETS = 10_000;
const QUICK_TICKETS = 600;
/** Before what is counted, and what is held against each other: the first so many, the last. */
const SHARE = 0.1;
/** Fewer than a server lists to an agent at once. */
const TOGETHER = 10;
/** Between rounds everybody goes home. */
const ROUND_TICKETS = 100;
const RSS_MB_MAX = 180;
/** What the heap's own coming and going may add. */
const GROWTH_MB_MAX = 10;
/** Of two printers: journals of 5,000 jobs each and as many lines again, 50 pictures each. */
const FILES_MB_MAX = 6;

const PRINTERS: readonly Printer[] = [
  { kioskId: 'k1', kind: 'virtual', render: 'raster', mood: 'well' },
  { kioskId: 'k2', kind: 'tcp', render: 'raster', mood: 'well' },
];

interface Sample {
  readonly rssMb: number;
  readonly peakMb: number;
  readonly filesMb: number;
  readonly files: number;
}

const folderOf = (folder: string): { bytes: number; files: number } => {
  let [bytes, files] = [0, 0];
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    // A file that is written anew may have gone since.
    bytes += statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0;
    files += 1;
  }
  return { bytes, files };
};

const sampleOf = ({ agent: { pid, data } }: Crew): Sample => {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mbOf = (name: string): number =>
    (Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)![1]) * 1024) / 1e6;
  const { bytes, files } = folderOf(data);
  return { rssMb: mbOf('VmRSS'), peakMb: mbOf('VmHWM'), filesMb: bytes / 1e6, files };
};

/** Prints so many tickets, half of them on each printer; the agent's size after every few. */
const print = async (crew: Crew, tickets: number): Promise<Sample[]> => {
  const samples: Sample[] = [];
  for (let printed = 0; printed < tickets; printed += TOGETHER) {
    for (const { kioskId } of PRINTERS) await crew.take(kioskId, TOGETHER / PRINTERS.length);
    const papers = await crew.papers();
    const wrong = papers.find(({ state }) => state !== 'confirmed');
    if (wrong !== undefined) throw new Error(`a ticket at ${wrong.kioskId} is ${wrong.state}`);
    samples.push(sampleOf(crew));
    if (printed % ROUND_TICKETS === 0) await crew.stand.hall.tell('empty');
  }
  return samples;
};

/** The agent's memory and files over a great many tickets. */
export const growth = async ({ folder, quick }: Place): Promise<Section> => {
  const load = await Child.start('load');
  const hands = { name: 'growth', printers: PRINTERS, hasAgent: true };
  const crew = await Crew.open(load, join(folder, 'growth'), hands);
  const tickets = quick ? QUICK_TICKETS : TICKETS;
  await print(crew, tickets * SHARE);
  const samples = await print(crew, tickets);
  await crew.close();
  await load.stop();
  const few = samples.length * SHARE;
  const [first, last] = [samples.slice(0, few), samples.slice(-few)];
  const middle = (of: readonly Sample[], key: keyof Sample): number =>
    round(median(of.map((sample) => sample[key])));
  const row = (name: string, of: readonly Sample[]) => ({
    tickets: name,
    'RSS MB (median)': middle(of, 'rssMb'),
    'files MB': middle(of, 'filesMb'),
    files: middle(of, 'files'),
  });
  const peakMb = samples.at(-1)!.peakMb;
  const most = Math.max(...samples.map(({ filesMb }) => filesMb));
  const share = tickets * SHARE;
  return {
    title: 'What an agent grows to',
    notes: [
      `${tickets} tickets after ${share} to warm up, as fast as they print, to two printers`,
      'One is the virtual printer inside the agent, with its pictures; one is reached by TCP',
      'RSS by /proc of the agent’s process; its peak counts from its start',
    ],
    rows: [row(`the first ${share}`, first), row(`the last ${share}`, last)],
    aims: [
      atMost('RSS MB at its peak', peakMb, RSS_MB_MAX),
      atMost('MB grown', middle(last, 'rssMb') - middle(first, 'rssMb'), GROWTH_MB_MAX),
      atMost('MB of files at most', most, FILES_MB_MAX),
    ],
  };
};
