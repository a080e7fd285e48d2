import { LOGO_MAX, type Logo } from '../../core/design.js';

/** A picture's lightness, row by row, 0 black to 255 white. */
export interface Grey {
  readonly width: number;
  readonly rows: number;
  readonly light: Float32Array;
}

/** The size at which a picture fits a logo, as wide as whole bytes; never enlarged. */
export function logoSize(width: number, height: number): { width: number; rows: number } {
  const scale = Math.min(1, LOGO_MAX.width / width, LOGO_MAX.rows / height);
  return {
    width: Math.min(LOGO_MAX.width, Math.max(8, Math.ceil((width * scale) / 8) * 8)),
    rows: Math.min(LOGO_MAX.rows, Math.max(8, Math.round(height * scale))),
  };
}

/** Floyd and Steinberg's weights, in sixteenths: right, below left, below, below right. */
const SPREAD = [
  [1, 0, 7],
  [-1, 1, 3],
  [0, 1, 5],
  [1, 1, 1],
] as const;

/** Black and white dots that look grey from afar: each dot's error goes to its neighbours. */
export function dithered({ width, rows, light }: Grey): Logo {
  const left = Float32Array.from(light);
  const bytes = new Uint8Array((width / 8) * rows);
  for (let y = 0; y < rows; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const value = left[y * width + x] ?? 255;
      const isBlack = value < 128;
      if (isBlack) bytes[(y * width + x) >> 3]! |= 0x80 >> (x & 7);
      const error = value - (isBlack ? 0 : 255);
      for (const [dx, dy, weight] of SPREAD) {
        const [toX, toY] = [x + dx, y + dy];
        if (toX < 0 || toX >= width || toY >= rows) continue;
        left[toY * width + toX]! += (error * weight) / 16;
      }
    }
  }
  return { width, rows, data: btoa(String.fromCharCode(...bytes)) };
}

/** What a browser can show, as a logo. Rejects where the file is no picture. */
export async function logoOf(file: Blob): Promise<Logo> {
  const picture = await createImageBitmap(file);
  const { width, rows } = logoSize(picture.width, picture.height);
  const canvas = new OffscreenCanvas(width, rows);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('this browser draws no pictures');
  const paper = new Uint8ClampedArray(width * rows * 4).fill(255);
  context.putImageData(new ImageData(paper, width, rows), 0, 0);
  context.drawImage(picture, 0, 0, width, rows);
  picture.close();
  const { data } = context.getImageData(0, 0, width, rows);
  const light = Float32Array.from(
    { length: width * rows },
    (_, at) =>
      0.299 * (data[at * 4] ?? 0) +
      0.587 * (data[at * 4 + 1] ?? 0) +
      0.114 * (data[at * 4 + 2] ?? 0),
  );
  return dithered({ width, rows, light });
}
