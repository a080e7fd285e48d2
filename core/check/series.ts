import type { Letter } from '../configuration.js';
import { twice, type Mistake, type Part, type Sections } from './sections.js';

/** Letters far apart in sound and shape, in both scripts. */
export const LETTERS: readonly Letter[] = [
  { ar: 'أ', en: 'A' },
  { ar: 'ب', en: 'B' },
  { ar: 'ج', en: 'J' },
  { ar: 'د', en: 'D' },
  { ar: 'م', en: 'M' },
  { ar: 'ن', en: 'N' },
  { ar: 'و', en: 'W' },
  { ar: 'ي', en: 'Y' },
];

type Category = Sections['categories'][number]['value'];

const known = (letter: Letter): boolean =>
  LETTERS.some(({ ar, en }) => ar === letter.ar && en === letter.en);

const letterName = (letter: Letter | null): string =>
  letter === null ? 'no letter' : `the letter ${letter.ar}/${letter.en}`;

/** Letters that are told apart by ear and eye, and numbers that no two open tickets share. */
export const seriesMistakes = ({ categories, services, ids }: Sections): Mistake[] => [
  ...twice(ids.categories),
  ...categories.flatMap(({ path, value: { letter, min, max } }) => [
    ...(letter === null || known(letter)
      ? []
      : [
          {
            path: `${path}.letter`,
            reason: `is not told apart well: choose a pair of ${LETTERS.map(
              ({ ar, en }) => `${ar}/${en}`,
            ).join(' ')}`,
          },
        ]),
    ...(min > max
      ? [{ path: `${path}.min`, reason: `is above max: ${min} to ${max} holds no number` }]
      : []),
  ]),
  ...sharedNumbers(categories),
  ...categories.flatMap(({ path, value: { id, reserved } }) => {
    const its = reserved && services.find(({ value: { category } }) => category === id);
    if (!its) return [];
    const reason = `is for pads alone, and the service "${its.value.id}" has it: reserve another`;
    return [{ path: `${path}.reserved`, reason }];
  }),
];

const sharedNumbers = (categories: readonly Part<Category>[]): Mistake[] => {
  const sound = categories.filter(
    ({ value: { letter, min, max } }) => min <= max && (letter === null || known(letter)),
  );
  return sound.flatMap(({ path, value }, index) => {
    const other = sound
      .slice(0, index)
      .find(
        ({ value: before }) =>
          before.letter?.ar === value.letter?.ar &&
          before.min <= value.max &&
          value.min <= before.max,
      );
    if (other === undefined) return [];
    const { id, min, max } = other.value;
    const reason =
      `shares ${letterName(value.letter)} and numbers with "${id}" (${min} to ${max}): ` +
      'choose another letter, or numbers apart';
    return [{ path: `${path}.letter`, reason }];
  });
};
