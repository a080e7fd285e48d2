import type { Millis } from '../core/configuration.js';
import { MINUTE_MS } from '../core/time.js';

const QUARTER_MS = 15 * MINUTE_MS;

/** The next `count` full quarters of an hour, the first at least five minutes away. */
export const quartersAfter = (now: Millis, count: number): readonly Millis[] => {
  const first = Math.ceil((now + 5 * MINUTE_MS) / QUARTER_MS) * QUARTER_MS;
  return Array.from({ length: count }, (_, place) => first + place * QUARTER_MS);
};

/** `0.123` as `12`; `null` stays `null`. */
export const percentOf = (share: number | null): number | null =>
  share === null ? null : Math.round(share * 100);
