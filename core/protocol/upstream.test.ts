import { expect, test } from 'vitest';
import { REQUEST_EVENTS_MAX, postSchema, type SentRow } from './upstream.js';

const ROW: SentRow = ['2026-11-22', 1, 'r', 1, 1, 'a', 't', 1, '{"name":"دور"}'];
const HASH = 'a'.repeat(64);

const isPost = (events: unknown): boolean =>
  postSchema.safeParse({
    ...{ stream: '0'.repeat(26), from: 1, previous: HASH, head: HASH, last: 1, ended: false },
    ...{ events, notes: [], at: 1, live: null },
  }).success;

/** The row with another value in one of its places. */
const withAt = (place: number, value: unknown): unknown[] =>
  ROW.map((own, index) => (index === place ? value : own));

test('a row of a post is taken as it lies in the log', () => {
  expect(isPost([ROW, withAt(0, null), withAt(8, ''), withAt(1, 0)])).toBe(true);
  expect(isPost(Array.from({ length: REQUEST_EVENTS_MAX }, () => ROW))).toBe(true);
});

test.each([
  ['too many', Array.from({ length: REQUEST_EVENTS_MAX + 1 }, () => ROW)],
  ['no list', { 0: ROW }],
  ['a row that is no list', [{ ...ROW }]],
  ['a field too few', [ROW.slice(0, 8)]],
  ['a field too many', [[...ROW, 1]]],
  ['no such day', [withAt(0, '2026-02-30')]],
  ['a day as a number', [withAt(0, 20261122)]],
  ['a day for which there is no room', [withAt(0, '1959-01-01')]],
  ['a bad day after a good one', [ROW, withAt(0, '2026-11-2')]],
  ['a time far ahead', [withAt(1, Date.UTC(2100, 0))]],
  ['a time before all', [withAt(1, -1)]],
  ['half a part', [withAt(3, 1.5)]],
  ['parts as text', [withAt(4, '1')]],
  ['a version beyond all', [withAt(7, 2 ** 31)]],
  ['no request', [withAt(2, '')]],
  ['a long actor', [withAt(5, 'a'.repeat(201))]],
  ['no type', [withAt(6, null)]],
  ['a body that is no text', [withAt(8, {})]],
  ['a zero in a body', [withAt(8, '{}\0')]],
  ['half a letter in a body', [withAt(8, '\ud800')]],
  [
    'half a letter at an end, and half of one at the next beginning',
    [['2026-11-22', 1, 'r\ud83d', 1, 1, '\ude00a', 't', 1, '{}']],
  ],
])('a post with %s is refused', (_, events) => {
  expect(isPost(events)).toBe(false);
});
