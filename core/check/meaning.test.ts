import { describe, expect, test } from 'vitest';
import { largeCentre } from '../../tests/fixtures/large.js';
import { mistakesOf, spoilt, type Case } from '../../tests/fixtures/spoilt.js';

const name = { ar: 'اسم', en: 'Name' };
const category = { id: 'c3', name, letter: { ar: 'ب', en: 'B' }, min: 300, max: 400 };
const board = { id: 'hall-3', name };
const hours = (...spans: readonly (readonly [string, string])[]) =>
  spans.map(([from, to]) => ({ from, to }));
const holiday = { date: '2027-01-07', name, hours: [] };
const priority = largeCentre().classes?.[0];

const CASES: readonly Case[] = [
  [
    'a paper listed twice',
    'services[0].papers',
    [name, name],
    'services[0].papers[1].en',
    /already/,
  ],
  [
    'two sectors of one id',
    'sectors[2]',
    { id: 'sector-1', name, icon: 'x' },
    'sectors[2].id',
    /already at sectors\[0\]/,
  ],
  [
    'two services of one id',
    'services[1].id',
    's1-1',
    'services[1].id',
    /already at services\[0\]/,
  ],
  ['two counters of one number', 'counters[1].number', 1, 'counters[1].number', /already at/],
  ['two classes of one id', 'classes[1]', priority, 'classes[1].id', /already at/],
  [
    'a kiosk and a board of one id',
    'kiosks[4]',
    { id: 'c3', name, printer: false },
    'kiosks[4].id',
    /already at boards\[2\]/,
  ],
  [
    'two reasons of one id',
    'reasons.park[1]',
    { id: 'other', name },
    'reasons.park[1].id',
    /already/,
  ],
  ['an unknown sector', 'services[3].sector', 'x', 'services[3].sector', /no sector "x"/],
  ['an unknown category', 'services[3].category', 'x', 'services[3].category', /no category "x"/],
  [
    'a sector without services',
    'sectors[2]',
    { id: 'x', name, icon: 'x' },
    'sectors[2]',
    /no service/,
  ],
  [
    'a service with numbers of a pad',
    'categories[0].reserved',
    true,
    'categories[0].reserved',
    /pads alone/,
  ],
  ['an enquiry among services', 'services[1].kind', 'enquiry', 'services[1].category', /mixes/],
  [
    'seven frequent services',
    'services',
    largeCentre({ sectors: 2, servicesEach: 10 }).services.map((service) => ({
      ...service,
      frequent: service.id < 's1-8',
    })),
    'services[6].frequent',
    /at most 6 fit/,
  ],
  ['a class that helps nobody', 'classes[0].targetMin', 30, 'classes[0].targetMin', /helps nobody/],
  [
    'a look-alike letter',
    'categories[0].letter',
    { ar: 'ت', en: 'T' },
    'categories[0].letter',
    /choose a pair of أ\/A ب\/B/,
  ],
  [
    'a letter without a clip of the voice',
    'categories[0].letter',
    { ar: 'ء', en: 'A' },
    'categories[0].letter',
    /not told apart/,
  ],
  [
    'letters that are no pair',
    'categories[0].letter',
    { ar: 'أ', en: 'Y' },
    'categories[0].letter',
    /choose a pair/,
  ],
  [
    'shared numbers of a letter',
    'categories[3]',
    category,
    'categories[3].letter',
    /with "c1" \(1 to 300\)/,
  ],
  ['a range upside down', 'categories[2].min', 301, 'categories[2].min', /is above max/],
  [
    'an unknown category of a profile',
    'profiles[0].categories[3]',
    'x',
    'profiles[0].categories[3]',
    /no category "x"/,
  ],
  [
    'an unknown service of a profile',
    'profiles[0].services',
    ['x'],
    'profiles[0].services[0]',
    /no service "x"/,
  ],
  [
    'a category named twice',
    'profiles[0].categories[3]',
    'c1',
    'profiles[0].categories[3]',
    /named twice/,
  ],
  ['a profile that serves nothing', 'profiles[2].categories', [], 'profiles[2]', /serves nothing/],
  [
    'a reservation for nobody',
    'profiles[0].reserved',
    {},
    'profiles[0].reserved',
    /matches nobody/,
  ],
  [
    'an unknown class in a weight',
    'profiles[0].weights',
    [{ of: { classes: ['P2'] }, weight: 2 }],
    'profiles[0].weights[0].of.classes[0]',
    /no class "P2"/,
  ],
  [
    'an unknown service in a condition',
    'profiles[0].conditions',
    [{ when: { services: ['x'] }, waitingMin: 5, first: { classes: ['P1'] } }],
    'profiles[0].conditions[0].when.services[0]',
    /no service "x"/,
  ],
  [
    'a condition on a service not served',
    'profiles[1].reserved',
    { services: ['s2-1'] },
    'profiles[1].reserved.services[0]',
    /not served by this profile/,
  ],
  ['an unknown zone of a counter', 'counters[0].zone', 'x', 'counters[0].zone', /no zone "x"/],
  [
    'an unknown profile of a counter',
    'counters[0].profiles[2]',
    'x',
    'counters[0].profiles[2]',
    /no profile "x"/,
  ],
  ['a board with zones and a counter', 'boards[0].counter', 'c1', 'boards[0]', /not both/],
  ['a board with neither', 'boards[3]', board, 'boards[3]', /shows nothing/],
  ['an unknown zone of a board', 'boards[0].zones[0]', 'x', 'boards[0].zones[0]', /no zone "x"/],
  [
    'an unknown counter of a board',
    'boards[2].counter',
    'c99',
    'boards[2].counter',
    /no counter "c99"/,
  ],
  [
    'an unknown counter of a desk',
    'desks[0].counter',
    'c99',
    'desks[0].counter',
    /no counter "c99"/,
  ],
  [
    'an unknown kiosk of an agent',
    'agents[0].kiosks[4]',
    'k9',
    'agents[0].kiosks[4]',
    /no kiosk "k9"/,
  ],
  [
    'a kiosk with two agents',
    'agents[1]',
    { id: 'a2', name, kiosks: ['k1'] },
    'agents[1].kiosks[0]',
    /named twice/,
  ],
  [
    'a printer without an agent',
    'agents[0].kiosks',
    ['k1', 'k2', 'k4'],
    'kiosks[2].printer',
    /no agent drives/,
  ],
  ['an unknown time zone', 'centre.zone', 'Cairo', 'centre.zone', /"Cairo" is no time zone/],
  ['an address that is no page', 'centre.publicUrl', 'ftp://x.org', 'centre.publicUrl', /https/],
  ['a week without hours', 'calendar.week', { sun: [] }, 'calendar.week', /opens on no day/],
  [
    'hours upside down',
    'calendar.week.sun',
    hours(['15:00', '08:30']),
    'calendar.week.sun[0].to',
    /08:30 is not after the opening at 15:00/,
  ],
  [
    'a day that opens twice',
    'calendar.week.sun',
    hours(['08:00', '12:00'], ['13:00', '15:00']),
    'calendar.week.sun[1]',
    /opens the day again/,
  ],
  [
    'a date that is none',
    'calendar.exceptions',
    [{ ...holiday, date: '2027-02-29' }],
    'calendar.exceptions[0].date',
    /2027-02-29 is not in the calendar/,
  ],
  [
    'one date twice',
    'calendar.exceptions',
    [holiday, holiday],
    'calendar.exceptions[1].date',
    /already at/,
  ],
  [
    'hours of a date upside down',
    'calendar.exceptions',
    [{ ...holiday, hours: hours(['13:00', '13:00']) }],
    'calendar.exceptions[0].hours[0].to',
    /not after/,
  ],
  [
    'a place kept after it lapsed',
    'rules',
    { returnWithinMin: 61, lapseAfterMin: 60 },
    'rules.returnWithinMin',
    /longer than lapseAfterMin \(60\)/,
  ],
];

describe('each mistake is told once, with its path and what to do', () => {
  test.each(CASES)('%s', (_, at, value, path, reason) => {
    expect(mistakesOf(spoilt(at, value))).toEqual([
      { path, reason: expect.stringMatching(reason) as string },
    ]);
  });
});
