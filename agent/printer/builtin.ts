import { createCanvas } from '@napi-rs/canvas';
import { BASELINE_DOTS, CELL } from '../paper/pieces.js';
import { emptyBitmap, setDot, type Bitmap } from '../../paper/bitmap.js';
import { fontOf, registerFonts } from '../../paper/fonts.js';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Dots of a letter in the middle of its cell, from its left. */
type Glyph = readonly (readonly [x: number, y: number])[];

/** Those that were drawn: at most ASCII's letters in the sizes that GS ! knows. */
const glyphs = new Map<string, Glyph>();

const drawn = (letter: string, { width, height }: Size): Glyph => {
  registerFonts();
  const [cell, rows] = [CELL.width * width, CELL.height * height];
  const canvas = createCanvas(3 * cell, rows);
  const context = canvas.getContext('2d');
  context.scale(width, height);
  context.font = fontOf({ sizePx: 20, weight: 700 });
  const wide = Math.min(context.measureText(letter).width, CELL.width);
  context.fillText(letter, CELL.width + (CELL.width - wide) / 2, BASELINE_DOTS, CELL.width);
  const pixels = context.getImageData(0, 0, canvas.width, rows).data;
  const dots: [number, number][] = [];
  for (let pixel = 0; pixel < canvas.width * rows; pixel += 1) {
    if (pixels[pixel * 4 + 3]! < 128) continue;
    dots.push([(pixel % canvas.width) - cell, Math.floor(pixel / canvas.width)]);
  }
  return dots;
};

const glyphOf = (letter: string, size: Size): Glyph => {
  const key = `${letter} ${size.width} ${size.height}`;
  const glyph = glyphs.get(key) ?? drawn(letter, size);
  glyphs.set(key, glyph);
  return glyph;
};

/** A line in the virtual printer's own font: cells as wide as Font A's, shapes of Cairo in them. */
export function textBitmap(text: string, size: Size): Bitmap {
  const cell = CELL.width * size.width;
  const bitmap = emptyBitmap(Math.ceil((text.length * cell) / 8), CELL.height * size.height);
  [...text].forEach((letter, index) => {
    for (const [x, y] of glyphOf(letter, size)) {
      const at = index * cell + x;
      if (at >= 0 && at < bitmap.bytesPerRow * 8) setDot(bitmap, at, y);
    }
  });
  return bitmap;
}
