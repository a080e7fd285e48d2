import {
  ECONOMY_MM_MAX,
  PAPER_MM_MAX,
  SLIP_MM_MAX,
  type PaperDesign,
  type PaperWidth,
} from '../core/design.js';
import { isSlip, type Paper } from '../core/paper.js';
import type { PaperPreview } from '../core/protocol/api.js';
import { emptyBitmap, setDot, type Bitmap } from './bitmap.js';
import { layoutPaper } from './layout.js';
import { paperPicture } from './picture.js';
import { qrModules } from './qr.js';
import { createRaster, type Raster } from './raster.js';
import type { PaperLayout } from './sheet.js';

const DPI = 203;
const MM_PER_INCH = 25.4;
/** What common printers reach of a paper's width. */
const DOTS: Readonly<Record<PaperWidth, number>> = { '80': 576, '58': 384 };

export interface PreviewWish {
  readonly paper: Paper;
  readonly design: PaperDesign;
  readonly width: PaperWidth;
}

const rasters = new Map<number, Raster>();

/** Draws a paper by the code that prints it. */
export function preview({ paper, design, width }: PreviewWish): PaperPreview {
  const dots = DOTS[width];
  const raster = rasters.get(dots) ?? createRaster(dots);
  rasters.set(dots, raster);
  const mmMax = isSlip(paper) ? SLIP_MM_MAX : design.economy ? ECONOMY_MM_MAX : PAPER_MM_MAX;
  const lengthMaxDots = Math.floor((mmMax * DPI) / MM_PER_INCH);
  const sheet = { measure: raster.measure, width: dots, lengthMaxDots, nativeCode: true };
  const layout = layoutPaper(paper, sheet, design);
  return {
    png: paperPicture(pictured(layout, raster.draw(layout))).toString('base64'),
    lengthMm: (layout.lengthDots * MM_PER_INCH) / DPI,
    shortened: layout.shortened,
    leftOut: layout.leftOut,
    moved: layout.moved,
  };
}

/** The whole paper: what is drawn, and below it the code that the printer would draw. */
function pictured({ qr, lengthDots }: PaperLayout, drawn: Bitmap): Bitmap {
  const whole = emptyBitmap(drawn.bytesPerRow, lengthDots);
  whole.data.set(drawn.data);
  if (qr === null) return whole;
  const modules = qrModules(qr.text, qr.level);
  const left = Math.floor((drawn.bytesPerRow * 8 - qr.dots) / 2);
  for (let y = 0; y < qr.dots; y += 1) {
    for (let x = 0; x < qr.dots; x += 1) {
      const isBlack = modules[Math.floor(y / qr.moduleDots)]![Math.floor(x / qr.moduleDots)];
      if (isBlack) setDot(whole, left + x, drawn.rows + y);
    }
  }
  return whole;
}
