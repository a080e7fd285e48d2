import type { Clock } from '../clock.js';
import type { Reply } from '../printer/replies.js';
import type { LinkLost } from '../wires/link.js';

/**
 * A process that was held up, by a slow disk or a busy machine, finds the end of the wait before it
 * finds the answer that came meanwhile: so long it reads what has come before it believes that.
 */
const UNREAD_MS = 50;

export interface Expected {
  /** `undefined` when the time is over. Rejects with `LinkLost`. */
  readonly reply: Promise<Reply | undefined>;
  /** Ends the wait without an answer; the next such reply is somebody else's. */
  drop(): void;
}

interface Waiter {
  readonly match: (reply: Reply) => boolean;
  readonly settle: (reply: Reply | undefined) => void;
  readonly fail: (error: LinkLost) => void;
}

/** Who waits for which answer of one printer, the first that began first. */
export class Waits {
  private waiters: Waiter[] = [];

  constructor(private readonly clock: Clock) {}

  /** Waits for the first reply that matches, for so long. */
  begin(match: (reply: Reply) => boolean, ms: number): Expected {
    let settle: (reply: Reply | undefined) => void = () => undefined;
    let fail: (error: LinkLost) => void = () => undefined;
    const reply = new Promise<Reply | undefined>((resolve, reject) => {
      settle = resolve;
      fail = reject;
    });
    // Whoever waits gets the failure; nobody may be waiting yet, or any more.
    reply.catch(() => undefined);
    const drop = (): void => {
      cancel();
      this.waiters = this.waiters.filter((other) => other !== waiter);
    };
    const ended =
      <T>(end: (value: T) => void): ((value: T) => void) =>
      (value) => {
        drop();
        end(value);
      };
    let cancel = this.clock.after(ms, () => {
      cancel = this.clock.after(UNREAD_MS, () => waiter.settle(undefined));
    });
    const waiter: Waiter = { match, settle: ended(settle), fail: ended(fail) };
    this.waiters.push(waiter);
    return { reply, drop };
  }

  hear(reply: Reply): void {
    this.waiters.find(({ match }) => match(reply))?.settle(reply);
  }

  fail(error: LinkLost): void {
    for (const waiter of [...this.waiters]) waiter.fail(error);
  }
}
