import { describe, expect, test } from 'vitest';
import { LETTERS as SERIES_LETTERS } from '../check/series.js';
import { LANGUAGES, type Language } from '../lists.js';
import { callPhrases, type CallForm } from './call.js';
import { LETTERS, letterClip } from './letters.js';
import { NUMBER_MAX, numberClips, READINGS, type Has } from './numbers.js';
import { GRAMMARS, scriptOf } from './script.js';
import { wordsClip } from './ids.js';

const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, n) => from + n);
const COUNTERS = range(1, 99);

/** The whole script of a language, with every clip that it has or only those that it needs. */
const packOf = (language: Language, clips: 'all' | 'needed'): Map<string, string> =>
  new Map(
    scriptOf(language, null)
      .filter(({ needed }) => needed || clips === 'all')
      .map(({ id, text }) => [id, text]),
  );
const PACKS = LANGUAGES.flatMap((language) =>
  (['all', 'needed'] as const).map((clips) => ({ language, clips, pack: packOf(language, clips) })),
);
const tongueOf = (language: Language, has: Has) => ({ language, grammar: GRAMMARS[language], has });

describe.each(PACKS)('$language with $clips clips', ({ language, pack }) => {
  const has: Has = (id) => pack.has(id);
  const tongue = tongueOf(language, has);

  test('[VOICE-1] every number from 0 to 9999 has its clips, read either way', () => {
    for (const reading of READINGS) {
      for (const value of range(0, NUMBER_MAX)) {
        const clips = numberClips(value, { language, reading, has });
        const missing = clips.filter((id) => !pack.has(id));
        if (missing.length > 0 || clips.length === 0) expect({ value, missing }).toBe(value);
      }
    }
  });

  test('[VOICE-1] every letter of both alphabets and every counter can be called', () => {
    for (const { letter } of LETTERS) {
      const label = { letter: { ar: letter, en: letter }, number: 1 };
      for (const form of ['full', 'short'] as const) {
        expect(callPhrases({ label, counter: 1 }, tongue, form), letter).toBeDefined();
      }
    }
    for (const counter of COUNTERS) {
      const label = { letter: null, number: 1 };
      expect(callPhrases({ label, counter }, tongue, 'full'), String(counter)).toBeDefined();
    }
  });
});

test('every number is read differently, whatever a pack holds', () => {
  for (const { language, pack } of PACKS) {
    for (const reading of READINGS) {
      const has: Has = (id) => pack.has(id);
      const read = range(0, NUMBER_MAX).map((value) =>
        numberClips(value, { language, reading, has })
          .map((id) => pack.get(id))
          .join(' '),
      );
      expect(new Set(read).size).toBe(NUMBER_MAX + 1);
    }
  }
});

test('a number out of range, or a broken one, has no reading', () => {
  const has: Has = () => true;
  for (const value of [-1, 10_000, 1.5, NaN]) {
    expect(() => numberClips(value, { language: 'ar', reading: 'cardinal', has })).toThrow();
  }
});

/** Vowel signs and letters that only carry a hamza are left out, as people write. */
const plain = (text: string): string =>
  text.replace(/[\u064b-\u0652]/g, '').replace(/^ا(?=ثن)/, 'ا');

/** Written by hand from grammar books, not by the program. */
const ARABIC_NUMBERS: readonly (readonly [value: number, reading: string])[] = [
  [0, 'صفر'],
  [1, 'واحد'],
  [2, 'اثنان'],
  [3, 'ثلاثة'],
  [8, 'ثمانية'],
  [10, 'عشرة'],
  [11, 'أحد عشر'],
  [12, 'اثنا عشر'],
  [13, 'ثلاثة عشر'],
  [18, 'ثمانية عشر'],
  [20, 'عشرون'],
  [21, 'واحد وعشرون'],
  [22, 'اثنان وعشرون'],
  [45, 'خمسة وأربعون'],
  [80, 'ثمانون'],
  [99, 'تسعة وتسعون'],
  [100, 'مائة'],
  [101, 'مائة وواحد'],
  [102, 'مائة واثنان'],
  [105, 'مائة وخمسة'],
  [110, 'مائة وعشرة'],
  [112, 'مائة واثنا عشر'],
  [123, 'مائة وثلاثة وعشرون'],
  [200, 'مائتان'],
  [211, 'مائتان وأحد عشر'],
  [222, 'مائتان واثنان وعشرون'],
  [300, 'ثلاثمائة'],
  [345, 'ثلاثمائة وخمسة وأربعون'],
  [400, 'أربعمائة'],
  [500, 'خمسمائة'],
  [600, 'ستمائة'],
  [700, 'سبعمائة'],
  [800, 'ثمانمائة'],
  [900, 'تسعمائة'],
  [999, 'تسعمائة وتسعة وتسعون'],
  [1000, 'ألف'],
  [1001, 'ألف وواحد'],
  [1100, 'ألف ومائة'],
  [1105, 'ألف ومائة وخمسة'],
  [2000, 'ألفان'],
  [2012, 'ألفان واثنا عشر'],
  [3000, 'ثلاثة آلاف'],
  [4321, 'أربعة آلاف وثلاثمائة وواحد وعشرون'],
  [9999, 'تسعة آلاف وتسعمائة وتسعة وتسعون'],
];

