import { describe, expect, test } from 'vitest';
import { counted, labelText, PAPER_WORDS, whenText } from './words.js';

const ar = { language: 'ar', digits: 'arab' } as const;
const en = { language: 'en', digits: 'arab' } as const;
const bare = (text: string): string => text.replace(/[\u2066-\u2069]/g, '');

describe('words on paper', () => {
  test.each([
    [0, 'am', 'ص'],
    [12, 'pm', 'م'],
  ])('at %i o’clock the twelfth hour begins', (hour, english, arabic) => {
    const at = Date.UTC(2026, 10, 22, hour, 52);
    expect(bare(whenText(at, 'UTC', en))).toMatch(new RegExp(`12:52 ${english}$`));
    expect(bare(whenText(at, 'UTC', ar))).toMatch(new RegExp(`١٢:٥٢ ${arabic}$`));
  });

  test.each([
    [0, 'لا أحد', 'No one'],
    [1, 'شخص واحد', '1 person'],
    [2, 'شخصان', '2 people'],
    [3, '٣ أشخاص', '3 people'],
    [10, '١٠ أشخاص', '10 people'],
    [11, '١١ شخصًا', '11 people'],
    [99, '٩٩ شخصًا', '99 people'],
    [100, '١٠٠ شخص', '100 people'],
    [102, '١٠٢ شخص', '102 people'],
    [103, '١٠٣ أشخاص', '103 people'],
  ])('%i ahead', (count, arabic, english) => {
    expect(counted('people', count, ar)).toBe(arabic);
    expect(counted('people', count, en)).toBe(english);
  });

  test('both languages have the same texts, and every form that Arabic counts by', () => {
    expect(Object.keys(PAPER_WORDS.ar)).toEqual(Object.keys(PAPER_WORDS.en));
    const forms = new Intl.PluralRules('ar').resolvedOptions().pluralCategories;
    expect(Object.keys(PAPER_WORDS.ar.people).sort()).toEqual([...forms].sort());
    expect(Object.keys(PAPER_WORDS.ar.peopleAhead).sort()).toEqual([...forms].sort());
  });

  test('a label is letter and number, isolated, without a hyphen; English has ASCII digits', () => {
    const label = { letter: { ar: 'أ', en: 'A' }, number: 105 };
    expect(labelText(label, ar)).toBe('\u2067أ\u00a0١٠٥\u2069');
    expect(labelText(label, { language: 'ar', digits: 'latn' })).toBe('\u2067أ\u00a0105\u2069');
    expect(labelText(label, en)).toBe('\u2066A\u00a0105\u2069');
    expect(bare(labelText({ letter: null, number: 7 }, ar))).toBe('٧');
  });

  test('the time is that of the centre, in summer too', () => {
    const winter = Date.UTC(2026, 10, 21, 8, 45);
    const summer = Date.UTC(2026, 6, 21, 8, 45);
    expect(bare(whenText(winter, 'Africa/Cairo', ar))).toBe('٢١ نوفمبر ٢٠٢٦\u2002١٠:٤٥ ص');
    expect(bare(whenText(summer, 'Africa/Cairo', en))).toBe('21 Jul 2026\u200211:45 am');
  });
});
