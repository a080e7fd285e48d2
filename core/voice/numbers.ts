import type { Language } from '../lists.js';

/** Whether a pack holds a clip. */
export type Has = (clip: string) => boolean;

export const READINGS = ['cardinal', 'digits'] as const;
/** `cardinal`: one hundred and five · `digits`: one zero five. */
export type Reading = (typeof READINGS)[number];

/** The greatest number that is read out. */
export const NUMBER_MAX = 9999;

/** A number of two digits: in one clip where the pack has it, else of its parts. */
const belowHundred = (
  rest: number,
  name: (value: number) => string,
  parts: { readonly has: Has; readonly split: (tens: number, units: number) => string[] },
): string[] => {
  if (rest < 20 || rest % 10 === 0 || parts.has(name(rest))) return [name(rest)];
  return parts.split(rest - (rest % 10), rest % 10);
};

/** Thousands, hundreds, units, tens, each after the first joined by و: «مائة وثلاثة وعشرون». */
const arabic = (value: number, has: Has): string[] => {
  const rest = value % 100;
  const hundreds = (value % 1000) - rest;
  const thousands = value - hundreds - rest;
  const clips: string[] = thousands === 0 ? [] : [`n${thousands}`];
  const next = (part: number): string => `${clips.length === 0 ? 'n' : 'wa'}${part}`;
  if (hundreds > 0) clips.push(next(hundreds));
  if (rest === 0) return clips;
  const split = (tens: number, units: number): string[] => [next(units), `wa${tens}`];
  return [...clips, ...belowHundred(rest, next, { has, split })];
};

/** «two thousand three hundred and twenty five». */
const english = (value: number, has: Has): string[] => {
  const rest = value % 100;
  const hundreds = (value % 1000) - rest;
  const thousands = value - hundreds - rest;
  const clips = [thousands, hundreds].filter((part) => part > 0).map((part) => `n${part}`);
  if (rest === 0) return clips;
  const split = (tens: number, units: number): string[] => [`n${tens}`, `n${units}`];
  const and = clips.length > 0 ? ['and'] : [];
  return [...clips, ...and, ...belowHundred(rest, (part) => `n${part}`, { has, split })];
};

/**
 * The clips of a whole number from 0 to 9999, in order. A clip of 21 to 99 as one is used where
 * the pack has it. Throws on any other number.
 */
export const numberClips = (
  value: number,
  { language, reading, has }: { language: Language; reading: Reading; has: Has },
): string[] => {
  if (!Number.isInteger(value) || value < 0 || value > NUMBER_MAX) {
    throw new RangeError(`no reading of ${value}`);
  }
  if (reading === 'digits') return [...String(value)].map((digit) => `n${digit}`);
  if (value === 0) return ['n0'];
  return language === 'ar' ? arabic(value, has) : english(value, has);
};
