import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FactBook } from '../../tests/fixtures/factbook.js';
import { OPENING, randomDay } from '../../tests/fixtures/randomday.js';
import type { Millis } from '../configuration.js';
import { HOUR_MS, MINUTE_MS } from '../time.js';
import { OUTCOMES, type Outcome } from '../events.js';
import { INTEGRITY_ACTS, type DayFacts, type LegFact, type SpanFact } from '../facts.js';
import { percentile, times } from '../figures.js';
import { common, lengthMs, merged, without } from '../intervals.js';
import { withinTarget } from '../kpi/counts.js';
import { legKpis, type LegKpis } from '../kpi.js';
import { dayReport, useOf } from '../report.js';

const at = (minute: number): Millis => OPENING + minute * MINUTE_MS;

const leg = (fields: Partial<LegFact>): LegFact => ({
  ...{ kind: 'leg', day: '2026-11-22', ticketId: 'x:1', leg: 1, serviceId: 's', classId: '' },
  ...{ by: 'asked', joinedAt: at(0), orderFrom: at(0), dueAt: at(10), targetMs: 10 * MINUTE_MS },
  ...{ waitingSince: null, counterId: null, clerk: null, rule: null, callReason: null },
  ...{ calledAt: null, startedAt: null, confirmed: false, handlingMs: 0, endedAt: null },
  ...{ outcome: null, result: null, endReason: null, calls: 0, misses: 0, parks: 0 },
  ...fields,
});
const ended = (outcome: Outcome, calledAfter: number | null): LegFact =>
  leg({ outcome, endedAt: at(60), calledAt: calledAfter === null ? null : at(calledAfter) });
const level = (...legs: LegFact[]) => legKpis(legs, { at: at(60) }).serviceLevel;

describe('figures', () => {
  test('a percentile is the nearest rank: a value that occurred', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
    expect([0.5, 0.9, 0.95, 1].map((p) => percentile(hundred, p))).toEqual([50, 90, 95, 100]);
    expect(percentile([1, 2, 3], 0.5)).toBe(2);
    expect(percentile([7], 0.01)).toBe(7);
  });

  test('a percentile bounds its share of the values, and no smaller value does', () => {
    const values = fc.array(fc.nat(1000), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(values, fc.double({ min: 0.01, max: 1, noNaN: true }), (found, p) => {
        const ordered = found.toSorted((a, b) => a - b);
        const value = percentile(ordered, p);
        const upTo = (limit: number) => ordered.filter((one) => one <= limit).length;
        expect(upTo(value)).toBeGreaterThanOrEqual(p * ordered.length);
        expect(upTo(value - 1)).toBeLessThan(p * ordered.length);
      }),
    );
  });

  test('a mean is the sum over the count, and nothing has no figures', () => {
    expect(times([1, 2, 6])).toMatchObject({ count: 3, sumMs: 9, meanMs: 3, maxMs: 6 });
    expect(times([])).toBeNull();
  });
});

describe('service level', () => {
  test('is called within target ÷ (all called + walk-outs)', () => {
    const legs = [ended('served', 10), ended('served', 11), ended('walk_out', null)];
    expect(level(...legs)).toEqual({ count: 1, of: 3, share: 1 / 3 });
  });

  test('does not rise when a visitor is lost', () => {
    const served = [ended('served', 5), ended('served', 30)];
    const before = level(...served).share!;
    expect(level(...served, ended('walk_out', null)).share!).toBeLessThan(before);
    expect(level(...served, ended('no_show', 30)).share!).toBeLessThan(before);
  });

  test('counts the target from the time at which the visitor asked to be in line', () => {
    const delayed = { orderFrom: at(30), calledAt: at(40), outcome: 'served' as const };
    expect(withinTarget(leg(delayed))).toBe(true);
    expect(withinTarget(leg({ ...delayed, calledAt: at(41) }))).toBe(false);
  });

  test('stands beside the vendors’ form, above target ÷ served', () => {
    const legs = [ended('served', 5), ended('served', 30), ended('no_show', 30)];
    const { aboveTarget } = legKpis([...legs, ended('walk_out', null)], { at: at(60) });
    expect(aboveTarget).toEqual({ count: 1, of: 2, share: 0.5 });
  });
});

