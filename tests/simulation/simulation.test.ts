import { expect, test } from 'vitest';
import { simulate, totals, type Report } from './simulate.js';

const SEEDS = Array.from({ length: 10 }, (_, i) => i + 1);
/** Every tenth seed plays two days, the others one. */
const daysOf = (seed: number): number => (seed % 10 === 0 ? 2 : 1);

/** What must have happened, or the promises were never put to the test. */
const TROUBLES = [
  ...(['kills', 'cuts', 'lost', 'doubled', 'gaveUp', 'offline'] as const),
  ...(['failures', 'fullDisks', 'jumps', 'tampered'] as const),
];

test('a hall under every trouble keeps its promises, for each of 10 seeds', async () => {
  const reports: Report[] = [];
  for (const seed of SEEDS) {
    const report = await simulate({ seed, days: daysOf(seed) });
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
  const [first, again, other] = [
    await simulate({ seed: 77, days: 1 }),
    await simulate({ seed: 77, days: 1 }),
    await simulate({ seed: 78, days: 1 }),
  ];
  expect(again).toEqual(first);
  expect(other.history).not.toBe(first.history);
}, 120_000);
