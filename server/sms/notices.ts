import type { Configuration, Millis } from '../../core/configuration.js';
import type { TicketId } from '../../core/events.js';
import type { SmsDay, SmsNews, SmsOrder, SmsWay } from '../../core/protocol/sms.js';
import { counterOf } from '../../core/catalogue.js';
import { aheadCounter, candidateOf } from '../../core/calling.js';
import type { DayState, Ticket } from '../../core/state.js';
import { MINUTE_MS } from '../../core/time.js';
import { labelOf } from '../../core/views/hall.js';
import type { Timers } from '../../node/time.js';
import type { Contacts } from './contacts.js';
import type { Gateway } from './gateway.js';
import { NEAR_NOTICE, type Message, type Messages } from './messages.js';
import { Outbox } from './outbox.js';
import { textOf, type News } from './texts.js';

/** Told when so many are before the visitor, or fewer. */
const NEAR = 2;
/** Who was called longer ago is not told of it any more. */
export const CALL_MS_MAX = 3 * MINUTE_MS;
/** After so long the network shall not deliver a call, or that the turn is near. */
const VALID_MINUTES = { call: 10, near: 30 } as const;
const LOOK_MS = 500;
const UNREACHED_MAX = 10;

export interface SmsLimits {
  readonly perTicketMax: number;
  /** To one number in a day, as far as this process has seen. */
  readonly perNumberMax: number;
  readonly perDayMax: number;
}

export interface NoticesParts {
  readonly contacts: Contacts;
  readonly messages: Messages;
  readonly gateway: Gateway;
  /** What the way says of itself, if it does. */
  readonly way?: () => SmsWay;
  readonly timers: Pick<Timers, 'after' | 'every'>;
  readonly now: () => Millis;
  readonly limits: SmsLimits;
  readonly day: () => DayState | null;
  readonly configuration: () => Configuration;
  onFault(fault: unknown): void;
}

/** Tells visitors who asked for it by text message that their turn is near, or has come. */
export class Notices {
  readonly outbox: Outbox;
  private cancelLook: (() => void) | undefined;
  private isStopped = false;
  private readonly listeners: (() => void)[] = [];
  private perNumber = { day: '', counts: new Map<string, number>() };

  constructor(private readonly parts: NoticesParts) {
    const { messages, gateway, timers, now, onFault } = parts;
    this.outbox = new Outbox({
      ...{ messages, gateway, timers, now, onFault },
      compose: (message) => this.compose(message),
      onChange: () => this.tellOf(),
    });
  }

  /** Goes on where an earlier process was cut off. */
  start(): void {
    this.outbox.start();
    this.look();
  }

  /** Told when what is known of messages has changed. */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** Something happened in the hall: whom to tell is looked at soon, once for all of it. */
  changed(): void {
    if (this.isStopped) return;
    this.cancelLook ??= this.parts.timers.after(LOOK_MS, () => {
      this.cancelLook = undefined;
      this.look();
    });
  }

  /** Looks whom to tell. Numbers of visits that are over are forgotten. */
  look(): void {
    try {
      this.lookAtAll();
    } catch (fault) {
      // The hall goes on without messages; the next commit looks again.
      this.parts.onFault(fault);
    }
  }

  /** The modem said so: what waits goes out as soon as it can. */
  wayIs(way: SmsWay): void {
    this.tellOf();
    if (way === 'ready' && !this.isStopped) this.outbox.ready();
  }

  /** The number of an open ticket, with its visitor's consent. */
  keep(ticketId: TicketId, phone: string): boolean {
    if (this.parts.day()?.tickets.has(ticketId) !== true) return false;
    this.parts.contacts.keep(ticketId, phone, this.parts.now());
    this.tellOf();
    this.look();
    return true;
  }

  forget(ticketId: TicketId): void {
    this.parts.contacts.forget(ticketId);
    this.tellOf();
  }

  /** What is known of a ticket's messages; `null` where there is neither number nor message. */
  newsOf(ticketId: TicketId): SmsNews | null {
    const news = this.parts.messages.newsOf(ticketId);
    if (news !== undefined) return news;
    return this.parts.contacts.has(ticketId) ? { state: 'ready', reason: null } : null;
  }

  /** Whether the visitor's number is known now. */
  knows(ticketId: TicketId): boolean {
    return this.parts.contacts.has(ticketId);
  }

  /** Today's messages; for managers. */
  today(): SmsDay {
    const { messages, limits } = this.parts;
    const day = this.parts.day();
    const { queued, sending, sent, delivered, failed } = messages.counts(day?.day ?? '');
    return {
      ...{ queued: queued + sending, sent: sent + delivered, delivered, failed },
      perDayMax: limits.perDayMax,
      way: this.parts.way?.() ?? (this.outbox.isAway ? 'away' : 'ready'),
      unreached: day === null ? [] : this.unreached(day),
    };
  }

