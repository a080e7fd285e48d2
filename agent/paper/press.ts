import {
  DEFAULT_DESIGN,
  ECONOMY_MM_MAX,
  PAPER_MM_MAX,
  SLIP_MM_MAX,
  type PaperDesign,
} from '../../core/design.js';
import { isSlip, type Paper } from '../../core/paper.js';
import { layoutPaper } from '../../paper/layout.js';
import { createRaster, type Raster } from '../../paper/raster.js';
import type { PrinterProfile } from '../printer/profile.js';
import { bandsOf } from './bands.js';
import { composeLines, SLIP_LINES_MAX, type Draw } from './lines.js';
import { drawnText } from './parts.js';
import type { Piece, PressedTicket } from './pieces.js';
import type { GraphicOf } from './marks.js';

/**
 * How a paper is brought to the printer. `raster`: as a picture. `hybrid`: Arabic from graphics in
 * the printer's memory, digits and Latin from its own font; of slips about services, what is not
 * on every slip as a picture. `ascii`: its own font alone.
 */
export const RENDER_MODES = ['raster', 'hybrid', 'ascii'] as const;
export type RenderMode = (typeof RENDER_MODES)[number];

export interface PressOptions {
  readonly mode: RenderMode;
  readonly design?: PaperDesign;
  /** What `hybrid` may print; other parts are printed in Latin letters. */
  readonly graphicOf?: GraphicOf;
}

export type Press = (paper: Paper) => PressedTicket;

const MM_PER_INCH = 25.4;

/** One canvas for each width of paper, for the life of the process. */
const rasters = new Map<number, Raster>();
export const rasterOf = (width: number): Raster => {
  const raster = rasters.get(width) ?? createRaster(width);
  rasters.set(width, raster);
  return raster;
};

/** Makes papers for printers of one profile. */
export function createPress(
  profile: PrinterProfile,
  { mode, design = DEFAULT_DESIGN, graphicOf = () => undefined }: PressOptions = { mode: 'raster' },
): Press {
  if (mode === 'raster') return rasterPress(profile, design);
  const raster = rasterOf(profile.width.dots);
  const graphics = mode === 'hybrid' ? graphicOf : () => undefined;
  const lengthMaxDots = lengthDots(profile, ticketMmMax(design));
  const means = { design, profile, graphicOf: graphics, lengthMaxDots };
  return (paper) => {
    // What services need is too much for the printer's memory; a ticket has no time for pictures.
    const draws = mode === 'hybrid' && isSlip(paper);
    const draw: Draw = (kind, text) => drawnText({ kind, text, linesMax: SLIP_LINES_MAX }, raster);
    return measured(profile, composeLines(paper, draws ? { ...means, draw } : means));
  };
}

const ticketMmMax = ({ economy }: PaperDesign): number => (economy ? ECONOMY_MM_MAX : PAPER_MM_MAX);

/** Rows that are left for print and tail, of a paper so long from cut to cut. */
const lengthDots = ({ dpi, cut }: PrinterProfile, mm: number): number =>
  Math.floor((mm * dpi) / MM_PER_INCH) - cut.blankDots;

const measured = (
  { dpi, cut }: PrinterProfile,
  { pieces, tailDots, rows }: Omit<PressedTicket, 'paperMm'> & { readonly rows: number },
): PressedTicket => ({
  pieces,
  tailDots,
  paperMm: ((rows + tailDots + cut.blankDots) * MM_PER_INCH) / dpi,
});

function rasterPress(profile: PrinterProfile, design: PaperDesign): Press {
  const raster = rasterOf(profile.width.dots);
  const sheet = (mmMax: number) => ({
    measure: raster.measure,
    width: profile.width.dots,
    lengthMaxDots: lengthDots(profile, mmMax),
    nativeCode: profile.qr === 'native',
  });
  const ticketSheet = sheet(ticketMmMax(design));
  const slipSheet = sheet(SLIP_MM_MAX);
  return (paper) => {
    const layout = layoutPaper(paper, isSlip(paper) ? slipSheet : ticketSheet, design);
    const { qr, tailDots, lengthDots: rows } = layout;
    const bands = bandsOf(raster.draw(layout), profile.raster.maxBandRows);
    const pieces: Piece[] = qr === null ? bands : [...bands, { kind: 'qr', code: qr }];
    return measured(profile, { pieces, tailDots, rows: rows - tailDots });
  };
}
