import type { TicketPaper } from '../../core/paper.js';
import type { PrinterProfile } from '../printer/profile.js';
import { bandsOf, type Band } from './bands.js';
import { layoutTicket } from '../../paper/layout.js';
import type { QrCode } from '../../paper/qr.js';
import { createRaster } from '../../paper/raster.js';

/** A standard ticket is no longer than this, its blank top strip included. */
export const PAPER_MM_MAX = 60;

const MM_PER_INCH = 25.4;

/** A ticket ready to be encoded for one printer. */
export interface PressedTicket {
  readonly bands: readonly Band[];
  readonly qr: QrCode | null;
  readonly tailDots: number;
  /** From cut to cut. */
  readonly paperMm: number;
}

/** Draws tickets for printers of one profile, one after the other, on one canvas. */
export function createPress(profile: PrinterProfile): (paper: TicketPaper) => PressedTicket {
  const raster = createRaster(profile.width.dots);
  const dotsPerMm = profile.dpi / MM_PER_INCH;
  const { blankDots } = profile.cut;
  const sheet = {
    measure: raster.measure,
    width: profile.width.dots,
    lengthMaxDots: Math.floor(PAPER_MM_MAX * dotsPerMm) - blankDots,
  };
  return (paper) => {
    const layout = layoutTicket(paper, sheet);
    return {
      bands: bandsOf(raster.draw(layout), profile.raster.maxBandRows),
      qr: layout.qr,
      tailDots: layout.tailDots,
      paperMm: (layout.lengthDots + blankDots) / dotsPerMm,
    };
  };
}
