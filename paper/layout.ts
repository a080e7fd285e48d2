import { DEFAULT_DESIGN, type PaperDesign } from '../core/design.js';
import { isSlip, type Paper, type TicketPaper } from '../core/paper.js';
import { ECONOMY, STANDARD, TAIL_DOTS, type Look } from './looks.js';
import { qrModules, QR_QUIET_MODULES } from './qr.js';
import type { PaperLayout, Sheet } from './sheet.js';
import { layoutSlip } from './slip.js';
import { TicketSetter, type SetTicket } from './ticket.js';
import { PAPER_WORDS } from './words.js';

/** Gaps of a ticket that grow where rows are left over, and how far each may. */
const GAPS = 4;
const GAP_MORE_MAX = 12;

/** Places a paper's texts to the dot, by the centre's design. */
export const layoutPaper = (
  paper: Paper,
  sheet: Sheet,
  design: PaperDesign = DEFAULT_DESIGN,
): PaperLayout =>
  isSlip(paper) ? layoutSlip(paper, sheet, design) : layoutTicket(paper, sheet, design);

/**
 * Places a ticket in the most generous look that keeps within the sheet's length. Where none does,
 * fields are left out one after the other; the label, the services and the code never are, so that
 * a ticket of very many services is longer.
 */
export function layoutTicket(
  paper: TicketPaper,
  sheet: Sheet,
  design: PaperDesign = DEFAULT_DESIGN,
): PaperLayout {
  const lay = (look: Look): PaperLayout =>
    closed(new TicketSetter({ paper, design, sheet, look }).set(), paper, look);
  const ladder = design.economy ? ECONOMY : STANDARD;
  for (const look of ladder) {
    const { lengthDots } = lay(look);
    const left = Math.floor((sheet.lengthMaxDots - lengthDots) / GAPS);
    if (left < 0) continue;
    const more = design.economy ? 0 : Math.min(left, GAP_MORE_MAX);
    return lay({ ...look, gap: look.gap + more });
  }
  return lay(ladder.at(-1)!);
}

/** The layout of a ticket that was set, down to its cut. */
function closed(
  { column, native, leftOut, moved }: SetTicket,
  paper: TicketPaper,
  look: Look,
): PaperLayout {
  const drawn = {
    width: column.sheetWidth,
    height: column.y,
    items: column.items,
    watermark: paper.training ? PAPER_WORDS.ar.training : null,
    shortened: column.shortened,
    leftOut,
    moved,
  };
  if (native === null) {
    return { ...drawn, qr: null, tailDots: TAIL_DOTS, lengthDots: column.y + TAIL_DOTS };
  }
  const dots = qrModules(native.text, native.level).length * native.moduleDots;
  const tailDots = QR_QUIET_MODULES * look.moduleDots;
  return { ...drawn, qr: { ...native, dots }, tailDots, lengthDots: column.y + dots + tailDots };
}
