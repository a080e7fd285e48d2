import type { TicketPaper } from '../core/paper.js';
import { qrModules, QR_QUIET_MODULES } from './qr.js';
import { Setter, type Look } from './setter.js';
import type { PaperLayout, Sheet } from './sheet.js';
import { PAPER_WORDS } from './words.js';

const ROOMY = { labelPx: 150, boxDots: 128, servicePx: 44, leading: 60, gap: 10, tight: false };
const FIRM = { labelPx: 136, boxDots: 120, servicePx: 40, leading: 52, gap: 6, tight: false };
const SNUG = { labelPx: 128, boxDots: 120, servicePx: 38, leading: 48, gap: 3, tight: true };
const DENSE = { labelPx: 120, boxDots: 112, servicePx: 36, leading: 41, gap: 2, tight: true };

/** A module under 3 dots is too small for old phones; large modules matter more than level. */
const CODES: readonly Pick<Look, 'moduleDots' | 'level'>[] = [
  { moduleDots: 5, level: 'M' },
  { moduleDots: 4, level: 'M' },
  { moduleDots: 4, level: 'L' },
  { moduleDots: 3, level: 'M' },
  { moduleDots: 3, level: 'L' },
];

const looks = (look: Omit<Look, 'moduleDots' | 'level'>, from: number, to: number): Look[] =>
  CODES.slice(from, to).map((code) => ({ ...look, ...code }));

/** From the most generous to the tightest. */
const LOOKS: readonly Look[] = [
  ...looks(ROOMY, 0, 3),
  ...looks(FIRM, 1, 3),
  ...looks(SNUG, 1, 3),
  ...looks(DENSE, 1, 5),
];

/** Gaps of a ticket that grow where rows are left over, and how far each may. */
const GAPS = 4;
const GAP_MORE_MAX = 12;

/** Rows fed after the last print where no QR code asks for a clear zone. */
const TAIL_DOTS = 16;

/**
 * Places a ticket's texts to the dot, in the most generous look that keeps within the sheet's
 * length; in the tightest one where none does (very many services).
 */
export function layoutTicket(paper: TicketPaper, sheet: Sheet): PaperLayout {
  const { link } = paper;
  const modules = {
    L: link === null ? 0 : qrModules(link, 'L').length,
    M: link === null ? 0 : qrModules(link, 'M').length,
  };
  const lay = (look: Look): PaperLayout =>
    layoutIn({ ...look, codeDots: modules[look.level] * look.moduleDots }, paper, sheet);
  for (const look of LOOKS) {
    const { lengthDots } = lay(look);
    const left = Math.floor((sheet.lengthMaxDots - lengthDots) / GAPS);
    if (left >= 0) return lay({ ...look, gap: look.gap + Math.min(left, GAP_MORE_MAX) });
  }
  return lay(LOOKS.at(-1)!);
}

function layoutIn(
  look: Look & { readonly codeDots: number },
  paper: TicketPaper,
  sheet: Sheet,
): PaperLayout {
  const { items, height } = new Setter(paper, sheet, look).set();
  const drawn = {
    width: sheet.width,
    height,
    items,
    watermark: paper.training ? PAPER_WORDS.ar.training : null,
  };
  if (paper.link === null) {
    return { ...drawn, qr: null, tailDots: TAIL_DOTS, lengthDots: height + TAIL_DOTS };
  }
  const { moduleDots, level, codeDots } = look;
  const tailDots = QR_QUIET_MODULES * moduleDots;
  return {
    ...drawn,
    qr: { text: paper.link, moduleDots, level, dots: codeDots },
    tailDots,
    lengthDots: height + codeDots + tailDots,
  };
}
