import { expect, test } from 'vitest';
import { MINUTE_MS } from '../core/time.js';
import { lineOf } from './address.js';
import { Buckets, perMinute } from './bucket.js';
import { Throttle } from './throttle.js';

test('a bucket gives its burst, then so many a minute, to each sender', () => {
  const buckets = new Buckets(() => perMinute(20, 5));
  const taken = Array.from({ length: 6 }, () => buckets.take('a', 0));
  expect(taken).toEqual([true, true, true, true, true, false]);
  expect(buckets.waitMs('a', 0)).toBe(3_000);
  expect(buckets.take('b', 0)).toBe(true);
  expect(buckets.take('a', 2_999)).toBe(false);
  expect(buckets.take('a', 3_000)).toBe(true);
  expect(buckets.take('a', 3_000)).toBe(false);
});

test('a bucket follows a changed rate, and a clock set back gives nothing away', () => {
  let count = 1;
  const buckets = new Buckets(() => perMinute(count));
  expect([buckets.take('a', 10_000), buckets.take('a', 10_000)]).toEqual([true, false]);
  expect(buckets.take('a', 0)).toBe(false);
  count = 60;
  expect(buckets.take('a', 1_000)).toBe(true);
});

test.each([
  ['10.0.0.7', '10.0.0.7'],
  ['::ffff:10.0.0.7', '10.0.0.7'],
  ['2001:db8:0:2:1::5', '2001:db8:0:2'],
  ['2001:0db8:0000:0002:ffff:ffff:ffff:ffff', '2001:db8:0:2'],
  ['2001:db8::5', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  [undefined, ''],
])('the line of %s is %s', (address, line) => {
  expect(lineOf(address)).toBe(line);
});

/** How long each of so many tries in a row had to wait, when each comes as soon as it may. */
const waits = (throttle: Throttle, tries: number): number[] => {
  let at = 0;
  return Array.from({ length: tries }, () => {
    throttle.tried('a', at);
    const waitMs = throttle.waitMs('a', at);
    at += waitMs;
    return waitMs;
  });
};

test('five tries are free, then each waits longer, but never more than a few minutes', () => {
  const seconds = waits(new Throttle(), 12).map((ms) => ms / 1000);
  expect(seconds).toEqual([0, 0, 0, 0, 30, 60, 120, 240, 240, 240, 240, 240]);
});

test('a right guess clears the count, and so does an hour without any, or a clock set back', () => {
  const throttle = new Throttle();
  const full = (at: number): void => {
    for (let tries = 0; tries < 9; tries += 1) throttle.tried('a', at);
    expect(throttle.waitMs('a', at)).toBe(4 * MINUTE_MS);
  };
  full(0);
  throttle.succeeded('a');
  expect(throttle.waitMs('a', 0)).toBe(0);
  full(0);
  throttle.tried('a', 61 * MINUTE_MS);
  expect(throttle.waitMs('a', 61 * MINUTE_MS)).toBe(0);
  full(100 * MINUTE_MS);
  expect(throttle.waitMs('a', 0)).toBe(0);
  expect(throttle.waitMs('b', 100 * MINUTE_MS)).toBe(0);
});
