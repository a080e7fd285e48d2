import type { PlannedVisit } from './day.js';

/** A ticket that this play took, and how far its visitor has come. */
export interface Guest {
  readonly ticketId: string;
  readonly visit: PlannedVisit;
  /** In milliseconds of the play. */
  readonly joinedAt: number;
  /** Address of the ticket's page, where phones reach one. */
  readonly link: string | null;
  /** Which of the visit's services is next to be handled. */
  handled: number;
  /** Transfers and the like happen once in a visit. */
  turned: boolean;
  state: 'waiting' | 'called' | 'gone';
}

/** The visitors of a play by ticket; who has gone is forgotten. */
export class Book {
  readonly guests = new Map<string, Guest>();
  readonly counts = { tickets: 0, served: 0, absent: 0, left: 0, turnedAway: 0 };

  waiting(): number {
    return [...this.guests.values()].filter(({ state }) => state === 'waiting').length;
  }

  forget(guest: Guest): void {
    guest.state = 'gone';
    this.guests.delete(guest.ticketId);
  }
}
