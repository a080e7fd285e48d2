import { FINDINGS, sentence, type DoctorLanguage, type FindingCode } from './words.js';

/** `unknown`: it could not be tested now, for the reason that the finding says. */
export type Verdict = 'good' | 'warning' | 'wrong' | 'unknown';

/** One thing that was looked at. */
export interface Finding {
  readonly verdict: Verdict;
  readonly code: FindingCode;
  readonly values: Readonly<Record<string, string | number>>;
}

const of =
  (verdict: Verdict) =>
  (code: FindingCode, values: Finding['values'] = {}): Finding => ({ verdict, code, values });
export const good = of('good');
export const warning = of('warning');
export const wrong = of('wrong');
export const unknown = of('unknown');

const MARKS: Readonly<Record<Verdict, string>> = {
  good: '✓',
  warning: '!',
  wrong: '✗',
  unknown: '?',
};

/** A finding as a technician reads it: what is so, and what to do. */
export const wordsOf = ({ verdict, code, values }: Finding, language: DoctorLanguage): string => {
  const [what, fix] = FINDINGS[code][language];
  const todo = fix === '' ? '' : `\n    → ${sentence(fix, values)}`;
  return `${MARKS[verdict]} ${sentence(what, values)}${todo}`;
};

/** 0: all is well · 1: something is wrong · 3: nothing is, but somebody should look. */
export const exitCodeOf = (findings: readonly Finding[]): number => {
  if (findings.some(({ verdict }) => verdict === 'wrong')) return 1;
  return findings.some(({ verdict }) => verdict !== 'good') ? 3 : 0;
};
