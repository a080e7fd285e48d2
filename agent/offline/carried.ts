import type { DeviceId } from '../../core/events.js';
import { isSlip, type TicketPaper } from '../../core/paper.js';
import type { DoorAsk } from '../../core/protocol/door.js';
import type { PrintJob, PrintState } from '../../core/protocol/views.js';
import type { OfflineTicket } from './offline.js';

/** A page asks here seconds after it asked the server: more tickets than are taken in these. */
export const CARRIED_KEPT = 100;

interface Issued {
  readonly kioskId: DeviceId;
  readonly request: string;
  readonly paper: TicketPaper;
  state: PrintState;
  /** The page has this ticket from here, and looks here for its paper. */
  isAsked: boolean;
}

/**
 * [ENTER-5] Tickets that the server issued and whose paper went to a printer here: the page that
 * asked for one may have heard no answer. The newest ones since this process started.
 */
export class Carried {
  private readonly issued = new Map<string, Issued>();

  /** A job that the server lists goes to its printer; again whenever it is listed. */
  add({ jobId, kioskId, request, paper }: PrintJob): void {
    if (request === undefined || isSlip(paper)) return;
    const { state = 'queued', isAsked = false } = this.issued.get(jobId) ?? {};
    this.issued.delete(jobId);
    this.issued.set(jobId, { kioskId, request, paper, state, isAsked });
    const oldest = this.issued.keys().next();
    if (this.issued.size > CARRIED_KEPT && !oldest.done) this.issued.delete(oldest.value);
  }

  note(jobId: string, state: PrintState): void {
    const issued = this.issued.get(jobId);
    if (issued !== undefined) issued.state = state;
  }

  /** The ticket that the server issued for a page's request. */
  ticketOf({ kioskId, requestId }: DoorAsk): OfflineTicket | undefined {
    const found = this.at(kioskId).find(({ request }) => request === requestId);
    if (found === undefined || found.paper.takenAt === null) return undefined;
    found.isAsked = true;
    const { label, link, takenAt } = found.paper;
    return { requestId, label, takenAt, link, printing: true };
  }

  /** What became of the papers of tickets that a page has from here, by its requests. */
  papers(kioskId: DeviceId): Record<string, PrintState> {
    const asked = this.at(kioskId).filter(({ isAsked }) => isAsked);
    return Object.fromEntries(asked.map(({ request, state }) => [request, state]));
  }

  private at(kioskId: DeviceId): Issued[] {
    return [...this.issued.values()].filter((issued) => issued.kioskId === kioskId);
  }
}
