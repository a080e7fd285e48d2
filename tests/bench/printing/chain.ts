import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { RENDER_MODES } from '../../../agent/paper/press.js';
import { Child } from '../child.js';
import { percentile, round } from '../figures.js';
import { TICKET_S_MAX } from '../../../agent/paper/estimate.js';
import { atMost, type Place, type Row, type Section } from '../report.js';
import { Crew, type Printer } from './crew.js';
import type { PaperTimes } from './papers.js';

const ROUNDS = 100;
const QUICK_ROUNDS = 10;
/** Tickets come at any moment of what an idle agent does each second. */
const PHASES_MS = 250;
const KINDS = ['tcp', 'serial', 'file', 'virtual'] as const;

const PRINTERS = KINDS.flatMap((kind) =>
  RENDER_MODES.map((render): Printer => ({
    kioskId: `${kind}-${render}`,
    kind,
    render,
    mood: 'well',
  })),
);

interface Found {
  readonly firstByteMs: readonly number[];
  readonly confirmedMs: readonly number[];
  /** How often a ticket was started that had been interrupted. */
  readonly again: number;
}

/** One ticket at each printer in turn, the next when the last is confirmed. */
const roundOf = async (crew: Crew, n: number): Promise<PaperTimes[]> => {
  const papers: PaperTimes[] = [];
  for (const [at, { kioskId }] of PRINTERS.entries()) {
    await pause(((n * PRINTERS.length + at) * 97) % PHASES_MS);
    await crew.take(kioskId, 1);
    papers.push(...(await crew.papers()));
  }
  await crew.stand.hall.tell('empty');
  return papers;
};

/** Holds when the first bytes came against when tickets were committed, kiosk by kiosk. */
const foundAt = (
  { kioskId, kind }: Printer,
  papers: readonly PaperTimes[],
  firsts: readonly number[] = [],
): Found => {
  const mine = papers.filter((paper) => paper.kioskId === kioskId);
  const wrong = mine.find(({ state }) => state !== 'confirmed');
  if (wrong !== undefined) throw new Error(`a ticket at ${kioskId} ended as ${wrong.state}`);
  const starts = kind === 'virtual' ? mine.map(({ sendingAt }) => sendingAt) : firsts;
  const firstByteMs = mine.map(({ committedAt, endedAt }) => {
    const start = starts.find((at) => committedAt < at && at < endedAt);
    if (start === undefined) throw new Error(`a ticket at ${kioskId} ended and never started`);
    return start - committedAt;
  });
  const confirmedMs = mine.map(({ committedAt, endedAt }) => endedAt - committedAt);
  return { firstByteMs, confirmedMs, again: starts.length - mine.length };
};

const rowOf = ({ kind, render }: Printer, { firstByteMs, confirmedMs, again }: Found): Row => ({
  link: kind,
  render,
  'first byte p50 ms': round(percentile(firstByteMs, 0.5)),
  'first byte p99 ms': round(percentile(firstByteMs, 0.99)),
  'confirmed p50 ms': round(percentile(confirmedMs, 0.5)),
  'confirmed p99 ms': round(percentile(confirmedMs, 0.99)),
  'printed again': again,
});

/** From the server's commit to the printer's first byte, and to its word in the server's log. */
export const chain = async ({ folder, quick }: Place): Promise<Section> => {
  const load = await Child.start('load');
  const hands = { name: 'chain', printers: PRINTERS, hasAgent: true };
  const crew = await Crew.open(load, join(folder, 'chain'), hands);
  await roundOf(crew, 0);
  await crew.firsts();
  const papers: PaperTimes[] = [];
  const rounds = quick ? QUICK_ROUNDS : ROUNDS;
  for (let n = 1; n <= rounds; n += 1) papers.push(...(await roundOf(crew, n)));
  const firsts = await crew.firsts();
  await crew.close();
  await load.stop();
  const found = PRINTERS.map((one) => foundAt(one, papers, firsts[one.kioskId]));
  const p99 = Math.max(...found.map(({ confirmedMs }) => percentile(confirmedMs, 0.99)));
  return {
    title: 'From the commit to the paper',
    notes: [
      `${rounds} tickets of each, one at a time, the twelve in turn; 80 mm, the standard ticket`,
      'Server, agent, printers and the visitors’ pages have a process each, on the same cores',
      'serial: a pty whose far end takes 11,520 bytes a second; file: a pty as a device file',
      'virtual: the printer is in the agent; its first byte is when the server heard of it',
      'The strict virtual printer at every end prints at once: a real one adds its own time',
    ],
    rows: PRINTERS.map((printer, at) => rowOf(printer, found[at]!)),
    aims: [atMost('s to the confirmation, p99 of the slowest', p99 / 1000, TICKET_S_MAX)],
  };
};
