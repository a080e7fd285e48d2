import { crc32, deflateSync } from 'node:zlib';
import type { Bitmap } from './bitmap.js';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** PNG, 11.2.1: one bit a pixel, grey; usual compression and filters, no interlacing. */
const ONE_BIT_GREY = [1, 0, 0, 0, 0];
const WHITE = 0xff;

/** PNG, 5.3: length, type, data, and the sum of type and data. */
const chunk = (type: string, data: Buffer): Buffer => {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
};

/**
 * A PNG of the paper, one pixel a dot, with the white at its sides that a QR code needs, in whole
 * bytes. A canvas would take 32 times the memory.
 */
export function paperPicture({ bytesPerRow, rows, data }: Bitmap, marginBytes = 4): Buffer {
  const height = Math.max(1, rows);
  // Each row starts with its filter, 0 for none; a set bit is white.
  const rowBytes = 1 + bytesPerRow + 2 * marginBytes;
  const pixels = Buffer.alloc(rowBytes * height, WHITE);
  for (let y = 0; y < height; y += 1) pixels[y * rowBytes] = 0;
  for (let y = 0; y < rows; y += 1) {
    const to = y * rowBytes + 1 + marginBytes;
    for (let at = 0; at < bytesPerRow; at += 1) {
      pixels[to + at] = ~(data[y * bytesPerRow + at] ?? 0) & 0xff;
    }
  }
  const head = Buffer.alloc(8 + ONE_BIT_GREY.length);
  head.writeUInt32BE((rowBytes - 1) * 8, 0);
  head.writeUInt32BE(height, 4);
  head.set(ONE_BIT_GREY, 8);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(pixels)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
