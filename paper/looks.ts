import type { FieldSize, TicketField } from '../core/design.js';
import type { Face } from './sheet.js';

/** The smallest letters on paper. */
export const SMALL: Face = { sizePx: 24, weight: 700 };

/** A line's baseline below its top, and where the next one starts, in the letters' size. */
export const LINE = { baseline: 0.94, height: 1.31 };
/** The same in dots, of lines in `SMALL` letters. */
export const SECOND_LINE = { baseline: 26, height: 36 };
export const FOOT_LINE = { baseline: 25, height: 33 };
/** Rows fed after the last print where no QR code asks for a clear zone. */
export const TAIL_DOTS = 16;

/** What a size that a manager chose makes of letters. */
export const SCALES: Readonly<Record<FieldSize, number>> = { small: 0.85, normal: 1, large: 1.2 };
export const scaled = (face: Face, size: FieldSize): Face => ({
  ...face,
  sizePx: Math.max(SMALL.sizePx, Math.round(face.sizePx * SCALES[size])),
});

/** How generously a ticket is set; sizes in dots. */
export interface Look {
  readonly labelPx: number;
  readonly servicePx: number;
  /** Rows from one service to the next. */
  readonly leading: number;
  readonly gap: number;
  /** Height of the box beside the label; 0 for lines instead, and flags where they fit. */
  readonly boxDots: number;
  /** The invitation to follow has no line of its own. */
  readonly tight: boolean;
  /** Side of one module of the QR code. */
  readonly moduleDots: number;
  readonly level: 'L' | 'M';
  /** The code stands beside label and services. */
  readonly beside: boolean;
  /** Fields that there is no room for. */
  readonly without: readonly TicketField[];
  /** Lines that the name of a single service may have where there is little room beside it. */
  readonly linesMax: number;
}

type Sizes = Omit<Look, 'moduleDots' | 'level' | 'beside' | 'without' | 'linesMax'>;
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

/** Where nothing else fits: the name of a service is one line. */
const BARE: Sizes = { labelPx: 92, boxDots: 90, servicePx: 30, leading: 34, gap: 0, tight: true };

/** Who is ahead is one line beside the label, and flags take no rows of their own. */
const SLIM: readonly Sizes[] = [
  { labelPx: 84, boxDots: 0, servicePx: 26, leading: 33, gap: 0, tight: true },
  { labelPx: 78, boxDots: 0, servicePx: 24, leading: 31, gap: 0, tight: true },
  { labelPx: 62, boxDots: 0, servicePx: 24, leading: 31, gap: 0, tight: true },
];

/** A module under 3 dots is too small for old phones; large modules matter more than level. */
const CODES: readonly Pick<Look, 'moduleDots' | 'level'>[] = [
  { moduleDots: 5, level: 'M' },
  { moduleDots: 4, level: 'M' },
  { moduleDots: 4, level: 'L' },
  { moduleDots: 3, level: 'M' },
  { moduleDots: 3, level: 'L' },
];

const looks = (sizes: Sizes, from: number, to: number): Look[] =>
  CODES.slice(from, to).map((code) => ({
    ...sizes,
    ...code,
    beside: false,
    without: [],
    linesMax: 3,
  }));

/** What a paper can be done without, in this order. */
export const SPARED: readonly TicketField[] = [
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

/** The same look, without one field more each time. */
const sparing = (look: Look): Look[] =>
  SPARED.map((_, index) => ({ ...look, without: SPARED.slice(0, index + 1) }));

const [SPAREST, BAREST, ...SLIMMEST] = [SPARE, BARE, ...SLIM].map(
  (sizes) => beside(sizes, 4, 5)[0]!,
);
/** Where no look keeps within the length: fields are left out, then all is small. */
const LAST: readonly Look[] = [
  ...sparing(SPAREST!),
  ...sparing(BAREST!),
  ...SLIMMEST.map((look, index) => ({ ...look, without: SPARED, linesMax: index === 0 ? 2 : 1 })),
];

/** From the most generous to the tightest. */
export const STANDARD: readonly Look[] = [
  ...looks(ROOMY, 0, 3),
  ...looks(FIRM, 1, 3),
  // Letters a little smaller rather than no word of what the code is for; its modules come first.
  ...looks({ ...SNUG, tight: false }, 1, 3),
  ...looks({ ...DENSE, tight: false }, 1, 3),
  ...looks(SNUG, 1, 3),
  ...looks(DENSE, 1, 5),
  ...beside(DENSE, 3, 5),
  ...sparing(beside(DENSE, 4, 5)[0]!),
  ...LAST,
];
export const ECONOMY: readonly Look[] = [
  ...beside(SNUG, 1, 3),
  ...beside(DENSE, 1, 5),
  ...beside(SPARE, 3, 5),
  ...LAST,
];
