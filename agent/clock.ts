import type { Millis } from '../core/configuration.js';

/** The agent's time. */
export interface Clock {
  /** Epoch ms, whole. */
  now(): Millis;
  /** Runs once after `ms`. Returns what cancels it; cancelling again is harmless. */
  after(ms: number, run: () => void): () => void;
}

/** Wall time at the start of this process plus steady elapsed time: nobody sets it. */
export const machineClock: Clock = {
  now: () => Math.floor(performance.timeOrigin + performance.now()),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

export const sleep = (clock: Clock, ms: number): Promise<void> =>
  new Promise((resolve) => void clock.after(ms, resolve));

/**
 * The centre's time: what its server told last, carried on by the machine's clock, however wrong
 * that one is. Until it is told, the machine's own. Goes back when the server's time does.
 */
export class CentreClock implements Clock {
  private offsetMs = 0;

  constructor(private readonly machine: Clock) {}

  now(): Millis {
    return this.machine.now() + this.offsetMs;
  }

  after(ms: number, run: () => void): () => void {
    return this.machine.after(ms, run);
  }

  /** The server says that it is `at` now. */
  hear(at: Millis): void {
    this.offsetMs = at - this.machine.now();
  }
}
