import type { Millis } from '../core/configuration.js';
import { HOUR_MS, MINUTE_MS } from '../core/time.js';

const FREE_TRIES = 5;
const FIRST_WAIT_MS = 30_000;
/** So long at most is an honest person kept waiting by somebody else's guesses. */
const WAIT_MAX_MS = 4 * MINUTE_MS;
/** Tries of yesterday do not count against a slip of today. */
const FORGOTTEN_AFTER_MS = HOUR_MS;
const KEYS_MAX = 5_000;

interface Tries {
  readonly count: number;
  readonly at: Millis;
  readonly waitMs: number;
}

/**
 * Slows guesses down: five are free, then each waits 30 s doubling to four minutes. Never locks
 * anybody out for good: a right guess clears the count, and so does an hour without any.
 */
export class Throttle {
  private readonly tries = new Map<string, Tries>();

  /** How long this key must still wait, in ms; 0 when it may try. */
  waitMs(key: string, at: Millis): number {
    const last = this.recent(key, at);
    return last === undefined ? 0 : Math.max(0, last.at + last.waitMs - at);
  }

  /** Counts a try before its outcome is known, so that many at once are not all free. */
  tried(key: string, at: Millis): void {
    const count = (this.recent(key, at)?.count ?? 0) + 1;
    const over = count - FREE_TRIES;
    const waitMs = over < 0 ? 0 : Math.min(WAIT_MAX_MS, FIRST_WAIT_MS * 2 ** over);
    this.tries.delete(key);
    this.tries.set(key, { count, at, waitMs });
    const oldest = this.tries.keys().next();
    if (this.tries.size > KEYS_MAX && !oldest.done) this.tries.delete(oldest.value);
  }

  succeeded(key: string): void {
    this.tries.delete(key);
  }

  /** Not what lies in the future either: then the clock was set back. */
  private recent(key: string, at: Millis): Tries | undefined {
    const last = this.tries.get(key);
    if (last === undefined || at < last.at || at - last.at > FORGOTTEN_AFTER_MS) return undefined;
    return last;
  }
}
