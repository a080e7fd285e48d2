import { MINUTE_MS } from '../../core/time.js';

const STEPS_MIN = [1, 2, 5, 10, 15, 20, 30, 60, 120, 240];
const TICKS_MAX = 6;

/** Round marks in minutes from zero to at least the highest value, at most seven of them. */
export const minuteTicks = (highestMs: number): readonly number[] => {
  const highest = highestMs / MINUTE_MS;
  const step = STEPS_MIN.find((each) => highest / each <= TICKS_MAX) ?? STEPS_MIN.at(-1)!;
  const count = Math.max(1, Math.ceil(highest / step));
  return Array.from({ length: count + 1 }, (_, place) => place * step);
};
