import type { QrCode } from '../../paper/qr.js';
import type { Band } from './bands.js';

/** What a paper is printed of, in order and in the middle of the paper. */
export type Piece =
  | Band
  /** One line of ASCII in the printer's own font A, so many times as wide and as high. */
  | {
      readonly kind: 'text';
      readonly text: string;
      readonly width: number;
      readonly height: number;
    }
  /** A graphic that lies in the printer's memory under two ASCII characters. */
  | { readonly kind: 'graphic'; readonly key: string }
  | { readonly kind: 'qr'; readonly code: QrCode };

/** A paper ready to be encoded for the printer that it was pressed for. */
export interface PressedTicket {
  readonly pieces: readonly Piece[];
  /** Rows fed between the last print and the cut. */
  readonly tailDots: number;
  /** From cut to cut. */
  readonly paperMm: number;
}

/** Font A: dots of a character at single size. */
export const CELL = { width: 12, height: 24 } as const;
/** Rows that a line of text leaves clear below itself. */
export const LEADING_DOTS = 6;

/** Rows from a line of text to the next. */
export const textRows = (height: number): number => height * CELL.height + LEADING_DOTS;
