import { encode } from 'uqr';

/** How much of a code may be unreadable: about 7 % (L), 15 % (M), 25 % (Q), 30 % (H). */
export const QR_LEVELS = ['L', 'M', 'Q', 'H'] as const;
export type QrLevel = (typeof QR_LEVELS)[number];

/** A QR code that the printer draws itself. `text` is ASCII. */
export interface QrCode {
  readonly text: string;
  /** Side of one module. */
  readonly moduleDots: number;
  readonly level: QrLevel;
}

/** Clear modules that a reader needs on each side (ISO/IEC 18004, quiet zone). */
export const QR_QUIET_MODULES = 4;

/** Codes that are remembered: a ticket is laid out in several looks, with the same two codes. */
const CODES_MAX = 8;
const codes = new Map<string, boolean[][]>();

/** Modules of a model 2 code, row by row, true for black, without the quiet zone. */
export function qrModules(text: string, level: QrLevel): readonly (readonly boolean[])[] {
  const key = `${level} ${text}`;
  const known = codes.get(key);
  if (known !== undefined) return known;
  const { data } = encode(text, { ecc: level, boostEcc: false, border: 0 });
  if (codes.size >= CODES_MAX) codes.clear();
  codes.set(key, data);
  return data;
}
