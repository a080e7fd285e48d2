import { setTimeout as wait } from 'node:timers/promises';
import type { Millis } from '../../core/configuration.js';
import type { TimeSource, Timers } from '../../node/time.js';

/** The replay's time, in the log's own hours. */
export interface ReplayClock {
  now(): Millis;
  /** Resolves then, or when it is woken. */
  until(at: Millis, wake?: AbortSignal): Promise<void>;
  /** The clock stands until what is returned is called; where it is not ours, it goes on. */
  hold(): () => void;
}

const untilOn = async (
  clock: { now(): Millis },
  at: Millis,
  { speed, wake }: { readonly speed: number; readonly wake: AbortSignal | undefined },
): Promise<void> => {
  for (let left = at - clock.now(); left > 0; left = at - clock.now()) {
    if (wake?.aborted === true) return;
    const options = wake === undefined ? {} : { signal: wake };
    await wait(left / speed, undefined, options).catch((error: unknown) => {
      if (wake?.aborted !== true) throw error;
    });
  }
};

/** Timers of the server never run more often than this, however fast its time goes. */
const EVERY_REAL_MIN_MS = 100;

interface Waiter {
  readonly at: Millis;
  readonly tell: () => void;
}

/** Timers of this machine are no finer than this. */
const GRAIN_MS = 1;

/**
 * Time that runs `speed` times as fast as this machine's, from `from` on: the server's clock and
 * the replay's are this one. It passes nobody who waits for it, however busy the machine is, and it
 * can be held: while an ask is on its way and while a secret is hashed, so that the machine's own
 * delays do not become minutes of waiting. What a slow machine costs is speed.
 */
export class ScaledTime implements TimeSource, ReplayClock {
  private at: Millis;
  private readAt = performance.now();
  private holds = 0;
  private alarm: NodeJS.Timeout | undefined;
  /** In order of time. */
  private readonly waiters: Waiter[] = [];

  constructor(
    private readonly from: Millis,
    private readonly speed: number,
  ) {
    this.at = from;
  }

  now(): Millis {
    const reading = performance.now();
    if (this.holds === 0) {
      const reached = this.at + (reading - this.readAt) * this.speed;
      this.at = Math.max(this.at, Math.min(reached, this.waiters[0]?.at ?? reached));
    }
    this.readAt = reading;
    return this.at;
  }

  wall(): Millis {
    return Math.floor(this.now());
  }

  monotonicMs(): number {
    return this.now() - this.from;
  }

  until(at: Millis, wake?: AbortSignal): Promise<void> {
    if (at <= this.now() || wake?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const leave = (): void => {
        const index = this.waiters.indexOf(waiter);
        if (index >= 0) this.waiters.splice(index, 1);
        this.arm();
        resolve();
      };
      const waiter: Waiter = {
        at,
        tell: () => {
          wake?.removeEventListener('abort', leave);
          resolve();
        },
      };
      wake?.addEventListener('abort', leave, { once: true });
      const later = this.waiters.findIndex((other) => other.at > at);
      this.waiters.splice(later < 0 ? this.waiters.length : later, 0, waiter);
      this.arm();
    });
  }

  hold(): () => void {
    this.now();
    this.holds += 1;
    this.arm();
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.now();
      this.holds -= 1;
      this.arm();
    };
  }

  private arm(): void {
    clearTimeout(this.alarm);
    this.alarm = undefined;
    const next = this.waiters[0];
    if (next === undefined || this.holds > 0) return;
    const left = (next.at - this.now()) / this.speed;
    this.alarm = setTimeout(() => this.ring(), Math.max(0, left - GRAIN_MS));
  }

  /** The time of whoever waits next has come, and of nobody later. */
  private ring(): void {
    const next = this.waiters[0];
    if (next === undefined || this.holds > 0) return;
    // Those who are told speak first, before time goes on.
    setImmediate(this.hold());
    this.at = Math.max(this.at, next.at);
    while (this.waiters[0] !== undefined && this.waiters[0].at <= this.at) {
      this.waiters.shift()?.tell();
    }
  }
}

/**
 * The server's timers at the same speed, until they are stopped. What they start is handed to the
 * log before time goes on.
 */
export class ScaledTimers implements Timers {
  private readonly running = new Set<NodeJS.Timeout>();

  constructor(
    private readonly time: ScaledTime,
    private readonly speed: number,
  ) {}

  soon(run: () => void): void {
    setImmediate(run);
  }

  after(ms: number, run: () => void): () => void {
    const timer = setTimeout(() => {
      this.running.delete(timer);
      this.standing(run);
    }, ms / this.speed);
    return this.keep(timer);
  }

  every(ms: number, run: () => void): () => void {
    return this.keep(
      setInterval(() => this.standing(run), Math.max(EVERY_REAL_MIN_MS, ms / this.speed)),
    );
  }

  stop(): void {
    for (const timer of this.running) clearTimeout(timer);
  }

  private standing(run: () => void): void {
    const letGo = this.time.hold();
    run();
    setImmediate(letGo);
  }

  private keep(timer: NodeJS.Timeout): () => void {
    this.running.add(timer);
    return () => {
      clearTimeout(timer);
      this.running.delete(timer);
    };
  }
}

/** The log's hours beside a server whose clock is not ours. */
export const besideClock = (from: Millis, speed: number): ReplayClock => {
  const startedAt = performance.now();
  const now = (): Millis => from + (performance.now() - startedAt) * speed;
  const until = (at: Millis, wake?: AbortSignal) => untilOn({ now }, at, { speed, wake });
  return { now, until, hold: () => () => undefined };
};
