import type { Millis } from '../core/configuration.js';
import { MINUTE_MS } from '../core/time.js';

const QUICK_MIN = [10, 20, 30];
/** A stated time moves by this much at a touch. */
export const STEP_MIN = 5;

/** What a visitor may choose: minutes after `from`, the later of now and a time stated before. */
export interface Delays {
  readonly from: Millis;
  readonly quick: readonly number[];
  /** In whole steps; below one step nothing can be chosen. */
  readonly mostMin: number;
}

/** The server refuses a delay that is not later than one stated before, or beyond `latest`. */
export const delays = (now: Millis, until: Millis | null, latest: Millis): Delays => {
  const from = Math.max(now, until ?? now);
  const mostMin = Math.max(0, Math.floor((latest - from) / MINUTE_MS / STEP_MIN) * STEP_MIN);
  return { from, quick: QUICK_MIN.filter((choice) => choice <= mostMin), mostMin };
};

export const afterMinutes = (from: Millis, minutes: number): Millis => from + minutes * MINUTE_MS;
