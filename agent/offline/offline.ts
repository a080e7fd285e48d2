import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { categoryOf, serviceOf } from '../../core/catalogue.js';
import type { Millis } from '../../core/configuration.js';
import type { DeviceId } from '../../core/events.js';
import { parseJobId, type TicketPaper } from '../../core/paper.js';
import type { Command } from '../../core/protocol/commands.js';
import type { DoorAsk, DoorTicket } from '../../core/protocol/door.js';
import { isRefusal, refuse, type Refusal } from '../../core/protocol/refusals.js';
import { LOST_LISTED_MAX, LOST_WHYS } from '../../core/protocol/agent.js';
import type { LeaseView, OfflineNews, PrintJob, PrintState } from '../../core/protocol/views.js';
import type { Answer, Ask } from '../../core/protocol/wire.js';
import { MINUTE_MS } from '../../core/time.js';
import type { Clock } from '../clock.js';
import type { Fetched } from '../fetched.js';
import { Teller } from '../teller.js';
import { Book, offlineJobId, type Given } from './book.js';
import { Contact, type MachineTime } from './contact.js';
import { Stock, type StockedLease } from './stock.js';

export type EnterTicket = Extract<Command, { type: 'enterTicket' }>;

const PAPERS_SHOWN = 20;

export interface OfflineParts {
  /** The agent's folder. */
  readonly data: string;
  readonly clock: Clock;
  readonly machine: MachineTime;
  readonly fetched: Fetched;
  /** Resolves with the server's answer, or `undefined` if none came in time. */
  readonly ask: (ask: Ask<EnterTicket>) => Promise<Answer | undefined>;
  /** Has a ticket printed. */
  readonly print: (job: PrintJob) => void;
  readonly say: (line: string) => void;
  /** A ticket was given out: the server shall hear of it as soon as it can. */
  readonly onGiven: () => void;
  /** A ticket is known to the server, or never will be. */
  readonly onSettled: () => void;
}

/** What the visitor gets, but for the drawing of its link. */
export type OfflineTicket = Omit<DoorTicket, 'qr'>;

/**
 * Gives out tickets of leases while the server is away, and tells the server of each once it is
 * back. A ticket is on the disk before anybody sees it; the same request gives the same ticket.
 */
export class Offline {
  readonly stock: Stock;
  private readonly book: Book;
  private readonly contact: Contact;
  private readonly teller: Teller<EnterTicket>;
  private isTelling = false;

  /** Throws `FileRefused` where what lies in the folder cannot be used. */
  constructor(private readonly parts: OfflineParts) {
    const folder = join(parts.data, 'offline');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.stock = new Stock(folder, parts.fetched);
    this.book = new Book(join(folder, 'given.log'));
    this.contact = new Contact(join(folder, 'contact.json'), parts.machine);
    this.teller = new Teller(parts);
  }

  /** The server says that it is `at` now. */
  hear(at: Millis): void {
    this.contact.hear(at);
  }

  /** Whether a server ever said what time it is. */
  get wasHeard(): boolean {
    return this.contact.lastAt !== undefined;
  }

  /** The centre's time as well as it can be known here. */
  now(): Millis {
    return this.contact.now();
  }

  /** Takes over the leases that the server lists. */
  async keep(listed: readonly LeaseView[]): Promise<void> {
    await this.stock.keep(listed);
  }

  /** Until when a kiosk can give out tickets now; `null` if it cannot. */
  openUntil(kioskId: DeviceId): Millis | null {
    const leases = this.stock.at(kioskId, this.now());
    return leases.length === 0 ? null : Math.max(...leases.map(({ view }) => view.closesAt));
  }

