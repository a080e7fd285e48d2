import type { Configuration } from '../../core/configuration.js';
import type { TicketId } from '../../core/events.js';
import type { DayState, Ticket } from '../../core/state.js';
import { counterOf } from '../../core/catalogue.js';
import { aheadCounter, candidateOf } from '../../core/calling.js';
import type { Timers } from '../clock.js';
import type { Contact, Contacts, ContactState } from './contacts.js';
import type { Send } from './gateway.js';
import { textOf, type News } from './texts.js';

/** Told when so many are before the visitor, or fewer. */
export const NEAR = 2;
/** A gateway that is away is tried again so long after. */
const AGAIN_MS = [2_000, 10_000] as const;

const LOOK_MS = 500;

export interface SmsLimits {
  readonly perTicketMax: number;
  readonly perDayMax: number;
}

export interface NoticesParts {
  readonly contacts: Contacts;
  readonly send: Send;
  readonly timers: Pick<Timers, 'after'>;
  readonly limits: SmsLimits;
  readonly day: () => DayState | null;
  readonly configuration: () => Configuration;
  onFault(fault: unknown): void;
}

interface Place {
  readonly ticket: Ticket;
  /** How many are before it. */
  readonly ahead: () => number;
}

interface Told {
  readonly contact: Contact;
  readonly news: News;
  readonly call: string;
}

/** Tells visitors who asked for it by text message that their turn is near, or has come. */
export class Notices {
  private queue: Promise<void> = Promise.resolve();
  private isLooking = false;

  constructor(private readonly parts: NoticesParts) {}

  /** Something happened in the hall: whom to tell is looked at soon, once for all of it. */
  changed(): void {
    if (this.isLooking) return;
    this.isLooking = true;
    this.parts.timers.after(LOOK_MS, () => {
      this.isLooking = false;
      this.look();
    });
  }

  /** Looks whom to tell. Numbers of visits that are over are forgotten. */
  look(): void {
    const { contacts } = this.parts;
    const day = this.parts.day();
    const known = contacts.all();
    if (known.length === 0) return;
    const ahead = day === null ? () => 0 : aheadCounter(this.parts.configuration(), day);
    for (const contact of known) {
      const ticket = day?.tickets.get(contact.ticketId);
      if (day === null || ticket === undefined) contacts.forget(contact.ticketId);
      else this.lookAt(day, contact, { ticket, ahead: () => ahead(candidateOf(ticket)) });
    }
  }

  /** The number of an open ticket, with its visitor's consent. */
  keep(ticketId: TicketId, phone: string, at: number): boolean {
    if (this.parts.day()?.tickets.has(ticketId) !== true) return false;
    this.parts.contacts.keep(ticketId, phone, at);
    this.look();
    return true;
  }

  forget(ticketId: TicketId): void {
    this.parts.contacts.forget(ticketId);
  }

  stateOf(ticketId: TicketId): ContactState | null {
    return this.parts.contacts.of(ticketId)?.state ?? null;
  }

  /** Today's messages; for managers. */
  today(): { readonly sent: number; readonly failed: number; readonly perDayMax: number } {
    const { sent, failed } = this.parts.contacts.counts(this.parts.day()?.day ?? '');
    return { sent, failed, perDayMax: this.parts.limits.perDayMax };
  }

  /** Resolves when what was begun has ended; for tests and the end of the program. */
  settled(): Promise<void> {
    return this.queue;
  }

  private lookAt(day: DayState, contact: Contact, { ticket, ahead }: Place): void {
    const news = this.newsOf(contact, { ticket, ahead });
    if (news === undefined) return;
    const { contacts, limits } = this.parts;
    if (contact.messages >= limits.perTicketMax) return;
    if (contacts.counts(day.day).begun >= limits.perDayMax) return;
    contacts.begin(contact, { near: news.news.kind === 'near', call: news.call });
    contacts.count(day.day, 'begun');
    const text = textOf(this.parts.configuration(), ticket, news.news);
    this.queue = this.queue
      .then(() => this.tell(day.day, { ticketId: ticket.id, text, call: news.call }))
      .catch((fault: unknown) => this.parts.onFault(fault));
  }

  private newsOf(contact: Contact, { ticket: { leg }, ahead: count }: Place): Told | undefined {
    const configuration = this.parts.configuration();
    if (leg.status === 'called') {
      const call = callOf(leg.n, leg.calledAt);
      const counter = counterOf(configuration, leg.counterId)?.number ?? 0;
      if (contact.call === call) return undefined;
      return { contact, news: { kind: 'turn', counter }, call };
    }
    if (leg.status !== 'waiting' || contact.isTold) return undefined;
    const ahead = count();
    return ahead > NEAR ? undefined : { contact, news: { kind: 'near', ahead }, call: '' };
  }

  private async tell(day: string, { ticketId, text, call }: Waiting): Promise<void> {
    const { contacts, timers } = this.parts;
    let end = await this.send({ ticketId, text, call });
    for (const ms of AGAIN_MS) {
      if (end !== 'away') break;
      await new Promise<void>((resolve) => void timers.after(ms, resolve));
      end = await this.send({ ticketId, text, call });
    }
    if (end === 'over') return;
    const state = end === 'taken' ? 'sent' : 'failed';
    contacts.end(ticketId, state);
    contacts.count(day, state);
  }

  /** `over` when the number was taken back, or what the message says is no longer so. */
  private async send({ ticketId, text, call }: Waiting): Promise<Sent> {
    const to = this.parts.contacts.phone(ticketId);
    const leg = this.parts.day()?.tickets.get(ticketId)?.leg;
    const isSo =
      call === ''
        ? leg?.status === 'waiting'
        : leg?.status === 'called' && callOf(leg.n, leg.calledAt) === call;
    return to === undefined || !isSo ? 'over' : this.parts.send({ to, text });
  }
}

/** A message that is to be sent; without a call it says that the turn is near. */
interface Waiting {
  readonly ticketId: TicketId;
  readonly text: string;
  readonly call: string;
}

type Sent = Awaited<ReturnType<Send>> | 'over';

const callOf = (leg: number, calledAt: number): string => `${leg}/${calledAt}`;
