import { createCanvas } from '@napi-rs/canvas';
import { CELL } from '../paper/pieces.js';
import { emptyBitmap, setDot, type Bitmap } from '../../paper/bitmap.js';
import { fontOf, registerFonts } from '../../paper/fonts.js';

/** A line in the virtual printer's own font: cells as wide as Font A's, shapes of Cairo. */
export function textBitmap(
  text: string,
  size: { readonly width: number; readonly height: number },
): Bitmap {
  registerFonts();
  const bytesPerRow = Math.ceil((text.length * CELL.width * size.width) / 8);
  const bitmap = emptyBitmap(bytesPerRow, CELL.height * size.height);
  const canvas = createCanvas(bytesPerRow * 8, bitmap.rows);
  const context = canvas.getContext('2d');
  context.scale(size.width, size.height);
  context.font = fontOf({ sizePx: 18, weight: 700 });
  [...text].forEach((letter, index) => context.fillText(letter, index * CELL.width, 19));
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
  for (let pixel = 0; pixel < canvas.width * canvas.height; pixel += 1) {
    if (pixels[pixel * 4 + 3]! < 128) continue;
    setDot(bitmap, pixel % canvas.width, Math.floor(pixel / canvas.width));
  }
  return bitmap;
}
