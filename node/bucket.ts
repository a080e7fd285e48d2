import type { Millis } from '../core/configuration.js';

/** `perSecond` on average, `burst` at once. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** So many a minute, all at once or not. */
export const perMinute = (count: number, burst = count): Rate => ({
  perSecond: count / 60,
  burst,
});

/** Senders that are remembered; beyond, those that were quiet longest begin anew. */
const KEYS_MAX = 10_000;

/** Limits how often each sender may do a thing. The rate is looked up anew for each try. */
export class Buckets {
  private readonly levels = new Map<string, { readonly level: number; readonly at: Millis }>();

  constructor(private readonly rate: () => Rate) {}

  /** Takes one; false when the sender must wait. */
  take(key: string, at: Millis): boolean {
    const level = this.level(key, at);
    const taken = level >= 1;
    this.levels.delete(key);
    this.levels.set(key, { level: taken ? level - 1 : level, at });
    const oldest = this.levels.keys().next();
    if (this.levels.size > KEYS_MAX && !oldest.done) this.levels.delete(oldest.value);
    return taken;
  }

  /** How long until the sender may take one, in ms. */
  waitMs(key: string, at: Millis): number {
    return Math.max(0, Math.ceil(((1 - this.level(key, at)) / this.rate().perSecond) * 1000));
  }

  private level(key: string, at: Millis): number {
    const { perSecond, burst } = this.rate();
    const last = this.levels.get(key);
    if (last === undefined) return burst;
    const elapsedS = Math.max(0, at - last.at) / 1000;
    return Math.min(burst, last.level + elapsedS * perSecond);
  }
}
