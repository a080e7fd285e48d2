import type { Millis } from '../../core/configuration.js';
import type { SmsOrder, SmsOutcome, SmsReason } from '../../core/protocol/sms.js';
import { MINUTE_MS } from '../../core/time.js';
import type { Timers } from '../../node/time.js';
import type { Gateway } from './gateway.js';
import type { Message, Messages } from './messages.js';

/** A way that is away is tried again so long after; the last one again and again. */
const AGAIN_MS = [2_000, 10_000, 30_000, MINUTE_MS] as const;
/** How often a gateway is asked what arrived, and for how long after it took a message. */
export const ASK_MS = 30_000;
const ASKED_FOR_MS = 30 * MINUTE_MS;
const ASKED_MAX = 20;
/** What is on its way when the server stops has so long to end. */
const STOP_MS_MAX = 5_000;

export interface OutboxParts {
  readonly messages: Messages;
  readonly gateway: Gateway;
  readonly timers: Pick<Timers, 'after' | 'every'>;
  readonly now: () => Millis;
  /** What a message says now; `undefined` when that is no longer so, or the number is gone. */
  readonly compose: (message: Message) => Omit<SmsOrder, 'id'> | undefined;
  onChange(): void;
  onFault(fault: unknown): void;
}

/**
 * Sends what waits, one message at a time, and asks what arrived. Each message is marked on disk
 * before it is handed over: one whose handing over was cut off by the server's death is not handed
 * over again, unless its way takes the same id once.
 */
export class Outbox {
  private running: Promise<void> | undefined;
  private asking: Promise<void> | undefined;
  private aways = 0;
  private isStopped = false;
  /** The tables may be gone: what ends now stays as it was begun. */
  private isClosed = false;
  private wakeUp: () => void = () => undefined;
  private stopAsking: () => void = () => undefined;

  constructor(private readonly parts: OutboxParts) {}

  /** Whether the way was there when it was last used. */
  get isAway(): boolean {
    return this.aways > 0;
  }

  /** Once, before anything is sent: settles what an earlier process had begun. */
  start(): void {
    const { messages, gateway, timers, now } = this.parts;
    for (const { id } of messages.inState('sending')) {
      if (gateway.onceById) messages.become(id, 'queued', { at: now() });
      else messages.become(id, 'failed', { at: now(), reason: 'unsure' });
    }
    if (gateway.delivery === undefined) return;
    this.stopAsking = timers.every(ASK_MS, () => {
      this.asking ??= this.ask()
        .catch((fault: unknown) => this.parts.onFault(fault))
        .finally(() => (this.asking = undefined));
    });
  }

  /** Something may wait. */
  wake(): void {
    if (this.isStopped) return;
    this.running ??= this.run().then(
      () => {
        this.running = undefined;
        // What came while the last one ended.
        if (this.next() !== undefined) this.wake();
      },
      (fault: unknown) => {
        this.running = undefined;
        this.parts.onFault(fault);
      },
    );
  }

  /** The way is there again: nobody waits longer for it. */
  ready(): void {
    this.wakeUp();
    this.wake();
  }

  /** What arrived, told by the way itself. A message that is not known any more is none. */
  arrived(id: string, delivery: 'delivered' | 'failed'): void {
    const { messages, now, onChange } = this.parts;
    const message = messages.get(id);
    // Whatever was thought of it: it was handed over, and this is what came of it.
    if (message === undefined || message.tries === 0 || message.state === 'delivered') return;
    const reason = delivery === 'failed' ? ({ reason: 'undelivered' } as const) : {};
    messages.become(id, delivery, { at: now(), ...reason });
    onChange();
  }

  /** Resolves when all that waited has ended, or waits for a way that is away. */
  settled(): Promise<void> {
    return this.running ?? Promise.resolve();
  }

  /** Sends nothing more, and waits a little for what is on its way. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.stopAsking();
    this.wakeUp();
    let late: () => void = () => undefined;
    const limit = new Promise<void>((resolve) => {
      late = this.parts.timers.after(STOP_MS_MAX, resolve);
    });
    await Promise.race([Promise.all([this.running, this.asking]), limit]);
    late();
    this.isClosed = true;
  }

  private async run(): Promise<void> {
    for (let next = this.next(); next !== undefined; next = this.next()) {
      const outcome = await this.hand(next);
      if (this.isClosed) return;
      if (outcome === undefined) continue;
      const isThere = outcome.is === 'taken' || outcome.is === 'refused';
      this.aways = isThere ? 0 : this.aways + 1;
      this.end(next, outcome);
      if (!isThere) await this.pause();
    }
  }

  private next(): Message | undefined {
    return this.isStopped ? undefined : this.parts.messages.next();
  }

  /** `undefined` when there was nothing to say any more. */
  private async hand(message: Message): Promise<SmsOutcome | undefined> {
    const { messages, gateway, compose, now, onChange } = this.parts;
    const { id, tries, reason } = message;
    const order = compose(message);
    if (order === undefined) {
      if (tries === 0) messages.drop(id);
      else messages.become(id, 'failed', { at: now(), reason: reason ?? 'away' });
      onChange();
      return undefined;
    }
    messages.begin(id, now());
    return gateway.send({ id, ...order });
  }

  private end({ id }: Message, outcome: SmsOutcome): void {
    const { messages, gateway, now, onChange } = this.parts;
    // Its arrival may have been told while it was still being handed over.
    if (messages.get(id)?.state !== 'sending') return;
    const become = (state: 'queued' | 'failed', reason: SmsReason): void =>
      messages.become(id, state, { at: now(), reason });
    if (outcome.is === 'taken') {
      messages.become(id, 'sent', { at: now(), reference: outcome.reference });
    } else if (outcome.is === 'refused') become('failed', outcome.reason);
    else if (outcome.is === 'away') become('queued', 'away');
    else become(gateway.onceById ? 'queued' : 'failed', 'unsure');
    onChange();
  }

  private pause(): Promise<void> {
    if (this.isStopped) return Promise.resolve();
    const ms = AGAIN_MS[Math.min(this.aways, AGAIN_MS.length) - 1] ?? AGAIN_MS[0];
    return new Promise((resolve) => {
      const cancel = this.parts.timers.after(ms, resolve);
      this.wakeUp = () => {
        cancel();
        resolve();
      };
    });
  }

  private async ask(): Promise<void> {
    const { messages, gateway, now } = this.parts;
    const since = now() - ASKED_FOR_MS;
    const open = messages.inState('sent').filter(({ at }) => at > since);
    for (const { id, reference } of open.slice(-ASKED_MAX)) {
      if (reference === null || this.isStopped) continue;
      const delivery = (await gateway.delivery?.(reference)) ?? 'open';
      if (delivery !== 'open' && !this.isClosed) this.arrived(id, delivery);
    }
  }
}
