import type { Language } from '../core/lists.js';
import type { TicketPaper } from '../core/paper.js';
import type { Column } from './column.js';
import type { Face } from './sheet.js';
import { PAPER_WORDS } from './words.js';

/** A word that must be seen: white on black, or a code in an outline. */
interface Flag {
  readonly text: string;
  readonly isFilled: boolean;
}

const FACE: Face = { sizePx: 24, weight: 700 };
/** Rows that flags take. */
export const FLAG_DOTS = 34;
const BOX = { height: FLAG_DOTS, radius: 8 };
const OUTLINE = 3;
const BASELINE = 26;
const PADDING = 9;
const BETWEEN = 8;
const BESIDE = 12;

/** What must be seen of a ticket. */
export function flagsOf({ classId, copy, training }: TicketPaper, language: Language): Flag[] {
  const words = PAPER_WORDS[language];
  return [
    ...(training ? [{ text: words.training, isFilled: true }] : []),
    ...(copy === 'first' ? [] : [{ text: words.copy[copy], isFilled: true }]),
    ...(classId === '' ? [] : [{ text: classId, isFilled: false }]),
  ];
}

/** The width that `setFlags` will return. */
export const flagsWidth = (column: Column, flags: readonly Flag[]): number =>
  flags.reduce((sum, { text }) => sum + flagWidth(column, text) + BETWEEN, 0) +
  (flags.length === 0 ? 0 : BESIDE);

const flagWidth = (column: Column, text: string): number =>
  Math.ceil(column.width(text, FACE)) + 2 * PADDING;

/**
 * Sets flags at the trailing side of the next line, or so many dots below it. Returns the width
 * that they take.
 */
export function setFlags(column: Column, flags: readonly Flag[], below = 0): number {
  let used = 0;
  for (const { text, isFilled } of flags) {
    const width = flagWidth(column, text);
    const box = { y: column.y + below, width, outline: isFilled ? 0 : OUTLINE, ...BOX };
    const middle = column.endBox(box, used);
    column.centre({ text, face: FACE, baseline: column.y + below + BASELINE }, middle, isFilled);
    used += width + BETWEEN;
  }
  return used === 0 ? 0 : used + BESIDE;
}
