import type { TicketId } from '../core/events.js';
import { isPrinting, type KioskView } from '../core/protocol/views.js';
import type { Receipt } from '../core/protocol/wire.js';

/** What the visitor is told about the paper. `none`: this kiosk does not print. */
export type PaperNews =
  'printing' | 'take' | 'again' | 'elsewhere' | 'unprinted' | 'failed' | 'none';

/**
 * The news of this ticket's paper, from its job and from the printer; `isElsewhere` if the visitor
 * has it printed at another kiosk.
 */
export const paperNews = (
  view: Pick<KioskView, 'printer' | 'printing'>,
  receipt: Pick<Receipt, 'printing'> & { readonly ticketId: TicketId },
  isElsewhere = false,
): PaperNews => {
  const job = view.printing[receipt.ticketId];
  if (isElsewhere) return job === 'interrupted' ? 'unprinted' : 'elsewhere';
  if (job === 'confirmed' || job === 'assumed') return 'take';
  if (job === 'abandoned') return 'failed';
  if (job === undefined && (!receipt.printing || view.printer === 'none')) return 'none';
  if (isPaperless(view)) return 'failed';
  // The rest of a ticket that was cut off is printed for nobody unless staff ask for it.
  if (job === 'interrupted') return 'unprinted';
  return job === 'reprinting' ? 'again' : 'printing';
};

/** Whether the visitor has the number on the screen only. */
export const isPaperLost = (news: PaperNews): boolean =>
  news === 'failed' || news === 'unprinted' || news === 'none' || news === 'elsewhere';

/** Whether the kiosk's printer brings nothing out now, so that a ticket stays without paper. */
export const isPaperless = ({ printer }: Pick<KioskView, 'printer'>): boolean =>
  printer !== 'none' && !isPrinting(printer);
