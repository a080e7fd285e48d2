import type { Millis } from '../../core/configuration.js';

const FREE_TRIES = 5;
const FIRST_WAIT_MS = 30_000;
const WAIT_MAX_MS = 15 * 60_000;
const KEYS_MAX = 5_000;

/**
 * Slows wrong guesses down: five are free, then each waits 30 s doubling to 15 minutes. Never locks
 * anybody out for good; a right guess clears the count.
 */
export class Throttle {
  private readonly wrong = new Map<string, { count: number; until: Millis }>();

  /** How long this key must still wait, in ms; 0 when it may try. */
  waitMs(key: string, at: Millis): number {
    return Math.max(0, (this.wrong.get(key)?.until ?? 0) - at);
  }

  failed(key: string, at: Millis): void {
    const count = (this.wrong.get(key)?.count ?? 0) + 1;
    const over = count - FREE_TRIES;
    const wait = over < 0 ? 0 : Math.min(WAIT_MAX_MS, FIRST_WAIT_MS * 2 ** over);
    this.wrong.delete(key);
    this.wrong.set(key, { count, until: at + wait });
    const oldest = this.wrong.keys().next();
    if (this.wrong.size > KEYS_MAX && !oldest.done) this.wrong.delete(oldest.value);
  }

  succeeded(key: string): void {
    this.wrong.delete(key);
  }
}
