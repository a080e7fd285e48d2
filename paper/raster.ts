import { createCanvas, type Canvas, type SKRSContext2D } from '@napi-rs/canvas';
import { dotAt, emptyBitmap, setDot, type Bitmap } from './bitmap.js';
import { fontOf, registerFonts } from './fonts.js';
import { QR_QUIET_MODULES } from './qr.js';
import type { BoxItem, DotsItem, Face, Measure, PaperLayout, TextItem } from './sheet.js';

/** Rows of the canvas; a layout higher than this is refused by `draw`. */
const ROWS_MAX = 1800;

/** Widths of texts that are remembered. */
const WIDTHS_MAX = 5_000;

/** Below this lightness (0–255) a dot is burnt. */
const BLACK_BELOW = 128;

/** Size at which ink is measured. */
const INK_PX = 100;

/** Room for ink, in sizes; Cairo asks for 1.303 above the baseline and 0.571 below it. */
const INK_ROOM = { above: 1.4, below: 1 };

/** What is drawn of a paper: all but the code that the printer draws itself. */
export type Drawing = Pick<PaperLayout, 'width' | 'height' | 'items' | 'watermark'>;

export interface Raster {
  /** In dots. */
  readonly width: number;
  readonly measure: Measure;
  /** Throws if the drawing is higher than `ROWS_MAX`. */
  draw(drawing: Drawing): Bitmap;
}

/**
 * Draws on one canvas for the life of the process: a canvas per ticket would hold memory until
 * the event loop turns. `width` in dots, a multiple of 8.
 */
export function createRaster(width: number): Raster {
  registerFonts();
  const canvas = createCanvas(width, ROWS_MAX);
  const context = canvas.getContext('2d');
  /** A ticket is laid out in several looks, and most of its texts are those of the last one. */
  const widths = new Map<string, number>();
  /** The last text that was measured: a layout asks for the same one at several sizes. */
  let ink = { key: '', ascent: 0, descent: 0 };
  return {
    width,
    measure: {
      width: (text, face) => {
        const key = `${face.sizePx} ${face.weight} ${text}`;
        const known = widths.get(key);
        if (known !== undefined) return known;
        context.font = fontOf(face);
        const { width: found } = context.measureText(text);
        if (widths.size >= WIDTHS_MAX) widths.clear();
        widths.set(key, found);
        return found;
      },
      ink: (text, { sizePx, weight }) => {
        const key = `${weight} ${text}`;
        if (key !== ink.key) ink = { key, ...inkOf(context, text, { sizePx: INK_PX, weight }) };
        const scaled = (dots: number): number => Math.ceil((dots * sizePx) / INK_PX);
        return { ascent: scaled(ink.ascent), descent: scaled(ink.descent) };
      },
    },
    draw: (layout) => drawLayout(canvas, context, layout),
  };
}

function drawLayout(canvas: Canvas, context: SKRSContext2D, layout: Drawing): Bitmap {
  if (layout.height > ROWS_MAX) throw new Error(`a ticket of ${layout.height} rows is too long`);
  clear(context, canvas.width, layout.height);
  for (const item of layout.items) {
    if (item.kind === 'box') drawBox(context, item);
    else if (item.kind === 'text') drawText(context, item);
  }
  const bitmap = emptyBitmap(canvas.width / 8, layout.height);
  burn(context, bitmap, () => true);
  for (const item of layout.items) if (item.kind === 'dots') stamp(bitmap, item);
  if (layout.watermark !== null) {
    clear(context, canvas.width, layout.height);
    drawWatermark(context, layout.watermark, layout);
    const kept = layout.items.filter((item) => item.kind === 'dots').map(clearOf);
    burn(context, bitmap, (x, y) => isSparse(x, y) && !kept.some((isIn) => isIn(x, y)));
  }
  return bitmap;
}

function clear(context: SKRSContext2D, width: number, height: number): void {
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.fillStyle = '#000';
  context.strokeStyle = '#000';
}

function drawText(context: SKRSContext2D, item: TextItem): void {
  context.font = fontOf(item.face);
  context.direction = item.language === 'ar' ? 'rtl' : 'ltr';
  context.textAlign = item.anchor === 'centre' ? 'center' : item.anchor;
  context.fillStyle = item.white ? '#fff' : '#000';
  context.fillText(item.text, item.x, item.baseline);
  context.fillStyle = '#000';
}

