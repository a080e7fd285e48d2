import type { Bitmap } from '../../paper/bitmap.js';

/** Part of a picture as the printer gets it: rows to feed, or a raster under centred alignment. */
export type Band =
  | { readonly kind: 'feed'; readonly rows: number }
  | {
      readonly kind: 'raster';
      readonly bytesPerRow: number;
      readonly rows: number;
      readonly data: Uint8Array;
    };

/** The most that one ESC J feeds. */
const FEED_ROWS_MAX = 255;

/** What a band costs beside its data, in bytes: its command, and the printer's pause for it. */
const BAND_COST_BYTES = 48;

/**
 * Cuts a picture into bands that print it exactly, but for dots that `withoutDle` adds. Blank rows
 * at the ends of bands become feeds; every band loses the same number of blank bytes at both sides,
 * so that centred alignment puts it back in its place.
 */
export function bandsOf(bitmap: Bitmap, rowsMax: number): Band[] {
  const crops = Array.from({ length: bitmap.rows }, (_, y) => cropOf(bitmap, y));
  const ends = cheapestEnds(crops, bitmap.bytesPerRow, rowsMax);
  const bands: Band[] = [];
  for (let y = 0; y < bitmap.rows; y = ends[y]!) {
    const rows = ends[y]! - y;
    const crop = Math.min(...crops.slice(y, y + rows));
    if (crop * 2 < bitmap.bytesPerRow) bands.push(rasterBand(bitmap, crop, { y, rows }));
    else bands.push({ kind: 'feed', rows });
  }
  return bands;
}

/** Blank bytes at each side of a row; half the row or more if the row is blank. */
function cropOf({ bytesPerRow, data }: Bitmap, y: number): number {
  const half = Math.ceil(bytesPerRow / 2);
  const start = y * bytesPerRow;
  for (let crop = 0; crop < half; crop += 1) {
    if (data[start + crop] !== 0 || data[start + bytesPerRow - 1 - crop] !== 0) return crop;
  }
  return half;
}

/** For each row at which a band may start, where the cheapest one ends. */
function cheapestEnds(crops: readonly number[], width: number, rowsMax: number): number[] {
  const rows = crops.length;
  const cost: number[] = new Array<number>(rows + 1).fill(0);
  const ends: number[] = new Array<number>(rows + 1).fill(rows);
  for (let y = rows - 1; y >= 0; y -= 1) {
    cost[y] = Infinity;
    let crop = width;
    for (let end = y + 1; end <= rows && end - y <= FEED_ROWS_MAX; end += 1) {
      crop = Math.min(crop, crops[end - 1]!);
      const isBlank = crop * 2 >= width;
      if (!isBlank && end - y > rowsMax) break;
      const bytes = isBlank ? 0 : BAND_COST_BYTES + (end - y) * (width - 2 * crop);
      if (bytes + cost[end]! + 1 < cost[y]!) {
        cost[y] = bytes + cost[end]! + 1;
        ends[y] = end;
      }
    }
  }
  return ends;
}

function rasterBand(
  bitmap: Bitmap,
  crop: number,
  { y, rows }: { readonly y: number; readonly rows: number },
): Band {
  const bytesPerRow = bitmap.bytesPerRow - 2 * crop;
  const data = new Uint8Array(bytesPerRow * rows);
  for (let row = 0; row < rows; row += 1) {
    const from = (y + row) * bitmap.bytesPerRow + crop;
    data.set(bitmap.data.subarray(from, from + bytesPerRow), row * bytesPerRow);
  }
  return { kind: 'raster', bytesPerRow, rows, data: withoutDle(data) };
}

const DLE = 0x10;
const REAL_TIME: ReadonlySet<number | undefined> = new Set([0x04, 0x05, 0x14]);

/** Whether two bytes read as the beginning of DLE EOT, DLE ENQ or DLE DC4. */
export const isAlike = (first: number | undefined, second: number | undefined): boolean =>
  first === DLE && REAL_TIME.has(second);

/**
 * Printers obey DLE EOT, DLE ENQ and DLE DC4 even inside a picture. Where its data look so, one
 * black dot is made two dots wide (10h becomes 18h); nothing else changes.
 */
export function withoutDle(data: Uint8Array): Uint8Array {
  let safe: Uint8Array | undefined;
  for (let at = data.indexOf(DLE); at !== -1; at = data.indexOf(DLE, at + 1)) {
    if (!isAlike(data[at], data[at + 1])) continue;
    safe ??= data.slice();
    safe[at] = DLE | 0x08;
  }
  return safe ?? data;
}
