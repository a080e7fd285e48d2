import type { Millis } from '../../core/configuration.js';
import { isRefusal } from '../../core/protocol/refusals.js';
import type { DeskView, KioskView, PhoneView } from '../../core/protocol/views.js';
import type { Answer, Receipt } from '../../core/protocol/wire.js';
import { openPage, Screen } from '../play/client.js';
import { pause } from '../play/pace.js';
import type { ReplayVisit } from './plan.js';
import type { Site } from './site.js';

const BUSY_MS = 50;
const FIRST_KIOSK = 'k1';

/** A visitor in the hall. */
export interface Present extends ReplayVisit {
  readonly ticketId: string;
  readonly number: number;
  readonly link: string | null;
  /** How long after the logged arrival the ticket was asked for, on the replay's clock. */
  readonly lateMs: number;
  joinedAt: number;
  state: 'waiting' | 'called' | 'served' | 'missed' | 'left';
}

/** Everybody who took a ticket, and the clerks who wait for somebody to call. */
export class Hall {
  readonly present = new Map<string, Present>();
  readonly refused: string[] = [];
  /** Tickets that were called while another counter had them: there must be none. */
  readonly calledTwice: string[] = [];
  private readonly resting: { categories: readonly string[]; wake: AbortController }[] = [];

  constructor(readonly site: Site) {}

  /** A clerk without work rests until somebody joins one of these lines, or until then. */
  async rest(categories: readonly string[], until: Millis): Promise<void> {
    const entry = { categories, wake: new AbortController() };
    this.resting.push(entry);
    await this.site.clock.until(until, entry.wake.signal);
    const index = this.resting.indexOf(entry);
    if (index >= 0) this.resting.splice(index, 1);
  }

  /** Wakes the clerk who has rested longest among those who may call from this line. */
  ring(category: string): void {
    const index = this.resting.findIndex(({ categories }) => categories.includes(category));
    if (index >= 0) this.resting.splice(index, 1)[0]?.wake.abort();
  }

  waitsFor(categories: readonly string[]): boolean {
    return [...this.present.values()].some(
      ({ state, category }) => state === 'waiting' && categories.includes(category),
    );
  }

  /** Asks while the clock stands. Where the door says to slow down, it asks again. */
  async ask<V extends { readonly version: number }>(
    screen: Screen<V>,
    command: object,
  ): Promise<Answer> {
    const letGo = this.site.clock.hold();
    try {
      return await screen.ask(command);
    } finally {
      letGo();
    }
  }
}

/** The kiosk of the replay. */
export class Entrance {
  private constructor(
    private readonly hall: Hall,
    private readonly screen: Screen<KioskView>,
  ) {}

  static async open(hall: Hall): Promise<Entrance> {
    const { url } = hall.site;
    const jar = await openPage(url, 'kiosk', FIRST_KIOSK);
    const screen = new Screen<KioskView>(url, 'kiosk', {
      deviceId: FIRST_KIOSK,
      jar,
      now: hall.site.now,
    });
    await screen.ready();
    return new Entrance(hall, screen);
  }

  close(): void {
    this.screen.close();
  }

  /** Comes when the log says, takes a ticket, and leaves when the log says. */
  async visit(visit: ReplayVisit): Promise<void> {
    const { site, present, refused } = this.hall;
    await site.clock.until(visit.arrivedAt);
    const lateMs = site.clock.now() - visit.arrivedAt;
    const command = {
      type: 'takeTicket',
      services: [site.serviceOf(visit.category)],
      classId: visit.priority ? 'P1' : '',
      language: 'en',
    };
    let answer = await this.hall.ask(this.screen, command);
    while (isRefusal(answer) && answer.refused === 'rate.limited') {
      await pause(BUSY_MS);
      answer = await this.hall.ask(this.screen, command);
    }
    if (isRefusal(answer)) return void refused.push(answer.refused);
    const { ticketId, label, link } = answer.receipt as Receipt;
    const joinedAt = site.clock.now();
    const { number } = label;
    const person: Present = {
      ...visit,
      ...{ ticketId, number, link, lateMs, joinedAt },
      state: 'waiting',
    };
    present.set(ticketId, person);
    this.hall.ring(visit.category);
    if (visit.leavesAt !== null) await this.leave(person, visit.leavesAt);
  }

  private async leave(person: Present, at: number): Promise<void> {
    const { site } = this.hall;
    await site.clock.until(at);
    if (person.state !== 'waiting' || person.link === null) return;
    const { origin, pathname } = new URL(person.link);
    const ticket = pathname.split('/').at(-1) ?? '';
    const letGo = site.clock.hold();
    const phone = new Screen<PhoneView>(site.phoneUrl ?? origin, 'phone', {
      ticket,
      now: site.now,
    });
    try {
      const answer = await phone.ask({ type: 'leave', ticketId: person.ticketId });
      if (!isRefusal(answer)) person.state = 'left';
    } finally {
      letGo();
      phone.close();
    }
  }
}

export type DeskScreen = Screen<DeskView>;
