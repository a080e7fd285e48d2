import { describe, expect, test } from 'vitest';
import { mistakesOf, spoilt, type Case } from '../../tests/fixtures/spoilt.js';

const name = { ar: 'اسم', en: 'Name' };
const unread = /is not known here: remove it/;

const CASES: readonly Case[] = [
  ['a part that is missing', 'zones', undefined, 'zones', /is missing: add a list/],
  ['an empty list', 'kiosks', {}, 'kiosks', /must be a list in \[ \], not a group/],
  ['an unknown key', 'services[0].colour', 'red', 'services[0].colour', unread],
  ['an unknown key with a space', 'centre.my key', 1, 'centre["my key"]', unread],
  ['an empty text', 'services[0].name.ar', '', 'services[0].name.ar', /is empty: write it/],
  ['a text too long', 'zones[0].name.en', 'x'.repeat(61), 'zones[0].name.en', /at most 60 char/],
  ['a number too small', 'services[0].handlingMin', 0, 'services[0].handlingMin', /at least 0.5/],
  ['a number too large', 'counters[0].number', 100, 'counters[0].number', /at most 99/],
  ['a part of a number', 'categories[0].min', 1.5, 'categories[0].min', /whole number, not 1.5/],
  ['a number in quotes', 'categories[0].min', '1', 'categories[0].min', /not a text in quotes/],
  ['papers left out', 'services[3].papers', undefined, 'services[3].papers', /is missing/],
  ['a part that is null', 'services[3]', null, 'services[3]', /must be a group in { }, not null/],
  ['another version', 'version', 2, 'version', /2 is not known here: write one of 1/],
  ['an unknown kind', 'services[0].kind', 'x', 'services[0].kind', /one of "service", "enquiry"/],
  ['a wrong id', 'zones[2]', { id: 'Hall 2', name }, 'zones[2].id', /"Hall 2" is not an id/],
  ['a wrong colour', 'centre.brand', 'red', 'centre.brand', /"red" is not a colour/],
  ['a wrong address', 'centre.publicUrl', 'here', 'centre.publicUrl', /not a web address/],
  ['a wrong time', 'calendar.week.sun[0].to', '9:00', 'calendar.week.sun[0].to', /HH:MM/],
  ['an unknown weekday', 'calendar.week.day', [], 'calendar.week.day', unread],
  ['a reason kind left out', 'reasons.park', undefined, 'reasons.park', /is missing: add a list/],
  ['an unknown reason kind', 'reasons.nap', [], 'reasons.nap', unread],
  ['a reason kind without reasons', 'reasons.park', [], 'reasons.park', /needs at least 1/],
  ['a rule out of range', 'rules', { noShowCalls: 9 }, 'rules.noShowCalls', /at most 5/],
];

describe('each mistake is told once, with its path and what to do', () => {
  test.each(CASES)('%s', (_, at, value, path, reason) => {
    expect(mistakesOf(spoilt(at, value))).toEqual([
      { path, reason: expect.stringMatching(reason) as string },
    ]);
  });
});
