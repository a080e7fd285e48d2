import type { Millis } from './configuration.js';

/** A stretch of time `[from, to)`: `to` is not part of it. */
export interface Interval {
  readonly from: Millis;
  readonly to: Millis;
}

/** Length in milliseconds, never negative: a clock set back makes no time unhappen. */
export const spanMs = (from: Millis, to: Millis): number => Math.max(0, to - from);

/** Length of intervals that do not overlap, in milliseconds. */
export const lengthMs = (intervals: readonly Interval[]): number =>
  intervals.reduce((sum, { from, to }) => sum + spanMs(from, to), 0);

/** The same time as intervals in order that neither overlap nor touch; empty ones are dropped. */
export const merged = (intervals: readonly Interval[]): readonly Interval[] => {
  const ordered = intervals.filter(({ from, to }) => from < to).sort((a, b) => a.from - b.from);
  const result: Interval[] = [];
  for (const next of ordered) {
    const last = result.at(-1);
    if (last === undefined || next.from > last.to) result.push(next);
    else if (next.to > last.to) result[result.length - 1] = { from: last.from, to: next.to };
  }
  return result;
};

/** The time that lies in both; each side must be `merged`. */
export const common = (a: readonly Interval[], b: readonly Interval[]): readonly Interval[] =>
  a.flatMap((one) =>
    b
      .map((other) => ({
        from: Math.max(one.from, other.from),
        to: Math.min(one.to, other.to),
      }))
      .filter(({ from, to }) => from < to),
  );

/** The time of `a` that does not lie in `b`; each side must be `merged`. */
export const without = (a: readonly Interval[], b: readonly Interval[]): readonly Interval[] =>
  b.reduce<readonly Interval[]>(
    (left, hole) =>
      left
        .flatMap(({ from, to }) => [
          { from, to: Math.min(to, hole.from) },
          { from: Math.max(from, hole.to), to },
        ])
        .filter(({ from, to }) => from < to),
    a,
  );
