import type { Millis, Words } from '../configuration.js';
import type { TicketId } from '../events.js';
import type { PhoneView } from './phone.js';
import type { Label } from './views.js';

/** A ticket's code that was read at a kiosk or desk, shown there for a moment. */
export type Scanned = { readonly at: Millis } & (
  | { readonly code: 'unknown' }
  /** The ticket could not be brought back now: scanned again, it may be. */
  | { readonly code: 'again' }
  | {
      readonly code: 'known';
      readonly ticketId: TicketId;
      readonly label: Label;
      /** What it bore before. */
      readonly was?: Label;
      readonly state: PhoneView['state'];
      readonly ahead: number;
      readonly counter: { readonly number: number; readonly floor: Words } | null;
      /** Called and absent before: back in line, with the place or at its end. */
      readonly returned: 'kept' | 'late' | null;
    }
);
