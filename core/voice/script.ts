import type { Configuration } from '../configuration.js';
import type { Language } from '../lists.js';
import { ARABIC } from './arabic.js';
import { ENGLISH } from './english.js';
import { COUNT_MAX, SENTENCES, sentenceClip, wordsClip, type Part, type Sentence } from './ids.js';
import { LETTERS, letterClip } from './letters.js';
import { NUMBER_MAX, numberClips, type Reading } from './numbers.js';
import type { Grammar } from './call.js';

/**
 * What one language says, apart from a centre's own words. It is a voice's data and stands on no
 * screen: clips are made of it, and the rules of the grammar hang on each of its words.
 */
export interface Script {
  readonly carriers: Readonly<Record<'ticket' | 'go' | 'counter', string>>;
  /** Text of 0 to 99, a whole hundred or a whole thousand. */
  readonly number: (value: number) => string;
  /** The same after another number, where the language joins them in one word. */
  readonly joined: ((value: number) => string) | null;
  /** Stands between hundreds and the rest, where that is a word of its own. */
  readonly and: string | null;
  /** What the kiosk says; the clip of `welcome` is `say-welcome`. */
  readonly sentences: Readonly<Record<Sentence, string>>;
}

export const GROUPS = ['carriers', 'letters', 'numbers', 'sentences', 'words', 'whole'] as const;
/** `words`: the centre's own, of its configuration · `whole`: 21 to 99 as one, better to hear. */
export type Group = (typeof GROUPS)[number];

/** One thing to be said, with the text to read. */
export interface ScriptClip {
  readonly id: string;
  readonly part: Part;
  readonly group: Group;
  readonly text: string;
  /** Whether its part cannot be used without it. */
  readonly needed: boolean;
}

const SCRIPTS: Readonly<Record<Language, Script>> = { ar: ARABIC, en: ENGLISH };

/** How both default voices read numbers; a recorded voice keeps to it. */
export const GRAMMARS: Readonly<Record<Language, Grammar>> = {
  ar: { ticket: 'cardinal', counter: 'cardinal' },
  en: { ticket: 'digits', counter: 'cardinal' },
};

const numberText = (script: Script, id: string): string => {
  const joins = id.startsWith('wa');
  const value = Number(id.slice(joins ? 2 : 1));
  return joins ? script.joined!(value) : script.number(value);
};

const isWhole = (id: string): boolean => /^(?:n|wa)[2-9][1-9]$/.test(id);

interface Wanted {
  readonly numbers: Iterable<number>;
  readonly reading: Reading;
}

/** The clips of numbers, of their parts and in one. */
const numberIds = (language: Language, asked: readonly Wanted[]): string[] => {
  const ids = new Set<string>();
  for (const { numbers, reading } of asked) {
    for (const value of numbers) {
      const parts = numberClips(value, { language, reading, has: (id) => !isWhole(id) });
      const best = numberClips(value, { language, reading, has: () => true });
      for (const id of [...parts, ...best]) ids.add(id);
    }
  }
  const valueOf = (id: string): number => Number(id.replace(/\D+/, ''));
  return [...ids].sort((a, b) => valueOf(a) - valueOf(b) || a.length - b.length);
};

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, n) => from + n);

const unique = <T>(items: Iterable<T>): T[] => [...new Set(items)];

/** Texts of the configuration that a kiosk shows and reads out. */
const ownTexts = (configuration: Configuration, language: Language): string[] => {
  const { sectors, services, classes } = configuration;
  const pairs = [
    ...sectors.map(({ name }) => name),
    ...services.flatMap(({ name, papers, fees }) => [name, ...(papers ?? []), ...(fees ?? [])]),
    ...classes.flatMap(({ grounds }) => grounds),
  ];
  return unique(pairs.map((pair) => pair[language]));
};

/** What a centre's calls can name: its letters, its tickets' numbers and its counters'. */
interface Callable {
  readonly letters: readonly string[];
  readonly tickets: readonly number[];
  readonly counters: readonly number[];
}

const callableOf = ({ categories, counters }: Configuration, language: Language): Callable => ({
  letters: categories.flatMap(({ letter }) => letter?.[language] ?? []),
  tickets: unique(categories.flatMap(({ min, max }) => range(min, max))),
  counters: counters.map(({ number }) => number),
});

const EVERYTHING: Callable = {
  letters: LETTERS.map(({ letter }) => letter),
  tickets: range(0, NUMBER_MAX),
  counters: range(1, 99),
};

/**
 * All that a voice of this language says, in the order in which a person would record it: for one
 * centre, or (without a configuration) for any. A clip stands in the first part that needs it.
 */
export const scriptOf = (
  language: Language,
  configuration: Configuration | null,
): readonly ScriptClip[] => {
  const script = SCRIPTS[language];
  const grammar = GRAMMARS[language];
  const { letters, tickets, counters } =
    configuration === null ? EVERYTHING : callableOf(configuration, language);
  const own = configuration === null ? [] : ownTexts(configuration, language);
  const callNumbers = numberIds(language, [
    { numbers: tickets, reading: grammar.ticket },
    { numbers: counters, reading: grammar.counter },
  ]);
  const countMax = configuration === null ? NUMBER_MAX : COUNT_MAX;
  const counts = numberIds(language, [{ numbers: range(0, countMax), reading: 'cardinal' }]);
  const clip = (id: string, part: Part, of: readonly [Group, string]): ScriptClip => {
    const [group, text] = of;
    return { id, part, group, text, needed: group !== 'whole' };
  };
  const numbers = (ids: readonly string[], part: Part): ScriptClip[] =>
    ids.map((id) => {
      if (id === 'and') return clip(id, part, ['numbers', script.and!]);
      return clip(id, part, [isWhole(id) ? 'whole' : 'numbers', numberText(script, id)]);
    });
  const names = unique(letters.flatMap((letter) => letterClip(letter) ?? []));
  const all = [
    ...Object.entries(script.carriers).map(([id, text]) => clip(id, 'calls', ['carriers', text])),
    ...LETTERS.filter(({ id }) => names.includes(id)).map(({ id, name }) =>
      clip(id, 'calls', ['letters', name[language]]),
    ),
    ...numbers(callNumbers, 'calls'),
    ...SENTENCES.map((sentence) =>
      clip(sentenceClip(sentence), 'kiosk', ['sentences', script.sentences[sentence]]),
    ),
    ...numbers(
      counts.filter((id) => !callNumbers.includes(id)),
      'kiosk',
    ),
    ...own.map((text) => clip(wordsClip(text), 'kiosk', ['words', text])),
  ];
  return GROUPS.flatMap((group) => all.filter((entry) => entry.group === group));
};
