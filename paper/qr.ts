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

/** Modules of a model 2 code, row by row, true for black, without the quiet zone. */
export const qrModules = (text: string, level: QrLevel): boolean[][] =>
  encode(text, { ecc: level, boostEcc: false, border: 0 }).data;
