import type { PrinterState } from '../../core/protocol/views.js';
import type { Clock } from '../clock.js';
import { LinkLost, type DeviceLink } from '../wires/link.js';
import type { PrinterProfile } from '../printer/profile.js';
import { CLEAR_BUFFER } from '../printer/receiver.js';
import { ReplyReader, stateOf, type Reply } from '../printer/replies.js';

/** How long a printer may take to answer a real-time request. */
export const ANSWER_MS_MAX = 300;
const CLEARED_MS_MAX = 2_000;

interface Waiter {
  readonly match: (reply: Reply) => boolean;
  readonly settle: (reply: Reply | undefined) => void;
  readonly fail: (error: LinkLost) => void;
}

export interface Expected {
  /** `undefined` when the time is over. Rejects with `LinkLost`. */
  readonly reply: Promise<Reply | undefined>;
  /** Ends the wait without an answer; the next such reply is somebody else's. */
  drop(): void;
}

/**
 * Questions and answers over one link. Every wait ends: with the answer, in time, or by `LinkLost`.
 * An answer that comes too late could be taken for that to the next question, so the first one
 * that is missed ends the connection.
 */
export class Session {
  private reader = new ReplyReader();
  private waiters: Waiter[] = [];
  private isConnected = false;

  constructor(
    private readonly link: DeviceLink,
    private readonly profile: PrinterProfile,
    private readonly clock: Clock,
  ) {
    link.onData((bytes) => {
      for (const reply of this.reader.take(bytes)) this.hear(reply);
    });
    link.onLost(() => this.fail());
  }

  get isOpen(): boolean {
    return this.isConnected;
  }

  /** Rejects with `LinkLost`. */
  async open(): Promise<void> {
    this.reader = new ReplyReader();
    await this.link.open();
    this.isConnected = true;
  }

  async close(): Promise<void> {
    this.fail();
    await this.link.close();
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (!this.isConnected) throw new LinkLost('the printer is not connected');
    await this.link.write(bytes);
  }

  /** `ready` for a printer that cannot be asked. Rejects with `LinkLost` if it does not answer. */
  async status(): Promise<PrinterState> {
    if (!this.profile.status.dleEot) return 'ready';
    return stateOf(await this.ask(2), await this.ask(4));
  }

  /** Makes the printer forget what it holds but has not printed. Rejects with `LinkLost`. */
  async clearBuffer(): Promise<void> {
    const cleared = this.expect(({ kind }) => kind === 'cleared', CLEARED_MS_MAX);
    if ((await this.askFor(cleared, CLEAR_BUFFER)) === undefined) await this.giveUp();
  }

  /** Waits for the first reply that matches. Call it before writing what asks for the reply. */
  expect(match: (reply: Reply) => boolean, ms: number): Expected {
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
    const cancel = this.clock.after(ms, () => waiter.settle(undefined));
    const waiter: Waiter = { match, settle: ended(settle), fail: ended(fail) };
    this.waiters.push(waiter);
    return { reply, drop };
  }

  private async ask(n: number): Promise<number> {
    const expected = this.expect(({ kind }) => kind === 'realTime', ANSWER_MS_MAX);
    const reply = await this.askFor(expected, Uint8Array.of(0x10, 0x04, n));
    return reply?.kind === 'realTime' ? reply.byte : this.giveUp();
  }

  private async askFor(expected: Expected, bytes: Uint8Array): Promise<Reply | undefined> {
    await this.write(bytes);
    return expected.reply;
  }

  private async giveUp(): Promise<never> {
    await this.close();
    throw new LinkLost('the printer does not answer');
  }

  private hear(reply: Reply): void {
    this.waiters.find(({ match }) => match(reply))?.settle(reply);
  }

  private fail(): void {
    this.isConnected = false;
    const error = new LinkLost('the printer was lost');
    for (const waiter of [...this.waiters]) waiter.fail(error);
  }
}