function drawBox(context: SKRSContext2D, { outline, ...box }: BoxItem): void {
  const inset = outline / 2;
  context.beginPath();
  context.roundRect(
    box.x + inset,
    box.y + inset,
    box.width - outline,
    box.height - outline,
    box.radius,
  );
  context.lineWidth = outline;
  if (outline === 0) context.fill();
  else context.stroke();
}

/** Copies a picture to the dot, as no canvas would. */
function stamp(bitmap: Bitmap, { x, y, scale, dots }: DotsItem): void {
  const width = dots.bytesPerRow * 8 * scale;
  for (let row = 0; row < dots.rows * scale; row += 1) {
    for (let column = 0; column < width; column += 1) {
      if (!dotAt(dots, Math.floor(column / scale), Math.floor(row / scale))) continue;
      setDot(bitmap, x + column, y + row);
    }
  }
}

const WATERMARK: Face = { sizePx: 230, weight: 900 };
/** Rises towards the right, in radians: across the lines, so that both can be told apart. */
const WATERMARK_TURN = -0.3;
/** From the baseline up to the middle of the letters, in sizes. */
const WATERMARK_MIDDLE = 0.25;

function drawWatermark(context: SKRSContext2D, text: string, layout: Drawing): void {
  context.save();
  context.translate(layout.width / 2, layout.height / 2);
  context.rotate(WATERMARK_TURN);
  context.font = fontOf(WATERMARK);
  context.direction = 'rtl';
  context.textAlign = 'center';
  context.fillText(text, 0, WATERMARK.sizePx * WATERMARK_MIDDLE);
  context.restore();
}

/** One dot in eight, staggered: grey enough to see, light enough to read through. */
const isSparse = (x: number, y: number): boolean => y % 2 === 0 && (x + y) % 4 === 0;

/** Whether a dot lies on a picture or in its clear zone, where nothing is drawn over. */
const clearOf =
  ({ x, y, scale, dots }: DotsItem) =>
  (atX: number, atY: number): boolean => {
    const quiet = scale === 1 ? 0 : QR_QUIET_MODULES * scale;
    const [dx, dy] = [atX - x + quiet, atY - y + quiet];
    const [width, height] = [dots.bytesPerRow * 8 * scale, dots.rows * scale];
    return dx >= 0 && dy >= 0 && dx < width + 2 * quiet && dy < height + 2 * quiet;
  };

/** Adds the dark dots of the canvas to the bitmap where the mask lets them. */
function burn(
  context: SKRSContext2D,
  bitmap: Bitmap,
  mask: (x: number, y: number) => boolean,
): void {
  const width = bitmap.bytesPerRow * 8;
  const pixels = context.getImageData(0, 0, width, bitmap.rows).data;
  const count = width * bitmap.rows;
  for (let pixel = 0; pixel < count; pixel += 1) {
    if (pixels[pixel * 4]! >= BLACK_BELOW) continue;
    const y = Math.floor(pixel / width);
    const x = pixel - y * width;
    if (mask(x, y)) setDot(bitmap, x, y);
  }
}

/** Metrics of the library do not cover fallback fonts, so the ink itself is looked at. */
function inkOf(
  context: SKRSContext2D,
  text: string,
  face: Face,
): { readonly ascent: number; readonly descent: number } {
  const baseline = Math.ceil(face.sizePx * INK_ROOM.above);
  const rows = baseline + face.sizePx * INK_ROOM.below;
  context.font = fontOf(face);
  const width = Math.min(context.canvas.width, Math.ceil(context.measureText(text).width));
  clear(context, width, rows);
  context.textAlign = 'left';
  context.fillText(text, 0, baseline);
  const pixels = context.getImageData(0, 0, width, rows).data;
  const inked = (y: number): boolean => {
    for (let x = 0; x < width; x += 1) {
      if ((pixels[(y * width + x) * 4] ?? 255) < BLACK_BELOW) return true;
    }
    return false;
  };
  let top = 0;
  while (top < rows && !inked(top)) top += 1;
  let bottom = rows - 1;
  while (bottom > top && !inked(bottom)) bottom -= 1;
  if (top === rows) return { ascent: 0, descent: 0 };
  return { ascent: baseline - top, descent: Math.max(0, bottom + 1 - baseline) };
}
