import type { Millis, Words } from './configuration.js';
import type { Language } from './lists.js';
import type { Label } from './protocol/views.js';

/** Everything that stands on a ticket's paper; its layout and words are the agent's. */
export interface TicketPaper {
  readonly centre: Words;
  readonly label: Label;
  /** In the order in which they will be served, at least one. */
  readonly services: readonly Words[];
  readonly ahead: number;
  readonly takenAt: Millis;
  /** IANA zone in which `takenAt` is printed. */
  readonly zone: string;
  readonly digits: 'arab' | 'latn';
  readonly language: Language;
  /** Neutral code of the priority class, or empty. */
  readonly classId: string;
  /** The ticket's page, printed as a QR; `null` where no reachable address is configured. */
  readonly link: string | null;
  readonly enquiryUrl: string | null;
  /** Marks tickets of training days. */
  readonly training: boolean;
  /** `lost`: reprinted by staff for a lost ticket · `again`: printed again after a fault. */
  readonly copy: 'first' | 'lost' | 'again';
}
