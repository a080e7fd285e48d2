import fc from 'fast-check';
import { expect, test } from 'vitest';
import { percentile } from '../figures.js';
import {
  BOUNDS_MS,
  boundsOf,
  bucketOf,
  histogramBytes,
  parseHistogram,
  percentileOf,
  together,
} from '../kpi/histogram.js';
import { DAY_MS } from '../time.js';

const of = (values: readonly number[]) =>
  together(values.map((value) => new Map([[bucketOf(value), 1]])));
const lengths = fc.array(fc.oneof(fc.nat(3000), fc.nat(DAY_MS - 1)), { minLength: 1 });

test('the bounds rise by an eighth of a doubling, from a second to a day', () => {
  expect([BOUNDS_MS[0], BOUNDS_MS[8], BOUNDS_MS.at(-1)]).toEqual([1000, 2000, DAY_MS]);
  for (const [index, bound] of BOUNDS_MS.entries()) {
    const next = BOUNDS_MS[index + 1] ?? bound * 1.05;
    expect(next / bound).toBeGreaterThan(1);
    expect(next / bound).toBeLessThan(1.092);
  }
  expect([bucketOf(0), bucketOf(999), bucketOf(1000)]).toEqual([0, 0, 1]);
  expect(bucketOf(DAY_MS - 1) + 1).toBe(bucketOf(DAY_MS));
  expect(bucketOf(400 * DAY_MS)).toBe(BOUNDS_MS.length);
});

test('every length lies within the bounds of its bucket', () => {
  fc.assert(
    fc.property(fc.nat(DAY_MS - 1), (ms) => {
      const [from, to] = boundsOf(bucketOf(ms));
      expect(from <= ms && ms < to).toBe(true);
    }),
  );
});

test('a percentile lies in the bucket of the true one, and as near to it as is promised', () => {
  fc.assert(
    fc.property(lengths, fc.double({ min: 0.01, max: 1, noNaN: true }), (values, p) => {
      const exact = percentile(
        values.toSorted((a, b) => a - b),
        p,
      );
      const found = percentileOf(of(values), p)!;
      expect(bucketOf(found)).toBe(bucketOf(exact));
      expect(Math.abs(found - exact)).toBeLessThanOrEqual(Math.max(500, exact * 0.046));
    }),
  );
  expect(percentileOf(new Map(), 0.5)).toBeNull();
  expect(percentileOf(of([2 * DAY_MS]), 0.5)).toBe(DAY_MS);
});

test('histograms of parts added up are the histogram of the whole', () => {
  fc.assert(
    fc.property(lengths, lengths, (a, b) => {
      expect(histogramBytes(together([of(a), of(b)]))).toEqual(histogramBytes(of([...a, ...b])));
    }),
  );
});

test('a histogram is read back from its bytes, which are the same in any order', () => {
  const counts = fc.uniqueArray(fc.tuple(fc.nat(BOUNDS_MS.length), fc.nat(2 ** 40)), {
    selector: ([bucket]) => bucket,
  });
  fc.assert(
    fc.property(counts, (entries) => {
      const full = entries.filter(([, count]) => count > 0);
      const bytes = histogramBytes(new Map(entries));
      expect(parseHistogram(bytes)).toEqual(new Map(full.toSorted(([a], [b]) => a - b)));
      expect(histogramBytes(new Map(full.toReversed()))).toEqual(bytes);
    }),
  );
});