  /** What became of papers, by the visitors' requests, from what it is by job. */
  papers(
    kioskId: DeviceId,
    stateOf: (jobId: string) => PrintState | undefined,
  ): Record<string, PrintState> {
    const mine = this.book.all().filter((given) => given.kioskId === kioskId);
    return Object.fromEntries(
      mine.slice(-PAPERS_SHOWN).flatMap((given) => {
        const state = stateOf(offlineJobId(given));
        return state === undefined ? [] : [[given.unanswered, state]];
      }),
    );
  }

  /** What the server's manager should know. */
  news(): OfflineNews {
    const lost = this.book.refusals().slice(-LOST_LISTED_MAX);
    const refused = lost.map(({ kioskId, seriesId, number, services, takenAt, refused: code }) => ({
      ...{ kioskId, seriesId, number, services, takenAt },
      why: LOST_WHYS.find((why) => why === code) ?? 'other',
    }));
    return { waiting: this.book.open().length, refused };
  }

  /** Whether the server still has to hear of tickets: others must wait until then. */
  get isOwing(): boolean {
    return this.book.open().length > 0;
  }

  /** Gives out a ticket, or says why not. Throws where it cannot be kept: a full disk. */
  take(ask: DoorAsk): OfflineTicket | Refusal {
    const now = this.now();
    const before = this.book.of(ask.kioskId, ask.requestId);
    const leases = this.stock.at(ask.kioskId, now);
    const lease = (before && this.leaseOf(before)) ?? leases[0];
    if (lease === undefined) return refuse('day.notOpen');
    if (before !== undefined) return this.ticketOf(before, lease);
    const wrong = this.wrongWish(ask, lease) ?? this.tooMany(lease, now);
    if (wrong !== undefined) return wrong;
    const found = this.nextNumber(leases, ask.services[0]!);
    if (found === undefined) return refuse('series.full');
    const { seriesId, number } = found;
    const { kioskId, services, classId, language, requestId: unanswered } = ask;
    // The server enters them one after the other; those that it has heard of have their place.
    const takenAt = Math.max(now, this.book.open().at(-1)?.takenAt ?? 0);
    const requestId = this.requestIdOf(kioskId, unanswered);
    const visit = { services: [...services], classId, language, takenAt, unanswered };
    const { day } = found.lease.view;
    this.book.give({ requestId, kioskId, day, seriesId, number, ...visit });
    const given = this.book.of(kioskId, unanswered)!;
    if (found.lease.view.print) this.parts.print(this.orderOf(given, found.lease));
    this.parts.onGiven();
    return this.ticketOf(given, found.lease);
  }

  /** Jobs of tickets that are not known to be printed; the printer's journal knows more. */
  jobs(): PrintJob[] {
    return this.book.all().flatMap((given) => {
      const lease = this.leaseOf(given);
      return lease?.view.print === true ? [this.orderOf(given, lease)] : [];
    });
  }

  /**
   * The job of this place that the server knows under another id. What staff ordered is no job of
   * this place, also where it is the first paper of a ticket that was given out without.
   */
  jobOf({ jobId, paper }: Pick<PrintJob, 'jobId' | 'paper'>): string | undefined {
    const given =
      paper.copy === 'first' ? this.book.withTicket(parseJobId(jobId).paperId) : undefined;
    return given && offlineJobId(given);
  }

  /**
   * Tells the server of every ticket, in the order in which they were given out, one after the
   * other, until it has answered each or is away again.
   */
  async tell(isConnected: () => boolean): Promise<void> {
    if (this.isTelling) return;
    this.isTelling = true;
    try {
      for (let next = this.book.open()[0]; next && isConnected(); next = this.book.open()[0]) {
        await this.tellOf(next);
      }
    } finally {
      this.isTelling = false;
    }
  }

  private async tellOf(given: Given): Promise<void> {
    const { requestId, kind: _, ...ticket } = given;
    const command = { type: 'enterTicket', ...ticket } as const;
    const answer = await this.teller.tell({ requestId, sentAt: this.now(), command });
    if (answer === undefined) return;
    if (!isRefusal(answer)) this.book.enter(requestId, answer.ticketId ?? null);
    else {
      this.book.refuse(requestId, answer.refused);
      const { seriesId, number, day } = given;
      this.parts.say(`the server does not take ${seriesId} ${number} of ${day}: ${answer.refused}`);
    }
    this.parts.onSettled();
  }