  /** Sends nothing more, and waits a little for what is on its way. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.cancelLook?.();
    await this.outbox.stop();
  }

  private tellOf(): void {
    for (const listener of this.listeners) listener();
  }

  private unreached(day: DayState): SmsDay['unreached'] {
    const failed = new Set(this.parts.messages.inState('failed').map(({ ticketId }) => ticketId));
    const configuration = this.parts.configuration();
    return [...failed]
      .flatMap((ticketId) => {
        const ticket = day.tickets.get(ticketId);
        const news = this.parts.messages.newsOf(ticketId);
        if (ticket === undefined || news?.state !== 'failed' || news.reason === null) return [];
        return [{ ticketId, label: labelOf(configuration, ticket), reason: news.reason }];
      })
      .slice(-UNREACHED_MAX);
  }

  private lookAtAll(): void {
    const { contacts, messages } = this.parts;
    const day = this.parts.day();
    if (day !== null) messages.keepDay(day.day);
    const known = contacts.tickets();
    if (known.length === 0) return;
    const ahead = day === null ? () => 0 : aheadCounter(this.parts.configuration(), day);
    for (const ticketId of known) {
      const ticket = day?.tickets.get(ticketId);
      if (day === null || ticket === undefined) contacts.forget(ticketId);
      else this.lookAt(day, ticket, () => ahead(candidateOf(ticket)));
    }
    this.outbox.wake();
  }

  private lookAt(day: DayState, ticket: Ticket, ahead: () => number): void {
    const { messages, contacts, limits, now } = this.parts;
    const notice = noticeOf(ticket, now(), ahead);
    const before = messages.of(ticket.id);
    if (notice === undefined || before.some((message) => message.notice === notice)) return;
    if (before.length >= limits.perTicketMax) return;
    if (totalOf(messages.counts(day.day)) >= limits.perDayMax) return;
    const phone = contacts.phone(ticket.id);
    if (phone === undefined || !this.allows(day.day, contacts.sameness(phone))) return;
    messages.add(ticket.id, notice, { day: day.day, at: now() });
  }

  /** Whether a number may have one more message today; if so, it is counted. */
  private allows(day: string, number: string): boolean {
    if (this.perNumber.day !== day) this.perNumber = { day, counts: this.countAgain() };
    const { counts } = this.perNumber;
    const count = counts.get(number) ?? 0;
    if (count >= this.parts.limits.perNumberMax) return false;
    counts.set(number, count + 1);
    return true;
  }

  /** After a start: what went to the numbers that are still known. */
  private countAgain(): Map<string, number> {
    const { contacts, messages } = this.parts;
    const counts = new Map<string, number>();
    for (const ticketId of contacts.tickets()) {
      const phone = contacts.phone(ticketId);
      if (phone === undefined) continue;
      const number = contacts.sameness(phone);
      counts.set(number, (counts.get(number) ?? 0) + messages.of(ticketId).length);
    }
    return counts;
  }

  private compose({ ticketId, notice }: Message): Omit<SmsOrder, 'id'> | undefined {
    const to = this.parts.contacts.phone(ticketId);
    const day = this.parts.day();
    const ticket = day?.tickets.get(ticketId);
    if (to === undefined || !day || ticket === undefined) return undefined;
    const configuration = this.parts.configuration();
    const news = newsOf(configuration, ticket, {
      ...{ notice, now: this.parts.now() },
      ahead: () => aheadCounter(configuration, day)(candidateOf(ticket)),
    });
    if (news === undefined) return undefined;
    const validMinutes = VALID_MINUTES[news.kind === 'near' ? 'near' : 'call'];
    return { to, text: textOf(configuration, ticket, news), validMinutes };
  }
}

const totalOf = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

/** What there is to tell of a ticket now, if anything. */
const noticeOf = (
  { leg }: Ticket,
  now: Millis,
  ahead: () => number,
): Message['notice'] | undefined => {
  if (leg.status === 'called') {
    return now - leg.calledAt > CALL_MS_MAX ? undefined : `${leg.n}/${leg.calledAt}`;
  }
  return leg.status === 'waiting' && ahead() <= NEAR ? NEAR_NOTICE : undefined;
};

interface Said {
  readonly notice: Message['notice'];
  readonly now: Millis;
  readonly ahead: () => number;
}

/** What a notice says now; `undefined` when it is no longer so, or of no use any more. */
const newsOf = (
  configuration: Configuration,
  ticket: Ticket,
  { notice, now, ahead }: Said,
): News | undefined => {
  const { leg } = ticket;
  if (notice === NEAR_NOTICE) {
    return leg.status === 'waiting' ? { kind: 'near', ahead: ahead() } : undefined;
  }
  if (leg.status !== 'called' || notice !== noticeOf(ticket, now, ahead)) return undefined;
  return { kind: 'turn', counter: counterOf(configuration, leg.counterId)?.number ?? 0 };
};
