import { labelOn, type Face } from '../displays.js';
import { each, twice, type Mistake, type Part, type Sections } from './sections.js';
import { LETTERS } from './series.js';

/** What each known model of LED display can show, by its id. */
export type Displays = ReadonlyMap<string, Face>;

type Category = Sections['categories'][number];

/**
 * [LABEL-1] Paper, screen and LED display show the same label: whatever cannot be shown on one of
 * the centre's models is refused, and what could be is offered.
 */
export const displayMistakes = (sections: Sections, displays: Displays): Mistake[] => {
  const named = each('centre.displays', sections.centre?.value.displays ?? []);
  const faces = named.flatMap(({ value }) => {
    const face = displays.get(value);
    return face === undefined ? [] : [{ value: face, path: value }];
  });
  return [
    ...twice(named),
    ...named
      .filter(({ value }) => !displays.has(value))
      .map(({ path, value }) => ({
        path,
        reason: `there is no model "${value}": choose one of ${[...displays.keys()].join(', ')}`,
      })),
    ...sections.categories.flatMap((category) => {
      const mistakes = faces.flatMap((face) => labelMistake(sections, category, face));
      return mistakes.slice(0, 1);
    }),
    ...counterMistakes(sections, faces),
  ];
};

const labelMistake = (
  sections: Sections,
  { path, value: { id, letter, max } }: Category,
  { path: model, value: face }: Part<Face>,
): Mistake[] => {
  if (labelOn(face, { letter, number: max }) !== undefined) return [];
  const on = `for a display "${model}"`;
  const most = 10 ** (face.width - (letter === null ? 0 : 1)) - 1;
  if (letter === null) {
    return [{ path: `${path}.max`, reason: `${max} has too many digits ${on}: at most ${most}` }];
  }
  const { from, to } = bandOf(sections, id);
  const fits = labelOn(face, { letter: null, number: to }) !== undefined;
  const bands = fits ? [`numbers alone: "letter": null, "min": ${from}, "max": ${to}`] : [];
  const pair = `${letter.ar}/${letter.en}`;
  if (labelOn(face, { letter, number: 1 }) !== undefined) {
    const offer = [`at most ${most}`, ...bands].join(', or ');
    return [{ path: `${path}.max`, reason: `${max} with ${pair} is too wide ${on}: ${offer}` }];
  }
  const others = LETTERS.filter((other) => labelOn(face, { letter: other, number: 1 }));
  const letters = others.map(({ ar, en }) => `${ar}/${en}`).join(' ');
  const offer = [...(letters === '' ? [] : [letters]), ...bands].join(', or ');
  const reason = `a display "${model}" cannot show ${pair}: choose ${offer}`;
  return [{ path: `${path}.letter`, reason }];
};

const HUNDRED = 100;

/** Whole hundreds for each series in the file's order: no two open tickets share a number. */
const bandOf = ({ categories }: Sections, id: string): { from: number; to: number } => {
  let from = HUNDRED;
  for (const { value } of categories) {
    const size = Math.ceil((value.max - value.min + 1) / HUNDRED) * HUNDRED;
    if (value.id === id) return { from, to: from + size - 1 };
    from += size;
  }
  return { from, to: from + HUNDRED - 1 };
};

/** The number of a counter stands beside the label on the hall's displays. */
const counterMistakes = (sections: Sections, faces: readonly Part<Face>[]): Mistake[] =>
  sections.counters.flatMap(({ path, value: { number } }) =>
    faces
      .filter(({ value: face }) => String(number).length > face.width)
      .slice(0, 1)
      .map((face) => ({
        path: `${path}.number`,
        reason: `${number} has too many digits for a display "${face.path}"`,
      })),
  );