  private wrongWish(ask: DoorAsk, lease: StockedLease): Refusal | undefined {
    const configuration = this.stock.configuration(lease);
    const { services, classId } = ask;
    if (services.length > configuration.rules.servicesMax) return refuse('ticket.tooManyServices');
    if (new Set(services).size < services.length) return refuse('ticket.serviceTwice');
    if (services.some((id) => serviceOf(configuration, id) === undefined)) {
      return refuse('service.unknown');
    }
    const isClass = classId === '' || configuration.classes.some(({ id }) => id === classId);
    return isClass ? undefined : refuse('class.unknown');
  }

  private tooMany(lease: StockedLease, now: Millis): Refusal | undefined {
    const { ticketsPerMinuteMax } = this.stock.configuration(lease).rules;
    const { kioskId } = lease.view;
    const mine = this.book.all().filter((given) => given.kioskId === kioskId);
    // Those of a time that turned out not to have come yet tell nothing of the last minute.
    const lately = mine.filter(({ takenAt }) => Math.abs(now - takenAt) < MINUTE_MS);
    return lately.length < ticketsPerMinuteMax ? undefined : refuse('rate.limited');
  }

  private nextNumber(
    leases: readonly StockedLease[],
    serviceId: string,
  ): { readonly lease: StockedLease; seriesId: string; number: number } | undefined {
    for (const lease of leases) {
      const configuration = this.stock.configuration(lease);
      const seriesId = serviceOf(configuration, serviceId)?.category ?? '';
      const isFree = (number: number): boolean =>
        !this.book.isUsed(lease.view.day, seriesId, number);
      const number = this.stock.number(lease, seriesId, isFree);
      if (number !== undefined) return { lease, seriesId, number };
    }
    return undefined;
  }

  private leaseOf({ kioskId, day, seriesId, number }: Given): StockedLease | undefined {
    return this.stock
      .of(kioskId, day)
      .find((lease) => this.stock.token(lease, { seriesId, number }) !== undefined);
  }

  private ticketOf(given: Given, lease: StockedLease): OfflineTicket {
    const { label, link } = this.paperOf(given, lease);
    const { unanswered: requestId, takenAt } = given;
    return { requestId, label, takenAt, link, printing: lease.view.print };
  }

  private orderOf(given: Given, lease: StockedLease): PrintJob {
    const { kioskId, takenAt: issuedAt } = given;
    return { jobId: offlineJobId(given), kioskId, issuedAt, paper: this.paperOf(given, lease) };
  }

  private paperOf(given: Given, lease: StockedLease): TicketPaper {
    const configuration = this.stock.configuration(lease);
    const { name, zone, digits, publicUrl, enquiryUrl } = configuration.centre;
    const { seriesId, number, takenAt, language, classId } = given;
    const letter = categoryOf(configuration, seriesId)?.letter ?? null;
    const services = given.services.flatMap((id) => serviceOf(configuration, id)?.name ?? []);
    const token = this.stock.token(lease, given);
    const link =
      publicUrl === null || token === undefined
        ? null
        : `${publicUrl.replace(/\/$/, '')}/t/${token}`;
    return {
      ...{ centre: name, label: { letter, number }, services, ahead: null, takenAt, zone, digits },
      ...{ language, classId, link, enquiryUrl, training: lease.view.training, copy: 'first' },
    };
  }

  /** The same for the same ask, whoever asks again and after whatever has happened. */
  private requestIdOf(kioskId: DeviceId, unanswered: string): string {
    return createHash('sha256').update(`${kioskId} ${unanswered}`).digest('hex').slice(0, 32);
  }
}
