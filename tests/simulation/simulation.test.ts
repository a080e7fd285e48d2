import { expect, test } from 'vitest';
import { simulate, totals, type Report } from './simulate.js';

/** A few: `npm run torture` plays hundreds. */
const SEEDS = [1, 2, 3];
/** The last seed plays two days, the others one. */
const daysOf = (seed: number): number => (seed === SEEDS.at(-1) ? 2 : 1);

const played = new Map<number, Promise<Report>>();
/** Each seed is played once, whichever test asks first. */
const playedOnce = (seed: number): Promise<Report> => {
  const before = played.get(seed) ?? simulate({ seed, days: daysOf(seed) });
  played.set(seed, before);
  return before;
};

/** What must have happened, or the promises were never put to the test. */
const TROUBLES = [
  ...(['kills', 'cuts', 'lost', 'doubled', 'gaveUp', 'offline'] as const),
  ...(['failures', 'fullDisks', 'jumps', 'tampered'] as const),
];

test('a hall under every trouble keeps its promises, for each of a few seeds', async () => {
  const reports: Report[] = [];
  for (const seed of SEEDS) {
    const report = await playedOnce(seed);
    expect(report.faults, `seed ${seed}`).toEqual([]);
    reports.push(report);
  }
  console.log(totals(reports));
  for (const happened of TROUBLES) {
    expect(
      reports.some((report) => report[happened] > 0),
      happened,
    ).toBe(true);
  }
}, 600_000);

test('the same seed gives the same history, another seed another', async () => {
  const [first, other] = [await playedOnce(1), await playedOnce(2)];
  const again = await simulate({ seed: 1, days: daysOf(1) });
  expect(again).toEqual(first);
  expect(other.history).not.toBe(first.history);
});
