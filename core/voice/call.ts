import type { Label } from '../protocol/views.js';
import type { Language } from '../lists.js';
import { letterClip } from './letters.js';
import { NUMBER_MAX, numberClips, type Has, type Reading } from './numbers.js';

/** Clips that are said in one breath; a short rest stands between two phrases. */
export type Phrase = readonly string[];

/** How a language reads the numbers of tickets and of counters. */
export interface Grammar {
  readonly ticket: Reading;
  readonly counter: Reading;
}

/** `full`: the whole sentence · `short`: label and counter only. */
export type CallForm = 'full' | 'short';

/** Of one language's voice: its grammar, and what it holds. */
export interface Tongue {
  readonly language: Language;
  readonly grammar: Grammar;
  readonly has: Has;
}

/** The clips of a ticket's label; `undefined` where its letter or number has no reading. */
export const labelPhrases = (label: Label, tongue: Tongue): Phrase[] | undefined => {
  const { language, grammar, has } = tongue;
  if (label.number > NUMBER_MAX) return undefined;
  const number = numberClips(label.number, { language, reading: grammar.ticket, has });
  if (label.letter === null) return [number];
  const letter = letterClip(label.letter[language]);
  return letter === undefined ? undefined : [[letter], number];
};

/**
 * What is said of a call. Names nobody. `undefined` when a clip of it is missing: the board then
 * chimes, and never says half a sentence.
 */
export const callPhrases = (
  call: { readonly label: Label; readonly counter: number },
  tongue: Tongue,
  form: CallForm,
): Phrase[] | undefined => {
  const { language, grammar, has } = tongue;
  const label = labelPhrases(call.label, tongue);
  if (label === undefined) return undefined;
  const counter = numberClips(call.counter, { language, reading: grammar.counter, has });
  const [first = [], ...rest] = label;
  const phrases =
    form === 'full'
      ? [['ticket', ...first], ...rest, ['go', ...counter]]
      : [...label, ['counter', ...counter]];
  return phrases.every((phrase) => phrase.every(has)) ? phrases : undefined;
};
