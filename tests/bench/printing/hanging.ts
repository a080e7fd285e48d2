import { join } from 'node:path';
import { Child } from '../child.js';
import { median, percentile, round, times } from '../figures.js';
import type { Paced } from '../load.js';
import { atMost, type Place, type Row, type Section } from '../report.js';
import { Crew, type Printer } from './crew.js';
import type { Mood } from './far.js';

const ROUNDS = 12;
const QUICK_ROUNDS = 3;
/** A hall of four kiosks never has so many. */
const TICKETS_PER_S = 20;
const ROUND_TICKETS = 200;
/** What two runs of the same may differ by. */
const SAME = 1.25;

/** Four printers in trouble, each in its own way, and the same four without. */
const printers = (moods: readonly [Mood, Mood, Mood, Mood]): readonly Printer[] => [
  { kioskId: 'k1', kind: 'tcp', render: 'ascii', mood: moods[0] },
  { kioskId: 'k2', kind: 'serial', render: 'raster', mood: moods[1] },
  { kioskId: 'k3', kind: 'tcp', render: 'ascii', mood: moods[2] },
  { kioskId: 'k4', kind: 'tcp', render: 'ascii', mood: moods[3] },
];
const WELL = printers(['well', 'well', 'well', 'well']);
const HANGING = printers(['mute', 'deaf', 'refusing', 'breaking']);

/** Halls that are compared; without an agent nothing is printed at all. */
const SIDES = [
  { name: 'no agent', printers: WELL, hasAgent: false },
  { name: 'well', printers: WELL, hasAgent: true },
  { name: 'hanging', printers: HANGING, hasAgent: true },
] as const;

/** The ms of each answer of a round. */
type Acks = readonly number[];

const roundAt = async (crew: Crew): Promise<Acks> => {
  const { stand } = crew;
  const paced: Paced = {
    names: WELL.map(({ kioskId }) => crew.groupOf(kioskId)),
    service: stand.opened.services[0]!,
    tickets: ROUND_TICKETS,
    perSecond: TICKETS_PER_S,
  };
  const ackMs = await stand.load.tell<Acks>('takePaced', paced);
  await stand.hall.tell('empty');
  return ackMs;
};

/** Round by round, the p99 of the one by that of the other. */
const ratios = (ones: readonly Acks[], others: readonly Acks[]): number[] =>
  ones.map((acks, n) => percentile(acks, 0.99) / percentile(others[n]!, 0.99));

const rowOf = (name: string, acks: readonly Acks[], others: readonly Acks[]): Row => {
  const found = ratios(acks, others);
  return {
    printers: name,
    ...times('ack', acks.flat()),
    'p99 ÷ no agent': round(median(found)),
    least: round(Math.min(...found)),
    most: round(Math.max(...found)),
  };
};

/** Answers of a server whose printers hang beside those of one whose printers are well. */
export const hanging = async ({ folder, quick }: Place): Promise<Section> => {
  const load = await Child.start('load');
  const crews: Crew[] = [];
  for (const side of SIDES) crews.push(await Crew.open(load, join(folder, side.name), side));
  const rounds = quick ? QUICK_ROUNDS : ROUNDS;
  const found = SIDES.map((): Acks[] => []);
  for (let n = 0; n <= rounds; n += 1) {
    // Who is first changes: what one leaves behind meets the next.
    for (let turn = 0; turn < crews.length; turn += 1) {
      const at = (n + turn) % crews.length;
      const ackMs = await roundAt(crews[at]!);
      if (n > 0) found[at]!.push(ackMs);
    }
  }
  for (const crew of crews) await crew.close();
  await load.stop();
  const [none, well, hung] = found as [Acks[], Acks[], Acks[]];
  return {
    title: 'Answers while printers hang',
    notes: [
      `${rounds} rounds of ${ROUND_TICKETS} tickets each, ${TICKETS_PER_S} a second, in turn`,
      'Three halls of four kiosks; one prints as raster by a serial line, the others as ascii',
      'Hanging: one answers nothing, one takes no bytes, one refuses, one cuts in mid-ticket',
      'The ratio is that of the p99s of a round and its neighbour: median, least and most',
    ],
    rows: SIDES.map(({ name }, at) => rowOf(name, found[at]!, none)),
    aims: [
      atMost('ack p99, hanging ÷ no agent, median', median(ratios(hung, none)), SAME),
      atMost('ack p99, hanging ÷ well, median', median(ratios(hung, well)), SAME),
    ],
  };
};
