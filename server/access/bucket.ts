import type { Millis } from '../../core/configuration.js';

/** Limits a sender: `perSecond` on average, `burst` at once. */
export class TokenBucket {
  private level: number;
  private filledAt: Millis;

  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
    at: Millis,
  ) {
    this.level = burst;
    this.filledAt = at;
  }

  /** Takes one; false when the sender must wait. */
  take(at: Millis): boolean {
    const elapsedS = Math.max(0, at - this.filledAt) / 1000;
    this.level = Math.min(this.burst, this.level + elapsedS * this.perSecond);
    this.filledAt = at;
    if (this.level < 1) return false;
    this.level -= 1;
    return true;
  }
}
