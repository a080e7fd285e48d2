import type { Column } from './column.js';
import type { Face } from './sheet.js';

/** A word that must be seen: white on black, or a code in an outline. */
interface Flag {
  readonly text: string;
  readonly isFilled: boolean;
}

const FACE: Face = { sizePx: 24, weight: 700 };
const BOX = { height: 34, radius: 8 };
const OUTLINE = 3;
const BASELINE = 26;
const PADDING = 11;
const BETWEEN = 8;
const BESIDE = 12;

/** Sets flags at the trailing side of the next line. Returns the width that they take. */
export function setFlags(column: Column, flags: readonly Flag[]): number {
  let used = 0;
  for (const { text, isFilled } of flags) {
    const width = Math.ceil(column.width(text, FACE)) + 2 * PADDING;
    const box = { y: column.y, width, outline: isFilled ? 0 : OUTLINE, ...BOX };
    const middle = column.endBox(box, used);
    column.centre({ text, face: FACE, baseline: column.y + BASELINE }, middle, isFilled);
    used += width + BETWEEN;
  }
  return used === 0 ? 0 : used + BESIDE;
}
