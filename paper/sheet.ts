import type { Language } from '../core/lists.js';
import type { Bitmap } from './bitmap.js';
import type { QrCode } from './qr.js';

export const WEIGHTS = [600, 700, 800, 900] as const;

export interface Face {
  readonly sizePx: number;
  readonly weight: (typeof WEIGHTS)[number];
}

/** Widths and ink as the raster will draw them, in dots. */
export interface Measure {
  width(text: string, face: Face): number;
  /** Ink above and below the baseline. */
  ink(text: string, face: Face): { readonly ascent: number; readonly descent: number };
}

export interface TextItem {
  readonly kind: 'text';
  readonly text: string;
  readonly language: Language;
  readonly face: Face;
  /** Where the text ends (right), starts (left) or has its middle. */
  readonly x: number;
  readonly anchor: 'left' | 'right' | 'centre';
  readonly baseline: number;
  /** White on a filled box. */
  readonly white: boolean;
}

export interface BoxItem {
  readonly kind: 'box';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly radius: number;
  /** Width of the outline; 0 fills the box. */
  readonly outline: number;
}

/** A picture, each of its dots `scale` dots wide and high. */
export interface DotsItem {
  readonly kind: 'dots';
  readonly x: number;
  readonly y: number;
  readonly scale: number;
  readonly dots: Bitmap;
}

export type Item = TextItem | BoxItem | DotsItem;

/** A paper placed to the dot; what is drawn comes first, the native QR code below it. */
export interface PaperLayout {
  readonly width: number;
  /** Rows that are drawn. */
  readonly height: number;
  readonly items: readonly Item[];
  /** Drawn across everything in sparse dots. */
  readonly watermark: string | null;
  readonly qr: (QrCode & { readonly dots: number }) | null;
  /** Rows fed between the last print and the cut. */
  readonly tailDots: number;
  /** From the first row to the cut. */
  readonly lengthDots: number;
  /** Texts that did not fit whole, as they were meant. */
  readonly shortened: readonly string[];
  /** Fields of the design that there was no room for. */
  readonly leftOut: readonly string[];
  /** Fields that stand elsewhere than the design has them. */
  readonly moved: readonly string[];
}

export interface Sheet {
  readonly measure: Measure;
  readonly width: number;
  /** Rows a paper may have; what can be done without gives way to keep within them. */
  readonly lengthMaxDots: number;
  /** The printer draws a QR code itself, below all else. */
  readonly nativeCode: boolean;
}
