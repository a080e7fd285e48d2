import type { QrCode } from '../../paper/qr.js';
import type { Band } from './bands.js';

/** What stands on paper but is no picture of its own. */
export type Mark =
  /** One line of ASCII in the printer's own font A, so many times as wide and as high. */
  | {
      readonly kind: 'text';
      readonly text: string;
      readonly width: number;
      readonly height: number;
      /** Rows that the line leaves clear below itself. */
      readonly leading: number;
    }
  /** A graphic that lies in the printer's memory under two ASCII characters. */
  | { readonly kind: 'graphic'; readonly key: string }
  | { readonly kind: 'qr'; readonly code: QrCode };

/** A mark on a page, by the upper left corner of the dots that it takes. */
export interface Placed {
  readonly mark: Mark;
  readonly x: number;
  readonly y: number;
  readonly rows: number;
}

/** What a paper is printed of, in order and in the middle of the paper. */
export type Piece =
  | Band
  | Mark
  /** Marks that stand anywhere on as many rows; a page is as wide as the paper. */
  | { readonly kind: 'page'; readonly rows: number; readonly placed: readonly Placed[] };

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
/** Of these, from the top to the line that letters stand on; the rest is below it. */
export const BASELINE_DOTS = 21;
/** Rows from a line of text to the next. */
export const textRows = ({ height, leading }: Extract<Mark, { kind: 'text' }>): number =>
  height * CELL.height + leading;
