import { describe, expect, test } from 'vitest';
import { mistakesOf, spoilt, type Case } from '../../tests/fixtures/spoilt.js';

const zone = (id: string, board: string | null) => ({ zone: id, board });
const hours = (...spans: readonly (readonly [string, string])[]) =>
  spans.map(([from, to]) => ({ from, to, volume: 50 }));

const { zones, boards } = spoilt('voice', {}) as {
  zones: { id: string }[];
  boards: { id: string; zones?: string[] }[];
};
const [first, second] = zones.map(({ id }) => id);
const showing = boards.find((board) => board.zones?.includes(first!))!.id;
const blind = boards.find((board) => !(board.zones ?? []).includes(first!))!.id;

const CASES: readonly Case[] = [
  ['a volume too high', 'voice', { volume: 101 }, 'voice.volume', /at most 100/],
  [
    'hours backwards',
    'voice',
    { hours: hours(['12:00', '09:00']) },
    'voice.hours[0].to',
    /not after/,
  ],
  [
    'hours that overlap',
    'voice',
    { hours: hours(['08:00', '10:00'], ['09:00', '11:00']) },
    'voice.hours[1]',
    /overlaps voice.hours\[0\]/,
  ],
  [
    'quiet backwards',
    'voice',
    { quiet: [{ from: '22:00', to: '06:00' }] },
    'voice.quiet[0].to',
    /for a night, write two, 22:00 to 24:00 and 00:00 to 06:00/,
  ],
  ['an unknown zone', 'voice', { zones: [zone('x', null)] }, 'voice.zones[0].zone', /no zone "x"/],
  [
    'a zone twice',
    'voice',
    { zones: [zone(first!, null), zone(first!, showing)] },
    'voice.zones[1].zone',
    /already/,
  ],
  [
    'an unknown board',
    'voice',
    { zones: [zone(first!, 'x')] },
    'voice.zones[0].board',
    /no board "x"/,
  ],
  [
    'a board that does not show the zone',
    'voice',
    { zones: [zone(first!, blind)] },
    'voice.zones[0].board',
    /seen before it is heard/,
  ],
];

describe('mistakes about the voice', () => {
  test.each(CASES)('%s', (_, at, value, path, reason) => {
    expect(mistakesOf(spoilt(at, value))).toEqual([
      { path, reason: expect.stringMatching(reason) as string },
    ]);
  });

  test('hours that follow each other, a silent zone and a quiet noon are none', () => {
    const voice = {
      hours: hours(['08:00', '09:00'], ['09:00', '10:00']),
      quiet: [{ from: '12:00', to: '12:30' }],
      zones: [zone(first!, showing), ...(second === undefined ? [] : [zone(second, null)])],
    };
    expect(mistakesOf(spoilt('voice', voice))).toEqual([]);
  });
});
