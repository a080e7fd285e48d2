import { isRefusal } from '../../core/protocol/refusals.js';
import type { Receipt } from '../../core/protocol/wire.js';
import type { KioskView, PhoneView } from '../../core/protocol/views.js';
import type { Book, Guest } from './book.js';
import { openPage, Screen } from './client.js';
import type { PlannedVisit } from './day.js';
import { pause, type Pace } from './pace.js';

const KIOSK_BUSY_MS = 1_000;
const RATES_AFTER_MS = 20_000;
const TURNED_AWAY: ReadonlySet<string> = new Set([
  ...['service.suspended', 'hall.suspended', 'hall.full', 'series.full', 'service.unknown'],
  ...['day.notOpen', 'day.issuingClosed', 'class.unknown'],
]);

/** Who a ticket's link is for: the phones' address and the token. */
const phoneOf = (link: string): { url: string; ticket: string } => {
  const { origin, pathname } = new URL(link);
  return { url: origin, ticket: pathname.split('/').at(-1) ?? '' };
};

/** Something done by phone after a while, if it still makes sense then. */
interface Deed {
  still(): boolean;
  act(phone: Screen<PhoneView>): Promise<void>;
}

/** The hall's visitors: they take tickets at kiosks and use their phones. */
export class Visitors {
  private readonly kiosks = new Map<string, Screen<KioskView>>();

  constructor(
    private readonly url: string,
    private readonly book: Book,
    private readonly pace: Pace,
  ) {}

  /** The screen of a kiosk, opened when it is not. */
  async kiosk(deviceId: string): Promise<Screen<KioskView>> {
    const open = this.kiosks.get(deviceId);
    if (open !== undefined && open.over === undefined) return open;
    open?.close();
    const jar = await openPage(this.url, 'kiosk', deviceId);
    const screen = new Screen<KioskView>(this.url, 'kiosk', { deviceId, jar });
    this.kiosks.set(deviceId, screen);
    return screen;
  }

  /** Takes a visit's ticket, however long the kiosk is busy; who is turned away is counted. */
  async arrive(visit: PlannedVisit, deviceId: string): Promise<void> {
    const { services, classId, language } = visit;
    for (;;) {
      const screen = await this.kiosk(deviceId);
      const answer = await screen.ask({ type: 'takeTicket', services, classId, language });
      if (!isRefusal(answer)) {
        if (answer.receipt !== undefined) this.join(visit, answer.receipt);
        return;
      }
      if (TURNED_AWAY.has(answer.refused)) {
        this.book.counts.turnedAway += 1;
        return;
      }
      await pause(KIOSK_BUSY_MS);
    }
  }

  /** Comes back to the hall after having missed the call, if the visit says so. */
  comesBack(guest: Guest): void {
    const { visit, ticketId } = guest;
    if (visit.returnsAfterMs === null) return this.book.forget(guest);
    this.later(guest, visit.returnsAfterMs, {
      still: () => true,
      act: async (phone) => {
        await phone.ask({ type: 'returnTicket', ticketId });
        guest.state = 'waiting';
      },
    });
  }

  /** Rates a finished visit, if the visit says so. */
  rates(guest: Guest): void {
    const { visit, ticketId } = guest;
    const { stars } = visit;
    if (stars === null) return;
    this.later(guest, RATES_AFTER_MS, {
      still: () => true,
      act: async (phone) => void (await phone.ask({ type: 'rate', ticketId, stars })),
    });
  }

  private join(visit: PlannedVisit, { ticketId, link }: Receipt): void {
    const joinedAt = this.pace.now();
    const state = 'waiting' as const;
    const guest: Guest = { ticketId, visit, joinedAt, link, handled: 0, turned: false, state };
    this.book.guests.set(ticketId, guest);
    this.book.counts.tickets += 1;
    this.later(guest, visit.patienceMs, {
      still: () => guest.state === 'waiting' && guest.handled === 0,
      act: async (phone) => {
        const answer = await phone.ask({ type: 'leave', ticketId });
        if (isRefusal(answer)) return;
        this.book.counts.left += 1;
        this.book.forget(guest);
      },
    });
  }

  private later(guest: Guest, ms: number, deed: Deed): void {
    const { link } = guest;
    if (link === null) return;
    const go = async (): Promise<void> => {
      await this.pace.rest(ms);
      if (!deed.still()) return;
      const { url, ticket } = phoneOf(link);
      const phone = new Screen<PhoneView>(url, 'phone', { ticket });
      try {
        await deed.act(phone);
      } finally {
        phone.close();
      }
    };
    // Whose phone reaches nobody stays as they are, like anybody without a phone.
    go().catch(() => undefined);
  }
}