const ENGLISH_NUMBERS: readonly (readonly [value: number, reading: string])[] = [
  [0, 'zero'],
  [7, 'seven'],
  [12, 'twelve'],
  [20, 'twenty'],
  [42, 'forty two'],
  [100, 'one hundred'],
  [105, 'one hundred and five'],
  [999, 'nine hundred and ninety nine'],
  [1000, 'one thousand'],
  [1001, 'one thousand and one'],
  [2345, 'two thousand three hundred and forty five'],
];

const DIGITS: readonly (readonly [value: number, reading: string])[] = [
  [5, 'five'],
  [105, 'one zero five'],
  [1990, 'one nine nine zero'],
];

describe.each(PACKS)('readings in $language with $clips clips', ({ language, pack }) => {
  const read = (value: number, reading: 'cardinal' | 'digits'): string =>
    plain(
      numberClips(value, { language, reading, has: (id) => pack.has(id) })
        .map((id) => pack.get(id))
        .join(' '),
    );

  test('[VOICE-2] numbers read as a table written by hand has them', () => {
    for (const [value, reading] of language === 'ar' ? ARABIC_NUMBERS : ENGLISH_NUMBERS) {
      expect(read(value, 'cardinal')).toBe(reading);
    }
    if (language === 'en')
      for (const [value, said] of DIGITS) expect(read(value, 'digits')).toBe(said);
  });

  const CALLS: readonly (readonly [CallForm, Language, string])[] = [
    ['full', 'ar', 'تذكرة رقم ألف، مائة وخمسة، برجاء التوجه إلى شباك رقم ثلاثة'],
    ['short', 'ar', 'ألف، مائة وخمسة، شباك رقم ثلاثة'],
    ['full', 'en', 'Ticket A, one zero five, please go to counter three'],
    ['short', 'en', 'A, one zero five, counter three'],
  ];

  test('[VOICE-2] a call reads as it would be spoken', () => {
    const label = { letter: { ar: 'أ', en: 'A' }, number: 105 };
    const tongue = tongueOf(language, (id) => pack.has(id));
    for (const [form, , said] of CALLS.filter(([, of]) => of === language)) {
      const phrases = callPhrases({ label, counter: 3 }, tongue, form) ?? [];
      const words = phrases.map((phrase) => phrase.map((id) => pack.get(id)).join(' '));
      expect(plain(words.join(language === 'ar' ? '، ' : ', '))).toBe(said);
    }
  });
});

test('[VOICE-3] a call with a clip missing has no reading, not half of one', () => {
  const all = packOf('ar', 'all');
  const label = { letter: { ar: 'أ', en: 'A' }, number: 105 };
  const call = { label, counter: 3 };
  for (const gone of ['ticket', 'letter-alif', 'n100', 'wa5', 'go', 'n3']) {
    const tongue = tongueOf('ar', (id) => id !== gone && all.has(id));
    expect(callPhrases(call, tongue, 'full'), gone).toBeUndefined();
  }
  const tongue = tongueOf('ar', (id) => all.has(id));
  const odd = { letter: { ar: '٪', en: '%' }, number: 1 };
  expect(callPhrases({ label: odd, counter: 1 }, tongue, 'full')).toBeUndefined();
});

test('a letter is found however it is written; every one has a clip of its own', () => {
  for (const alif of ['ا', 'أ', 'إ', 'آ']) expect(letterClip(alif)).toBe('letter-alif');
  expect(letterClip('a')).toBe(letterClip('A'));
  expect(letterClip('1')).toBeUndefined();
  expect(new Set(LETTERS.map(({ id }) => id)).size).toBe(28 + 26);
});

test('every letter that a configuration may give a series has its clip in both languages', () => {
  for (const { ar, en } of SERIES_LETTERS) {
    const clips = [letterClip(ar), letterClip(en)];
    for (const { pack } of PACKS) {
      expect(clips.map((clip) => clip !== undefined && pack.has(clip))).toEqual([true, true]);
    }
  }
});

test('a text of the configuration that changes is another clip', () => {
  expect(wordsClip('رخصة بناء')).not.toBe(wordsClip('رخصة بناءً'));
  expect(wordsClip('رخصة بناء')).toMatch(/^words-[0-9a-f]{16}$/);
});
