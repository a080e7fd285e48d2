import type { Millis } from '../core/configuration.js';

/** The agent's time. */
export interface Clock {
  /** Epoch ms. */
  now(): Millis;
  /** Runs once after `ms`. Returns what cancels it; cancelling again is harmless. */
  after(ms: number, run: () => void): () => void;
}

export const machineClock: Clock = {
  now: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
