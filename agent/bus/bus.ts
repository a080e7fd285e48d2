import { sleep, type Clock } from '../clock.js';
import { LinkLost, type DeviceLink } from '../wires/link.js';
import type { Exchange, Outcome } from './exchange.js';

/** Waits before a bus that cannot be reached is tried again. */
const AGAIN_MS_MIN = 500;
const AGAIN_MS_MAX = 10_000;
/** How long the last frames may take once the agent shall stop. */
const STOP_MS_MAX = 2_000;

export interface BusParts {
  readonly link: DeviceLink;
  readonly clock: Clock;
  /** The line is open and nothing was sent: whoever has something there puts it again. */
  onOpen(): void;
  /** Told of each try to open the line; one that is left because the agent stops is not away. */
  onState(state: 'ready' | 'away'): void;
  /** Bytes that answer no exchange: keys that were pressed. */
  onHeard(bytes: Uint8Array): void;
}

/** What a place on the bus shall be told next. */
export interface Order {
  readonly exchange: Exchange;
  /** Goes before everything that is not. */
  readonly isUrgent?: boolean;
  onEnd(outcome: Outcome): void;
}

/** The answer that an exchange waits for, and what ends the wait. */
interface Waiting {
  readonly outcome: Promise<Outcome>;
  end(outcome: Outcome): void;
}

/**
 * The master of one line. One frame is on its way at a time, and of what is put under one key only
 * the newest is sent: a slow line falls behind by no more than one round. What waits when the line
 * is lost is dropped, and `onOpen` asks for it again.
 */
export class Bus {
  private readonly orders = new Map<string, Order>();
  private heard = new Uint8Array();
  private judge: ((heard: Uint8Array) => void) | undefined;
  private wake: () => void = () => undefined;
  private isOpen = false;
  private isStopping = false;
  private endStop: () => void = () => undefined;
  private beOverdue: () => void = () => undefined;
  /** The last frames took too long. */
  private readonly overdue = new Promise<void>((resolve) => (this.beOverdue = resolve));

  constructor(private readonly parts: BusParts) {
    parts.link.onData((bytes) => this.hear(bytes));
    parts.link.onLost(() => {
      this.isOpen = false;
      this.wake();
    });
  }

  /** Takes the place of what waits under the same key. Without a line it is dropped. */
  put(key: string, order: Order): void {
    if (!this.isOpen) return;
    this.orders.set(key, order);
    this.wake();
  }

  /** Drives the line until `stop`. Rejects with what is no lost line: a bug. */
  async run(): Promise<void> {
    const driving = this.drive();
    try {
      await Promise.race([driving, this.overdue.then(() => this.breakOff())]);
      await driving;
    } finally {
      this.isStopping = true;
      this.endStop();
    }
  }

  /** Sends what waits, for at most `STOP_MS_MAX`; then `run` ends. */
  stop(): void {
    if (this.isStopping) return;
    this.isStopping = true;
    this.endStop = this.parts.clock.after(STOP_MS_MAX, this.beOverdue);
    this.wake();
  }

  /** Ends what the line does not take. */
  private async breakOff(): Promise<void> {
    this.isOpen = false;
    this.orders.clear();
    this.wake();
    await this.parts.link.close();
  }

  private async drive(): Promise<void> {
    const { link, clock, onState } = this.parts;
    let againMs = AGAIN_MS_MIN;
    while (!this.isStopping) {
      if (await this.open()) {
        const openedAt = clock.now();
        onState('ready');
        await this.serve();
        this.orders.clear();
        await link.close();
        if (!this.isStopping) onState('away');
        // A line that comes and goes at once is not hunted.
        if (clock.now() - openedAt >= AGAIN_MS_MAX) againMs = AGAIN_MS_MIN;
      } else onState('away');
      if (this.isStopping) return;
      await this.until(sleep(clock, againMs));
      againMs = Math.min(againMs * 2, AGAIN_MS_MAX);
    }
  }

  private async open(): Promise<boolean> {
    try {
      await this.parts.link.open();
    } catch (fault) {
      if (!(fault instanceof LinkLost)) throw fault;
      return false;
    }
    this.isOpen = true;
    this.parts.onOpen();
    return true;
  }

  private async serve(): Promise<void> {
    while (this.isOpen) {
      const next = this.next();
      if (next !== undefined) {
        const [key, order] = next;
        this.orders.delete(key);
        await this.carryOut(order);
      } else if (this.isStopping) return;
      else await this.until(new Promise(() => undefined));
    }
  }

  private next(): [string, Order] | undefined {
    for (const entry of this.orders) if (entry[1].isUrgent === true) return entry;
    return this.orders.entries().next().value;
  }

  /** Ends when the promise does, when something is put, or when the line is lost or shall end. */
  private until(ends: Promise<void>): Promise<void> {
    return Promise.race([ends, new Promise<void>((resolve) => (this.wake = resolve))]);
  }

  private async carryOut({ exchange, onEnd }: Order): Promise<void> {
    const tries = 1 + (exchange.reply?.retries ?? 0);
    let outcome: Outcome = 'silent';
    for (let done = 0; done < tries && outcome === 'silent' && this.isOpen; done += 1) {
      outcome = await this.send(exchange);
      await sleep(this.parts.clock, exchange.gapMs);
    }
    if (this.isOpen) onEnd(outcome);
  }

  private async send({ bytes, reply }: Exchange): Promise<Outcome> {
    this.heard = new Uint8Array();
    const answer = reply && this.awaited(reply);
    try {
      await this.parts.link.write(bytes);
    } catch (fault) {
      // Else its time-out would end an exchange of the next connection.
      answer?.end('silent');
      if (!(fault instanceof LinkLost)) throw fault;
      this.isOpen = false;
      return 'silent';
    }
    return answer === null ? 'done' : answer.outcome;
  }

  private awaited({ withinMs, judge }: NonNullable<Exchange['reply']>): Waiting {
    let settle: (outcome: Outcome) => void = () => undefined;
    const outcome = new Promise<Outcome>((resolve) => (settle = resolve));
    const end = (is: Outcome): void => {
      late();
      this.judge = undefined;
      settle(is);
    };
    const late = this.parts.clock.after(withinMs, () => {
      end('silent');
      // No answer, so perhaps a key that was pressed meanwhile.
      if (this.heard.length > 0) this.parts.onHeard(this.heard);
    });
    this.judge = (heard) => {
      const verdict = judge(heard);
      if (verdict !== 'more') end(verdict === 'accepted' ? 'done' : 'rejected');
    };
    return { outcome, end };
  }

  private hear(bytes: Uint8Array): void {
    if (this.judge === undefined) return this.parts.onHeard(bytes);
    this.heard = Uint8Array.from([...this.heard, ...bytes]);
    this.judge(this.heard);
  }
}
