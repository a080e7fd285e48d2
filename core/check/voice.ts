import { twice, unknown, type Mistake, type Sections } from './sections.js';

/** Hours and volumes of the calls, and which board sounds where. */
export const voiceMistakes = (sections: Sections): Mistake[] => [
  ...hourMistakes(sections),
  ...speakerMistakes(sections),
];

const hourMistakes = ({ voice }: Sections): Mistake[] =>
  (['hours', 'quiet'] as const).flatMap((list) => {
    const spans = voice?.value[list] ?? [];
    return spans.flatMap(({ from, to }, index): Mistake[] => {
      const path = `voice.${list}[${index}]`;
      if (from >= to) {
        const nights = `${from} to 24:00 and 00:00 to ${to}`;
        const reason = `${to} is not after ${from}: for a night, write two, ${nights}`;
        return [{ path: `${path}.to`, reason }];
      }
      const other = spans.findIndex((span) => from < span.to && span.from < to);
      if (other === index) return [];
      return [{ path, reason: `overlaps voice.${list}[${other}]: let it begin at its end` }];
    });
  });

const speakerMistakes = (sections: Sections): Mistake[] => {
  const zones = sections.voice?.value.zones ?? [];
  const named = zones.flatMap(({ board }, index) =>
    board === null ? [] : [{ path: `voice.zones[${index}].board`, value: board }],
  );
  return [
    ...twice(zones.map(({ zone }, index) => ({ path: `voice.zones[${index}].zone`, value: zone }))),
    ...zones.flatMap(({ zone }, index) =>
      unknown(sections, { list: 'zones', one: 'zone' }, [
        { path: `voice.zones[${index}].zone`, value: zone },
      ]),
    ),
    ...named.flatMap((entry) => unknown(sections, { list: 'boards', one: 'board' }, [entry])),
    ...zones.flatMap(({ zone, board }, index) => {
      const shown = sections.boards.find(({ value }) => value.id === board)?.value.zones;
      if (shown === undefined || shown.includes(zone)) return [];
      const reason = `"${board}" does not show "${zone}", and a call is seen before it is heard`;
      return [{ path: `voice.zones[${index}].board`, reason: `${reason}: add it to its zones` }];
    }),
  ];
};
