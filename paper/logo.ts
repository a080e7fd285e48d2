import type { Logo } from '../core/design.js';
import type { Bitmap } from './bitmap.js';

/** The dots of a checked logo. */
export const logoDots = ({ width, rows, data }: Logo): Bitmap => ({
  bytesPerRow: width / 8,
  rows,
  data: Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0)),
});
