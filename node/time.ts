import type { Millis } from '../core/configuration.js';

/** What the machine offers: its wall clock (epoch ms) and a steady one that nobody sets (ms). */
export interface TimeSource {
  wall(): Millis;
  monotonicMs(): number;
}

/** Work for later turns of the event loop. Each of the last two returns what cancels it. */
export interface Timers {
  /** Once, after what is being handled now. */
  soon(run: () => void): void;
  after(ms: number, run: () => void): () => void;
  every(ms: number, run: () => void): () => void;
}

export const machineTime: TimeSource = {
  wall: () => Date.now(),
  monotonicMs: () => performance.now(),
};

/** From 0 up to 1; for spreading, not for secrets. */
export const machineRandom = (): number => Math.random();

export const machineTimers: Timers = {
  soon: (run) => void setImmediate(run),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  every: (ms, run) => {
    const timer = setInterval(run, ms);
    return () => clearInterval(timer);
  },
};
