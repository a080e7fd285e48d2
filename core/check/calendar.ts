import type { Configuration } from '../configuration.js';
import { isZone } from '../calendar.js';
import { twice, type Mistake, type Sections } from './sections.js';

type Hours = Configuration['calendar']['exceptions'][number]['hours'];

/** Zone, hours, days off, and the rules and reasons that hang on nothing else. */
export const calendarMistakes = (sections: Sections): Mistake[] => [
  ...zoneMistakes(sections),
  ...addressMistakes(sections),
  ...weekMistakes(sections),
  ...exceptionMistakes(sections),
  ...ruleMistakes(sections),
  ...reasonMistakes(sections),
];

const zoneMistakes = ({ centre }: Sections): Mistake[] =>
  centre === null || isZone(centre.value.zone)
    ? []
    : [
        {
          path: 'centre.zone',
          reason: `"${centre.value.zone}" is no time zone: write one such as "Africa/Cairo"`,
        },
      ];

const addressMistakes = ({ centre }: Sections): Mistake[] => {
  const address = centre?.value.publicUrl ?? null;
  if (address === null || /^https?:\/\/[^/?#]+[^?#]*$/.test(address)) return [];
  const reason = 'must begin with https:// (or http://) and hold no ? or #';
  return [{ path: 'centre.publicUrl', reason }];
};

const hoursMistakes = (path: string, hours: Hours): Mistake[] =>
  hours.flatMap(({ from, to }, index) => [
    ...(from < to
      ? []
      : [{ path: `${path}[${index}].to`, reason: `${to} is not after the opening at ${from}` }]),
    ...(index === 0
      ? []
      : [
          {
            path: `${path}[${index}]`,
            reason: 'opens the day again: write one opening and closing, and suspend for the break',
          },
        ]),
  ]);

const weekMistakes = ({ calendar }: Sections): Mistake[] => {
  if (calendar === null) return [];
  const week = Object.entries(calendar.value.week);
  if (week.every(([, hours]) => hours.length === 0)) {
    return [{ path: 'calendar.week', reason: 'opens on no day: give a weekday its hours' }];
  }
  return week.flatMap(([day, hours]) => hoursMistakes(`calendar.week.${day}`, hours));
};

const isDate = (date: string): boolean => {
  const at = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(date);
};

const exceptionMistakes = ({ calendar }: Sections): Mistake[] => {
  const exceptions = calendar?.value.exceptions ?? [];
  const placed = exceptions.map((value, index) => ({
    path: `calendar.exceptions[${index}]`,
    value,
  }));
  return [
    ...twice(placed.map(({ path, value }) => ({ path: `${path}.date`, value: value.date }))),
    ...placed.flatMap(({ path, value }) => [
      ...(isDate(value.date)
        ? []
        : [{ path: `${path}.date`, reason: `${value.date} is not in the calendar: correct it` }]),
      ...hoursMistakes(`${path}.hours`, value.hours),
    ]),
  ];
};

const ruleMistakes = ({ rules }: Sections): Mistake[] => {
  if (rules === null) return [];
  const { returnWithinMin, lapseAfterMin } = rules.value;
  if (returnWithinMin <= lapseAfterMin) return [];
  const reason = `is longer than lapseAfterMin (${lapseAfterMin}): the place would be gone before`;
  return [{ path: 'rules.returnWithinMin', reason }];
};

const reasonMistakes = ({ reasons }: Sections): Mistake[] =>
  Object.entries(reasons?.value ?? {}).flatMap(([kind, list]) =>
    twice(list.map(({ id }, index) => ({ path: `reasons.${kind}[${index}].id`, value: id }))),
  );
