import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkConfiguration } from '../../core/check.js';
import type { Configuration } from '../../core/configuration.js';
import { HOUR_MS, MINUTE_MS } from '../../core/time.js';
import { percentile, times } from '../../core/figures.js';
import { knownDisplays } from '../../server/displays.js';
import { PROJECT } from '../../node/place.js';
import { drawArrivals, planDay, WORKDAYS, type DayPlan, type Workday } from './day.js';
import { drawGapMs, drawHandlingMs, GAP_MEAN_MS, noShowShare } from './habits.js';
import { randomOf } from './random.js';
import { ticketsFor } from './staff.js';
import { waitsOf } from './line.js';

const configurationOf = async (): Promise<Configuration> => {
  const file = join(PROJECT, 'firmware-config', 'centres', 'demo', 'centre.json');
  const { $schema: _, ...raw } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const checked = checkConfiguration(raw, await knownDisplays());
  if ('mistakes' in checked) throw new Error('the demo’s configuration is wrong');
  return checked.configuration;
};
const demo = await configurationOf();

const workdays = fc.constantFrom(...(Object.keys(WORKDAYS) as Workday[]));
const seeds = fc.nat(1_000_000);
const draws = <T>(count: number, draw: () => T): T[] => Array.from({ length: count }, draw);
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const share = (values: readonly boolean[]): number => mean(values.map(Number));

test('any day: ordered, inside its hours, of the catalogue, and the same again', () => {
  fc.assert(
    fc.property(seeds, workdays, fc.integer({ min: 0, max: 400 }), (seed, workday, tickets) => {
      const plan = planDay(demo, { seed, workday, tickets });
      expect(planDay(demo, { seed, workday, tickets })).toEqual(plan);
      const ids = new Set(demo.services.map(({ id }) => id));
      const classes = new Set(['', ...demo.classes.map(({ id }) => id)]);
      const times = plan.visits.map(({ atMs }) => atMs);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      const strange = plan.visits.filter(
        ({ atMs, services, handlingMs, classId }) =>
          !(atMs >= 0 && atMs < plan.lengthMs && classes.has(classId)) ||
          !services.every((id) => ids.has(id)) ||
          new Set(services).size !== services.length ||
          handlingMs.length !== services.length,
      );
      expect(strange).toEqual([]);
      for (const { breaks } of plan.clerks) {
        const spans = breaks.flatMap(({ fromMs, toMs }) => [fromMs, toMs]);
        expect(spans).toEqual(spans.toSorted((a, b) => a - b));
      }
    }),
    { numRuns: 30 },
  );
});

test.each(Object.keys(WORKDAYS) as Workday[])('arrivals of %s follow the profile', (workday) => {
  const random = randomOf(11);
  const days = draws(200, () => drawArrivals(random, 300, workday));
  const { factor, profile } = WORKDAYS[workday];
  const counts = days.map(({ length }) => length);
  const level = mean(counts);
  expect(level / (300 * factor)).toBeCloseTo(1, 1);
  // Spread of the level and of the Poisson counts together.
  const cv = Math.sqrt(mean(counts.map((count) => (count / level - 1) ** 2)));
  expect(cv).toBeGreaterThan(0.11);
  expect(cv).toBeLessThan(0.17);
  const all = days.flat();
  expect(share(all.map((at) => at === 0))).toBeCloseTo(0.05, 2);
  const sum = profile.reduce((total, weight) => total + weight, 0);
  profile.forEach((weight, half) => {
    const from = (half * HOUR_MS) / 2;
    const here = all.filter((at) => at > 0 && at >= from && at < from + HOUR_MS / 2);
    expect(here.length / all.length / 0.95).toBeCloseTo(weight / sum, 2);
  });
});

test('handling is lognormal with its mean, pauses and no-shows are as surveyed', () => {
  const random = randomOf(12);
  const handlings = draws(20_000, () => drawHandlingMs(random, 8) / MINUTE_MS);
  expect(mean(handlings)).toBeCloseTo(8, 0);
  const logs = handlings.map(Math.log);
  const middle = mean(logs);
  expect(Math.sqrt(mean(logs.map((log) => (log - middle) ** 2)))).toBeCloseTo(0.9, 1);
  const gaps = draws(20_000, () => drawGapMs(random)).sort((a, b) => a - b);
  expect(percentile(gaps, 0.5)).toBeGreaterThan(6_000);
  expect(percentile(gaps, 0.5)).toBeLessThan(10_000);
  expect(mean(gaps) / GAP_MEAN_MS).toBeCloseTo(1, 1);
  const absent = [0, 30, 120].map((minutes) => noShowShare(minutes * MINUTE_MS));
  expect(absent.map((value) => Math.round(value * 100))).toEqual([3, 8, 25]);
});

const plans = (): DayPlan[] =>
  draws(30, () => 0).map((_, seed) => planDay(demo, { seed, workday: 'tue', tickets: 400 }));

test('groups, priority, languages and turns come as often as surveyed', () => {
  const visits = plans().flatMap((plan) => plan.visits);
  expect(share(visits.map(({ classId }) => classId !== ''))).toBeCloseTo(0.08, 1);
  expect(share(visits.map(({ turn }) => turn === 'transfer'))).toBeCloseTo(0.04, 2);
  const together = plans().map(({ visits: day }) =>
    share(day.map(({ atMs }, index) => atMs > 0 && atMs === day[index + 1]?.atMs)),
  );
  expect(mean(together)).toBeGreaterThan(0.06);
  expect(mean(together)).toBeLessThan(0.09);
  expect(new Set(visits.map(({ language }) => language))).toEqual(new Set(['ar', 'en']));
  const turns = new Set(visits.map(({ turn }) => turn));
  expect(turns).toEqual(new Set(['none', 'transfer', 'transferAndReturn', 'park']));
});

/** Minutes: what the survey found in Warsaw, and how far from it days of this kind may lie. */
const SURVEYED = [
  ['median', 5, 2],
  ['mean', 14, 6],
  ['90 %', 35, 20],
  ['99 %', 140, 50],
] as const;

test('an ordinary day waits about as long as the surveyed halls', () => {
  const tickets = ticketsFor(demo, 0.72, 8);
  const waits = draws(40, () => 0).flatMap((_, seed) =>
    waitsOf(demo, planDay(demo, { seed, workday: 'tue', tickets })),
  );
  const { p50Ms, meanMs, p90Ms } = times(waits)!;
  const p99Ms = percentile(
    waits.toSorted((a, b) => a - b),
    0.99,
  );
  const found = [p50Ms, meanMs, p90Ms, p99Ms].map((ms) => ms / MINUTE_MS);
  const far = SURVEYED.filter(([, minutes, most], at) => Math.abs(found[at]! - minutes) > most);
  expect(far, `found ${found.map((minutes) => minutes.toFixed(1)).join(', ')}`).toEqual([]);
});
