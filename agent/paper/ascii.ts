import { civil } from '../../core/calendar.js';
import type { Millis } from '../../core/configuration.js';
import { wrapped } from '../../paper/fit.js';

const TYPOGRAPHIC: Readonly<Record<string, string>> = {
  '‘': "'",
  '’': "'",
  '“': '"',
  '”': '"',
  '–': '-',
  '—': '-',
  '…': '...',
  '·': '-',
  '\u00a0': ' ',
};

/** The text in the letters that every printer has: accents are dropped, and what is unknown. */
export const toAscii = (text: string): string =>
  [...text]
    .map((letter) => TYPOGRAPHIC[letter] ?? letter.normalize('NFKD'))
    .join('')
    .replace(/[^\x20-\x7e]/g, '')
    .replace(/ {2,}/g, ' ')
    .trim();

/** At most so many lines of so many characters. */
export const asciiLines = (text: string, columns: number, linesMax: number): string[] =>
  wrapped(toAscii(text), linesMax, { width: widthOf, room: columns })
    .map((line) => toAscii(line).slice(0, columns))
    .filter((line) => line !== '');

/** An ellipsis becomes three characters. */
const widthOf = (text: string): number => toAscii(text).length;

/** Date and time of day in a zone: `2026-11-21 10:45`. */
export const asciiWhen = (at: Millis, zone: string): string => {
  const { date, time } = civil(at, zone);
  return `${date} ${time.slice(0, 'HH:MM'.length)}`;
};
