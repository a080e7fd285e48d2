import { DEFAULT_DESIGN, type PaperDesign, type TicketField } from '../core/design.js';
import { isSlip, type Paper, type TicketPaper } from '../core/paper.js';
import { qrModules, QR_QUIET_MODULES } from './qr.js';
import type { PaperLayout, Sheet } from './sheet.js';
import { layoutSlip } from './slip.js';
import { TicketSetter, type Look, type SetTicket } from './ticket.js';
import { PAPER_WORDS } from './words.js';

type Sizes = Omit<Look, 'moduleDots' | 'level' | 'beside' | 'without'>;
const ROOMY: Sizes = {
  labelPx: 150,
  boxDots: 128,
  servicePx: 44,
  leading: 60,
  gap: 10,
  tight: false,
};
const FIRM: Sizes = {
  labelPx: 136,
  boxDots: 120,
  servicePx: 40,
  leading: 52,
  gap: 6,
  tight: false,
};
const SNUG: Sizes = { labelPx: 128, boxDots: 120, servicePx: 38, leading: 48, gap: 3, tight: true };
const DENSE: Sizes = {
  labelPx: 120,
  boxDots: 112,
  servicePx: 36,
  leading: 41,
  gap: 2,
  tight: true,
};
const SPARE: Sizes = {
  labelPx: 104,
  boxDots: 100,
  servicePx: 32,
  leading: 36,
  gap: 1,
  tight: true,
};

/** A module under 3 dots is too small for old phones; large modules matter more than level. */
const CODES: readonly Pick<Look, 'moduleDots' | 'level'>[] = [
  { moduleDots: 5, level: 'M' },
  { moduleDots: 4, level: 'M' },
  { moduleDots: 4, level: 'L' },
  { moduleDots: 3, level: 'M' },
  { moduleDots: 3, level: 'L' },
];

const looks = (sizes: Sizes, from: number, to: number): Look[] =>
  CODES.slice(from, to).map((code) => ({ ...sizes, ...code, beside: false, without: [] }));

/** What a paper can be done without, in this order. */
const SPARED: readonly TicketField[] = [
  'logo',
  'scan',
  'note',
  'second',
  'enquiry',
  'centre',
  'time',
];

const beside = (sizes: Sizes, from: number, to: number): Look[] =>
  looks(sizes, from, to).map((look) => ({ ...look, beside: true }));

const sparing = (look: Look): Look[] =>
  SPARED.map((_, index) => ({ ...look, without: SPARED.slice(0, index + 1) }));

/** From the most generous to the tightest. */
const STANDARD: readonly Look[] = [
  ...looks(ROOMY, 0, 3),
  ...looks(FIRM, 1, 3),
  ...looks(SNUG, 1, 3),
  ...looks(DENSE, 1, 5),
  ...beside(DENSE, 3, 5),
];
const ECONOMY: readonly Look[] = [
  ...beside(SNUG, 1, 3),
  ...beside(DENSE, 1, 5),
  ...beside(SPARE, 3, 5),
];

/** Gaps of a ticket that grow where rows are left over, and how far each may. */
const GAPS = 4;
const GAP_MORE_MAX = 12;

/** Rows fed after the last print where no QR code asks for a clear zone. */
const TAIL_DOTS = 16;

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
  const tightest = ladder.at(-1)!;
  for (const look of [...ladder, ...sparing(tightest)]) {
    const { lengthDots } = lay(look);
    const left = Math.floor((sheet.lengthMaxDots - lengthDots) / GAPS);
    if (left < 0) continue;
    const more = design.economy ? 0 : Math.min(left, GAP_MORE_MAX);
    return lay({ ...look, gap: look.gap + more });
  }
  return lay(sparing(tightest).at(-1)!);
}

/** The layout of a ticket that was set, down to its cut. */
function closed(
  { column, native, leftOut }: SetTicket,
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
  };
  if (native === null) {
    return { ...drawn, qr: null, tailDots: TAIL_DOTS, lengthDots: column.y + TAIL_DOTS };
  }
  const dots = qrModules(native.text, native.level).length * native.moduleDots;
  const tailDots = QR_QUIET_MODULES * look.moduleDots;
  return { ...drawn, qr: { ...native, dots }, tailDots, lengthDots: column.y + dots + tailDots };
}
