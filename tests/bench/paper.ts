import { join } from 'node:path';
import { Child } from './child.js';
import { percentile, round } from './figures.js';
import { atMost, type Place, type Row, type Section } from './report.js';
import type { LinkKind, Printed } from './printing.js';

const TICKETS = 200;
const MANY = 10_000;
const QUICK_MANY = 500;
const RSS_MB_MAX = 180;
/** What the heap's own coming and going may add over thousands of tickets. */
const GROWTH_MB_MAX = 30;

const mb = (bytes: number): number => round(bytes / 1e6);

const rowOf = (link: LinkKind, { firstByteMs, confirmedMs, bytes }: Printed): Row => ({
  link,
  'bytes a ticket': bytes,
  'first byte p50 ms': round(percentile(firstByteMs, 0.5)),
  'first byte p99 ms': round(percentile(firstByteMs, 0.99)),
  'confirmed p50 ms': round(percentile(confirmedMs, 0.5)),
  'confirmed p99 ms': round(percentile(confirmedMs, 0.99)),
});

/** From the job at the agent to the printer's own word; and the agent's memory meanwhile. */
export const paper = async ({ folder, quick }: Place): Promise<Section> => {
  const rows: Row[] = [];
  let early = 0;
  let late = 0;
  const many = quick ? QUICK_MANY : MANY;
  for (const kind of ['serial', 'tcp'] as const) {
    const agent = await Child.start('printing');
    await agent.tell('begin', { folder: join(folder, 'paper'), kind });
    await agent.tell('print', 10);
    rows.push(rowOf(kind, await agent.tell<Printed>('print', TICKETS)));
    if (kind === 'tcp') {
      await agent.tell('print', many / 10);
      early = await agent.tell<number>('residentBytes');
      await agent.tell('print', many);
      late = await agent.tell<number>('residentBytes');
    }
    await agent.stop();
  }
  return {
    title: 'Tickets to the printer',
    notes: [
      'The strict virtual printer at the other end prints at once and shares the process',
      'A pty has no speed of its own: at 115200 baud a ticket takes its bytes ÷ 11,520 s more',
      `Memory after ${many / 10} and after ${many} tickets more, that printer included`,
    ],
    rows,
    aims: [
      atMost('RSS MB', mb(late), RSS_MB_MAX),
      atMost(`MB grown over ${many} tickets`, mb(late - early), GROWTH_MB_MAX),
    ],
  };
};
