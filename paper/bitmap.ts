/** A picture of black dots: `bytesPerRow` bytes a row, highest bit leftmost, 1 is black. */
export interface Bitmap {
  readonly bytesPerRow: number;
  readonly rows: number;
  readonly data: Uint8Array;
}

export const emptyBitmap = (bytesPerRow: number, rows: number): Bitmap => ({
  bytesPerRow,
  rows,
  data: new Uint8Array(bytesPerRow * rows),
});

/** Whether the dot is black. Outside the picture there is none. */
export const dotAt = ({ bytesPerRow, data }: Bitmap, x: number, y: number): boolean =>
  (((data[y * bytesPerRow + (x >> 3)] ?? 0) >> (7 - (x & 7))) & 1) === 1;

/** Blackens a dot in place. */
export function setDot({ bytesPerRow, data }: Bitmap, x: number, y: number): void {
  const index = y * bytesPerRow + (x >> 3);
  data[index] = (data[index] ?? 0) | (0x80 >> (x & 7));
}

/** A copy of the upper part. */
export const firstRows = ({ bytesPerRow, data }: Bitmap, rows: number): Bitmap => ({
  bytesPerRow,
  rows,
  data: data.slice(0, rows * bytesPerRow),
});