describe('other counts', () => {
  test('no-show is called and absent ÷ called, whatever came of it', () => {
    const back = { ...ended('served', 9), misses: 1 };
    const never = { ...ended('closed_end_of_day', null), misses: 1 };
    const gone = { ...ended('no_show', 5), misses: 1 };
    const legs = [gone, back, never, ended('served', 5), ended('walk_out', null)];
    const kpis = legKpis(legs, { at: at(60) });
    expect(kpis.noShow).toEqual({ count: 3, of: 4, share: 0.75 });
    expect(kpis).toMatchObject({ walkOuts: 1, called: 4 });
  });

  test('who is served without a queue has no wait, and makes no figure of waits better', () => {
    const direct = { ...ended('served', 0), rule: 'walkDirect' } as const;
    const kpis = legKpis([ended('served', 30), direct], { at: at(60) });
    expect(kpis.waits).toMatchObject({ count: 1, sumMs: 30 * MINUTE_MS });
    expect(kpis.serviceLevel).toMatchObject({ count: 0, of: 1 });
  });

  test('unserved are those who wait at the end, also when the end sends them away', () => {
    const away = ended('closed_end_of_day', null);
    const again = { ...ended('closed_end_of_day', 5), parks: 1, waitingSince: at(50) };
    const serving = ended('closed_end_of_day', 5);
    const legs = [leg({ waitingSince: at(0) }), away, again, serving, ended('walk_out', null)];
    expect(legKpis(legs, { at: at(60) }).unserved).toBe(3);
    expect(legKpis([ended('walk_out', null)], { at: at(30) }).unserved).toBe(1);
  });

  test('an unconfirmed arrival has no walk time', () => {
    const start = { calledAt: at(5), startedAt: at(7) };
    const legs = [leg({ ...start, confirmed: true }), leg(start)];
    expect(legKpis(legs, { at: at(60) }).walks).toMatchObject({ count: 1, sumMs: 2 * MINUTE_MS });
  });
});

const span = (fields: Partial<SpanFact>): SpanFact => ({
  ...{ kind: 'span', day: '2026-11-22', stream: 'x', seq: 1, counterId: 'c1', clerk: 'ana' },
  ...{ activity: 'open', ticketId: null, from: at(0), startedAt: null, to: at(60) },
  ...fields,
});

describe('use', () => {
  const period = { from: at(0), to: at(60) };
  const paused = span({ activity: 'paused', from: at(10), to: at(20) });

  test('utilisation is handling ÷ (open − paused), from the start and not from the call', () => {
    const ticket = span({ activity: 'ticket', from: at(20), startedAt: at(25), to: at(50) });
    const minutes = { openMs: 60, pausedMs: 10, handlingMs: 25 };
    const use = useOf([span({}), paused, ticket], period);
    expect(use).toMatchObject({ utilisation: 25 / 50 });
    for (const [key, value] of Object.entries(minutes)) {
      expect(use[key as keyof typeof minutes]).toBe(value * MINUTE_MS);
    }
  });

  test('handling in a pause counts neither as handling nor as time to handle in', () => {
    const ticket = span({ activity: 'ticket', from: at(5), startedAt: at(5), to: at(15) });
    const use = useOf([span({}), paused, ticket], period);
    expect(use).toMatchObject({ handlingMs: 5 * MINUTE_MS, utilisation: 5 / 50 });
  });

  test('what lasts ends with the period, and what began earlier begins with it', () => {
    const spans = [span({ from: at(-30), to: null })];
    expect(useOf(spans, period)).toMatchObject({ openMs: 60 * MINUTE_MS, utilisation: 0 });
    expect(useOf([], period).utilisation).toBeNull();
  });
});

describe('intervals', () => {
  const interval = fc.tuple(fc.nat(40), fc.nat(12)).map(([from, ms]) => ({ from, to: from + ms }));
  const intervals = fc.array(interval, { maxLength: 8 });
  const covers = (list: readonly { from: number; to: number }[], point: number) =>
    list.some(({ from, to }) => from <= point && point < to);

  test('agree with counting each moment', () => {
    fc.assert(
      fc.property(intervals, intervals, (a, b) => {
        const [x, y] = [merged(a), merged(b)];
        const moments = Array.from({ length: 60 }, (_, index) => index);
        const inA = moments.filter((point) => covers(a, point));
        const both = inA.filter((point) => covers(b, point));
        expect(lengthMs(x)).toBe(inA.length);
        expect(lengthMs(common(x, y))).toBe(both.length);
        expect(lengthMs(without(x, y))).toBe(inA.length - both.length);
      }),
    );
  });
});

