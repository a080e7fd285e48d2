import { describe, expect, test } from 'vitest';
import { largeCentre } from '../../tests/fixtures/large.js';
import { checkConfiguration, type Displays } from '../check.js';
import { labelOn, shownOn, type Face } from '../displays.js';

const digits = (width: number): Face => ({
  width,
  align: 'right',
  characters: ' -0123456789AbCdEFHJLPUy',
  twins: { B: 'b', D: 'd', Y: 'y', أ: 'A', ب: 'b' },
  signs: { closed: '', paused: 'PA', lost: '--' },
});
const matrix: Face = { ...digits(12), characters: 'ABJDMNWY 0123456789', twins: { م: 'M' } };
const KNOWN: Displays = new Map([
  ['digits-4', digits(4)],
  ['digits-3', digits(3)],
  ['matrix', matrix],
]);

const centre = (models: readonly string[], more: object = {}): object => {
  const raw = largeCentre({ sectors: 2, servicesEach: 10 });
  return { ...raw, ...more, centre: { ...raw.centre, displays: models } };
};
const told = (raw: object): readonly object[] => {
  const checked = checkConfiguration(raw, KNOWN);
  return 'mistakes' in checked ? checked.mistakes : [];
};
const series = (letters: readonly (readonly [string, string] | null)[], max: number) => {
  const { categories } = largeCentre({ sectors: 2, servicesEach: 10 });
  return categories.map((category, index) => {
    const pair = letters[index] ?? null;
    return { ...category, min: 1, max, letter: pair && { ar: pair[0], en: pair[1] } };
  });
};

describe('a label on an LED display', () => {
  test('is of the shapes that the model has, a letter by its twin', () => {
    expect(shownOn(digits(4), 'BD')).toBe('bd');
    expect(labelOn(digits(4), { letter: { ar: 'ب', en: 'B' }, number: 105 })).toBe('b105');
    expect(labelOn(digits(4), { letter: { ar: 'أ', en: 'A' }, number: 7 })).toBe('A7');
    expect(labelOn(digits(4), { letter: null, number: 105 })).toBe('105');
    expect(labelOn(matrix, { letter: { ar: 'م', en: 'M' }, number: 105 })).toBe('M105');
  });

  test('without an Arabic shape or twin the Latin letter of the pair stands for it', () => {
    expect(labelOn(digits(4), { letter: { ar: 'ج', en: 'J' }, number: 105 })).toBe('J105');
  });

  test('is no label where a shape is missing or it is too wide', () => {
    expect(labelOn(digits(4), { letter: { ar: 'م', en: 'M' }, number: 105 })).toBeUndefined();
    expect(labelOn(digits(4), { letter: { ar: 'أ', en: 'A' }, number: 1000 })).toBeUndefined();
  });
});

describe('[LABEL-1] the models of a centre and its series', () => {
  test('a letter that a model cannot show is refused, with what it can', () => {
    const categories = series(
      [
        ['أ', 'A'],
        ['م', 'M'],
        ['ن', 'N'],
      ],
      199,
    );
    expect(told(centre(['matrix', 'digits-4'], { categories }))).toEqual([
      {
        path: 'categories[1].letter',
        reason:
          'a display "digits-4" cannot show م/M: choose أ/A ب/B ج/J د/D ي/Y, or ' +
          'numbers alone: "letter": null, "min": 300, "max": 499',
      },
      {
        path: 'categories[2].letter',
        reason: expect.stringContaining('"letter": null, "min": 500, "max": 699') as string,
      },
    ]);
    expect(told(centre(['matrix'], { categories }))).toEqual([]);
    expect(told(centre([], { categories }))).toEqual([]);
  });

  test('the bands that are offered hold together and are shown', () => {
    const [first, second, third] = series([['أ', 'A'], null, null], 199);
    const banded = [first, { ...second, min: 300, max: 499 }, { ...third, min: 500, max: 699 }];
    expect(told(centre(['digits-4'], { categories: banded }))).toEqual([]);
  });

  test('numbers wider than the display are refused', () => {
    const categories = series([['أ', 'A'], ['ب', 'B'], null], 1200);
    expect(told(centre(['digits-4'], { categories }))).toEqual([
      {
        path: 'categories[0].max',
        reason:
          '1200 with أ/A is too wide for a display "digits-4": at most 999, or ' +
          'numbers alone: "letter": null, "min": 100, "max": 1299',
      },
      {
        path: 'categories[1].max',
        reason: expect.stringContaining('"min": 1300, "max": 2499') as string,
      },
    ]);
    const numbers = [{ path: 'categories[2].max', reason: expect.stringMatching(/at most 999$/) }];
    const [a, b, c] = series([['أ', 'A'], ['ب', 'B'], null], 99);
    const wide = [a, b, { ...c, max: 1200 }];
    expect(told(centre(['digits-3'], { categories: wide }))).toEqual(numbers);
  });

  test('a model that is not known, or named twice, is told', () => {
    expect(told(centre(['digits-9']))).toEqual([
      {
        path: 'centre.displays[0]',
        reason: 'there is no model "digits-9": choose one of digits-4, digits-3, matrix',
      },
    ]);
    expect(told(centre(['matrix', 'matrix']))).toEqual([
      { path: 'centre.displays[1]', reason: expect.stringContaining('is already at') as string },
    ]);
  });
});
