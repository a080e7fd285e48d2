import { each, twice, unknown, type Mistake, type Part, type Sections } from './sections.js';

const COUNTER = { list: 'counters', one: 'counter' } as const;

/** Zones, counters and the devices beside them. */
export const placeMistakes = (sections: Sections): Mistake[] => {
  const { ids } = sections;
  return [
    ...twice(ids.zones),
    ...twice(ids.counters),
    ...twice([...ids.boards, ...ids.kiosks, ...ids.agents, ...ids.desks]),
    ...counterMistakes(sections),
    ...boardMistakes(sections),
    ...sections.desks.flatMap(({ path, value }) =>
      unknown(sections, COUNTER, optional(`${path}.counter`, value.counter)),
    ),
    ...agentMistakes(sections),
  ];
};

const optional = (path: string, value: string | null): Part<string>[] =>
  value === null ? [] : [{ path, value }];

const counterMistakes = (sections: Sections): Mistake[] => [
  ...twice(
    sections.counters.map(({ path, value }) => ({
      path: `${path}.number`,
      value: String(value.number),
    })),
  ),
  ...sections.counters.flatMap(({ path, value }) => [
    ...unknown(sections, { list: 'zones', one: 'zone' }, [
      { path: `${path}.zone`, value: value.zone },
    ]),
    ...unknown(
      sections,
      { list: 'profiles', one: 'profile' },
      each(`${path}.profiles`, value.profiles),
    ),
  ]),
];

const boardMistakes = (sections: Sections): Mistake[] =>
  sections.boards.flatMap(({ path, value: { zones, counter } }) => [
    ...(zones.length > 0 && counter !== null
      ? [{ path, reason: 'shows zones or one counter, not both: remove one of them' }]
      : []),
    ...(zones.length === 0 && counter === null
      ? [{ path, reason: 'shows nothing: name zones, or one counter' }]
      : []),
    ...unknown(sections, { list: 'zones', one: 'zone' }, each(`${path}.zones`, zones)),
    ...unknown(sections, COUNTER, optional(`${path}.counter`, counter)),
  ]);

/** A printer has exactly one agent beside it. */
const agentMistakes = (sections: Sections): Mistake[] => {
  const { agents, kiosks, ids } = sections;
  const listed = agents.flatMap(({ path, value }) => each(`${path}.kiosks`, value.kiosks));
  const missing = unknown(sections, { list: 'kiosks', one: 'kiosk' }, listed);
  const told = new Set(listed.map(({ value }) => value));
  const readable = agents.length === ids.agents.length;
  return [
    ...missing,
    ...agents.flatMap(({ path, value }) =>
      unknown(sections, COUNTER, each(`${path}.counters`, value.counters ?? [])),
    ),
    ...agents.flatMap(({ path, value }) =>
      unknown(sections, { list: 'desks', one: 'desk' }, each(`${path}.desks`, value.desks ?? [])),
    ),
    ...kiosks
      .filter(({ value }) => readable && value.printer && !told.has(value.id))
      .map(({ path, value }) => ({
        path: `${path}.printer`,
        reason: `no agent drives the printer: add "${value.id}" to an agent's kiosks, or say false`,
      })),
  ];
};
