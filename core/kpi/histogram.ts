import type { Millis } from '../configuration.js';
import { DAY_MS } from '../time.js';

/**
 * Counts of lengths of time in fixed buckets, so that those of many centres can be added up and
 * still give percentiles. The first bucket is below one second, the last above a day; between them
 * each is an eighth of a doubling wide.
 */
export type Histogram = ReadonlyMap<number, number>;

const FIRST_MS = 1000;
const BUCKETS_PER_DOUBLING = 8;

/** Lower bounds of all buckets but the first, in milliseconds, rising. */
export const BOUNDS_MS: readonly Millis[] = (() => {
  const bounds: number[] = [];
  for (let at = 0; (bounds.at(-1) ?? 0) < DAY_MS; at += 1) {
    const bound = Math.round(FIRST_MS * 2 ** (at / BUCKETS_PER_DOUBLING));
    bounds.push(Math.min(bound, DAY_MS));
  }
  return bounds;
})();

/** The bucket of a length of time. */
export const bucketOf = (ms: Millis): number => {
  let [low, high] = [0, BOUNDS_MS.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (BOUNDS_MS[middle]! <= ms) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** `[from, to)` of a bucket; the last one has no end and is taken as a moment. */
export const boundsOf = (bucket: number): readonly [from: Millis, to: Millis] => {
  const from = BOUNDS_MS[bucket - 1] ?? 0;
  return [from, BOUNDS_MS[bucket] ?? from];
};

/** One histogram of several. */
export const together = (histograms: Iterable<Histogram>): Map<number, number> => {
  const sum = new Map<number, number>();
  for (const histogram of histograms) {
    for (const [bucket, count] of histogram) sum.set(bucket, (sum.get(bucket) ?? 0) + count);
  }
  return sum;
};

const countOf = (histogram: Histogram): number =>
  [...histogram.values()].reduce((sum, count) => sum + count, 0);

/**
 * Percentile by nearest rank, as the middle of the bucket that holds it: off by at most half a
 * second below one second, and by 4.6 % from there to a day. `null` for no values.
 */
export const percentileOf = (histogram: Histogram, p: number): Millis | null => {
  const rank = Math.max(1, Math.ceil(p * countOf(histogram)));
  let seen = 0;
  for (const [bucket, count] of [...histogram].sort(([a], [b]) => a - b)) {
    seen += count;
    if (seen < rank) continue;
    const [from, to] = boundsOf(bucket);
    return Math.round((from + to) / 2);
  }
  return null;
};

const pushNumber = (bytes: number[], value: number): void => {
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
};

/**
 * As bytes, in one way only: for each bucket that is not empty, in order, its distance from the one
 * before and its count, both with seven bits a byte and the lowest first.
 */
export const histogramBytes = (histogram: Histogram): Uint8Array => {
  const bytes: number[] = [];
  let before = 0;
  for (const [bucket, count] of [...histogram].sort(([a], [b]) => a - b)) {
    if (count === 0) continue;
    pushNumber(bytes, bucket - before);
    pushNumber(bytes, count);
    before = bucket;
  }
  return Uint8Array.from(bytes);
};

/** Reads what `histogramBytes` wrote. */
export const parseHistogram = (bytes: Uint8Array): Map<number, number> => {
  const numbers: number[] = [];
  let [value, unit] = [0, 1];
  for (const byte of bytes) {
    value += (byte & 0x7f) * unit;
    unit *= 0x80;
    if (byte >= 0x80) continue;
    numbers.push(value);
    [value, unit] = [0, 1];
  }
  const histogram = new Map<number, number>();
  let bucket = 0;
  for (let at = 0; at + 1 < numbers.length; at += 2) {
    bucket += numbers[at]!;
    histogram.set(bucket, numbers[at + 1]!);
  }
  return histogram;
};