const factsOf = (seed: number, close: boolean): { facts: DayFacts; now: Millis } => {
  const hall = randomDay(seed, { steps: 300, close });
  const book = new FactBook();
  for (const event of hall.log) book.take(event);
  return { facts: book.of('2026-11-22'), now: hall.at };
};

const numbersIn = (value: unknown): number[] => {
  if (typeof value === 'number') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(numbersIn);
};

const sumOf = <T>(rows: readonly T[], of: (row: T) => number) =>
  rows.reduce((sum, row) => sum + of(row), 0);

describe('a day of people who try anything', () => {
  const seen = new Set<string>();

  const check = (seed: number, close: boolean) => {
    const { facts, now } = factsOf(seed, close);
    const report = dayReport(facts, { now, offsetMs: 2 * HOUR_MS });
    const { visits, legs, byHour, byService, byCounter, byClerk, integrityCounts } = report;

    expect(visits.visits).toBe(sumOf(Object.values(visits.outcomes), (n) => n) + visits.open);
    expect(legs.joined).toBe(sumOf(Object.values(legs.outcomes), (n) => n) + legs.open);
    for (const number of numbersIn(report)) expect(number).toBeGreaterThanOrEqual(0);
    if (close) expect([visits.open, legs.open]).toEqual([0, 0]);
    else expect(legs.open).toBe(visits.open);

    const figures: ((kpis: LegKpis) => number)[] = [
      (kpis) => kpis.called,
      (kpis) => kpis.outcomes.served,
      (kpis) => kpis.waits?.sumMs ?? 0,
      (kpis) => kpis.handlings?.sumMs ?? 0,
      (kpis) => kpis.serviceLevel.count,
    ];
    for (const figure of figures) {
      for (const rows of [byHour, byService, byCounter, byClerk]) {
        expect(sumOf<{ legs: LegKpis }>(rows, (row) => figure(row.legs))).toBe(figure(legs));
      }
    }
    for (const rows of [byHour, byService]) {
      expect(sumOf<{ legs: LegKpis }>(rows, (row) => row.legs.joined)).toBe(legs.joined);
    }
    expect(byHour.at(-1)!.legs.unserved).toBe(legs.unserved);
    const uses = [byHour, byCounter, byClerk].map((rows) => rows.map(({ use }) => use));
    for (const rows of uses) {
      for (const key of ['openMs', 'pausedMs'] as const) {
        expect(sumOf(rows, (use) => use[key])).toBe(report.use[key]);
      }
      for (const { utilisation } of rows) expect(utilisation ?? 0).toBeLessThanOrEqual(1);
    }
    const [hours, counters, clerks] = uses.map((rows) => sumOf(rows, (use) => use.handlingMs));
    expect([hours, counters]).toEqual([report.use.handlingMs, report.use.handlingMs]);
    expect(clerks).toBeLessThanOrEqual(report.use.handlingMs);
    for (const act of INTEGRITY_ACTS) {
      expect(sumOf(byClerk, (row) => row.integrity[act])).toBe(integrityCounts[act]);
      if (integrityCounts[act] > 0) seen.add(act);
    }
    for (const outcome of OUTCOMES) if (legs.outcomes[outcome] > 0) seen.add(outcome);
  };

  test('sums match, nothing is negative, and visits are outcomes and open ones', () => {
    fc.assert(
      fc.property(fc.nat(), fc.boolean(), (seed, close) => check(seed, close)),
      { numRuns: 40 },
    );
  });

  test('meets every outcome and every act', () => {
    for (let seed = 1; seed <= 20; seed += 1) check(seed, true);
    expect([...OUTCOMES, ...INTEGRITY_ACTS].filter((name) => !seen.has(name))).toEqual([]);
  });
});
