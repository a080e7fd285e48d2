import type { Column, Value, Values, Words } from './columns.js';

/** Without this mark, spreadsheets take UTF-8 for the system's own code page. */
export const BYTE_ORDER_MARK = '\uFEFF';

/** A cell that begins so would be run as a formula; an apostrophe makes it text. */
const FORMULA = /^[=+\-@\t\r\n]/;
const QUOTED = /[",\r\n]/;
const PLAIN = /^(?![=+\-@\t])[^",\r\n]*$/;

/** One cell by RFC 4180. Numbers are ASCII digits; nothing known is an empty cell. */
export const cell = (value: Value): string => {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  if (PLAIN.test(value)) return value;
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return QUOTED.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** The first line of a file, after the mark. */
export const headLine = (names: readonly string[]): string => `${names.join(',')}\r\n`;

/** One line for each row; `before` stands first in each, with a comma after it. */
export const linesOf = (
  columns: readonly Column[],
  { rows, words, before = '' }: { rows: readonly Values[]; words: Words; before?: string },
): string => {
  let text = '';
  for (const row of rows) {
    let line = '';
    for (const { of } of columns) line += `,${cell(of(row, words))}`;
    text += `${before}${line.slice(1)}\r\n`;
  }
  return text;
};
