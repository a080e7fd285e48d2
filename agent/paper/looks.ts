import type { TicketField } from '../../core/design.js';
import { SPARED } from '../../paper/looks.js';
import type { QrCode } from '../../paper/qr.js';

/** How generously a ticket of the printer's own letters is set. */
export interface LineLook {
  /** The label's letters are so many times as large as the printer's. */
  readonly labelTimes: number;
  readonly code: Pick<QrCode, 'moduleDots' | 'level'>;
  /** Rows between lines. */
  readonly gap: number;
  /** As `labelTimes`, where a name fits so. */
  readonly serviceTimes: number;
  /** A service as in a list of several: smaller, on so many lines at most. */
  readonly listed: false | { readonly linesMax: number };
  /** Flags and who is ahead share the label's rows, or one line; lines stand close. */
  readonly tight: boolean;
  /** Fields that there is no room for. */
  readonly without: readonly TicketField[];
}

const ROOMY: LineLook = {
  labelTimes: 6,
  code: { moduleDots: 4, level: 'M' },
  gap: 12,
  serviceTimes: 2,
  listed: false,
  tight: false,
  without: [],
};
const FIRM: LineLook = { ...ROOMY, labelTimes: 5, gap: 8 };
const SNUG: LineLook = { ...FIRM, code: { moduleDots: 4, level: 'L' }, gap: 5 };
/** As the raster's: a module under 3 dots is too small for old phones. */
const DENSE: LineLook = { ...SNUG, labelTimes: 4, code: { moduleDots: 3, level: 'L' }, gap: 3 };
const TIGHT: LineLook = { ...DENSE, serviceTimes: 1, gap: 2, tight: true };
const LISTED: LineLook = { ...TIGHT, listed: { linesMax: 2 } };
const SPARE: LineLook = { ...LISTED, labelTimes: 3, gap: 1 };
const BARE: LineLook = { ...SPARE, listed: { linesMax: 1 } };

/** The same look, without one field more each time. */
const sparing = (look: LineLook): LineLook[] =>
  SPARED.map((_, index) => ({ ...look, without: SPARED.slice(0, index + 1) }));
const spared = (look: LineLook): LineLook => ({ ...look, without: SPARED });

/** Where nothing else keeps within the length: the label gives way last. */
const LAST = [...sparing(LISTED), ...[SPARE, BARE, { ...BARE, labelTimes: 2 }].map(spared)];

/** From the most generous to the tightest. */
export const STANDARD_LINES: readonly LineLook[] = [
  ROOMY,
  FIRM,
  SNUG,
  { ...SNUG, labelTimes: 4 },
  DENSE,
  { ...DENSE, serviceTimes: 1 },
  TIGHT,
  LISTED,
  ...LAST,
];
export const ECONOMY_LINES: readonly LineLook[] = [
  { ...SNUG, labelTimes: 4 },
  DENSE,
  TIGHT,
  LISTED,
  ...LAST,
];
