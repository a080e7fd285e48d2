import { labelOn, type Face } from '../displays.js';
import { each, twice, type Mistake, type Sections } from './sections.js';
import { LETTERS } from './series.js';

/** What each known model of LED display can show, by its id. */
export type Displays = ReadonlyMap<string, Face>;

type Category = Sections['categories'][number];

/** What a model of the centre's can show. */
interface Model {
  readonly model: string;
  readonly face: Face;
}

/**
 * [LABEL-1] Paper, screen and LED display show the same label: whatever cannot be shown on one of
 * the centre's models is refused, and what could be is offered.
 */
export const displayMistakes = (sections: Sections, displays: Displays): Mistake[] => {
  const named = each('centre.displays', sections.centre?.value.displays ?? []);
  const models = named.flatMap(({ value: model }): Model[] => {
    const face = displays.get(model);
    return face === undefined ? [] : [{ model, face }];
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
      const mistakes = models.flatMap((model) => labelMistake(sections, category, model));
      return mistakes.slice(0, 1);
    }),
    ...counterMistakes(sections, models),
  ];
};

const labelMistake = (
  sections: Sections,
  { path, value: { id, letter, max } }: Category,
  { model, face }: Model,
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

/** Series begin at whole hundreds, so that people tell them apart by the first digit. */
const BAND = 100;

/** Whole bands for each series in the file's order: no two open tickets share a number. */
const bandOf = ({ categories }: Sections, id: string): { from: number; to: number } => {
  let from = BAND;
  for (const { value } of categories) {
    const size = Math.ceil((value.max - value.min + 1) / BAND) * BAND;
    if (value.id === id) return { from, to: from + size - 1 };
    from += size;
  }
  return { from, to: from + BAND - 1 };
};

/** The number of a counter stands beside the label on the hall's displays. */
const counterMistakes = (sections: Sections, models: readonly Model[]): Mistake[] =>
  sections.counters.flatMap(({ path, value: { number } }) =>
    models
      .filter(({ face }) => String(number).length > face.width)
      .slice(0, 1)
      .map(({ model }) => ({
        path: `${path}.number`,
        reason: `${number} has too many digits for a display "${model}"`,
      })),
  );
