import { createCanvas } from '@napi-rs/canvas';
import { dotAt, type Bitmap } from './bitmap.js';

/** A PNG of the paper, one pixel a dot, with the white at its sides that a QR code needs. */
export function paperPicture(bitmap: Bitmap, marginDots = 32): Buffer {
  const width = bitmap.bytesPerRow * 8 + 2 * marginDots;
  const canvas = createCanvas(width, Math.max(1, bitmap.rows));
  const context = canvas.getContext('2d');
  const image = context.createImageData(width, canvas.height);
  image.data.fill(255);
  for (let y = 0; y < bitmap.rows; y += 1) {
    for (let x = 0; x < bitmap.bytesPerRow * 8; x += 1) {
      if (!dotAt(bitmap, x, y)) continue;
      image.data.fill(0, (y * width + x + marginDots) * 4, (y * width + x + marginDots) * 4 + 3);
    }
  }
  context.putImageData(image, 0, 0);
  return canvas.toBuffer('image/png');
}
