import type { Millis } from '../core/configuration.js';

const QUARTER_MS = 15 * 60_000;

/** The next `count` full quarters of an hour, the first at least five minutes away. */
export const quartersAfter = (now: Millis, count: number): readonly Millis[] => {
  const first = Math.ceil((now + 5 * 60_000) / QUARTER_MS) * QUARTER_MS;
  return Array.from({ length: count }, (_, place) => first + place * QUARTER_MS);
};

/** `0.123` as `12`; `null` stays `null`. */
export const percentOf = (share: number | null): number | null =>
  share === null ? null : Math.round(share * 100);

/** Digits of any Arabic keyboard as ASCII. */
export const latinDigits = (text: string): string =>
  text.replace(/[٠-٩۰-۹]/g, (digit) => String('٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹'.indexOf(digit) % 10));
