import { join } from 'node:path';
import { Child } from './child.js';
import { percentile, times } from './figures.js';
import type { Taken } from './load.js';
import { atMost, type Place, type Section } from './report.js';
import { QUICK_TICKETS, ROUND_TICKETS, Stand } from './stand.js';

const CLIENTS = 16;
const ROUNDS = 6;
const QUICK_ROUNDS = 3;
/** What two runs of the same may differ by. */
const SAME = 1.25;

/** Answers of a hall with a long history beside those of a new one. */
export const slowdown = async ({ folder, quick, history }: Place): Promise<Section> => {
  const past = await history();
  const load = await Child.start('load');
  const names = ['new', 'old'] as const;
  const directories = [join(folder, 'new'), past.directory];
  const stands: Stand[] = [];
  for (const [at, name] of names.entries()) {
    const stand = await Stand.open(load, directories[at]!);
    const door = await stand.door('kiosk', 'k1');
    await load.tell('connect', { name, door, count: CLIENTS });
    stands.push(stand);
  }
  const rounds = quick ? QUICK_ROUNDS : ROUNDS;
  const tickets = quick ? QUICK_TICKETS : ROUND_TICKETS;
  const found = names.map((): number[] => []);
  for (let n = 0; n <= rounds; n += 1) {
    for (const [at, name] of names.entries()) {
      const { ackMs }: Taken = await stands[at]!.take(name, tickets);
      if (n > 0) found[at]!.push(...ackMs);
    }
  }
  for (const child of [load, ...stands.map(({ hall }) => hall)]) await child.stop();
  const [fresh, old] = found as [number[], number[]];
  const ratio = (share: number): number => percentile(old, share) / percentile(fresh, share);
  return {
    title: 'Answers with a long history',
    notes: [
      `${CLIENTS} clients, ${rounds} rounds of ${tickets} tickets each, in turn`,
      `History: ${past.tickets} tickets on ${past.days} days; a copied day repeats a real one`,
    ],
    rows: [
      { history: 0, ...times('ack', fresh) },
      { history: past.tickets, ...times('ack', old) },
    ],
    aims: [
      atMost('ack p50 with history ÷ without', ratio(0.5), SAME),
      atMost('ack p99 with history ÷ without', ratio(0.99), SAME),
    ],
  };
};
