import { isRefusal, type RefusalCode } from '../core/protocol/refusals.js';
import type { Answer, Ask } from '../core/protocol/wire.js';
import { sleep, type Clock } from './clock.js';

export const RETRY_MS_MIN = 1_000;
export const RETRY_MS_MAX = 10_000;

/** Refusals that pass: there is room on the disk again, the rush is over, the clock is set. */
const PASSING: readonly RefusalCode[] = [
  'storage.failed',
  'rate.limited',
  'request.stale',
  'clock.unconfirmed',
];

export interface TellerParts<C> {
  readonly clock: Clock;
  /** Resolves with the server's answer, or `undefined` if none came in time. */
  ask(ask: Ask<C>): Promise<Answer | undefined>;
}

/** Tells the server what it must hear, and waits ever longer while it cannot. */
export class Teller<C> {
  private retryMs = RETRY_MS_MIN;

  constructor(private readonly parts: TellerParts<C>) {}

  /** What the server says for good; `undefined`, after a pause, if it must be told again. */
  async tell(ask: Ask<C>): Promise<Answer | undefined> {
    const answer = await this.parts.ask(ask);
    if (answer === undefined || (isRefusal(answer) && PASSING.includes(answer.refused))) {
      await sleep(this.parts.clock, this.retryMs);
      this.retryMs = Math.min(this.retryMs * 2, RETRY_MS_MAX);
      return undefined;
    }
    this.retryMs = RETRY_MS_MIN;
    return answer;
  }
}
