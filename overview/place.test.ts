import { expect, test } from 'vitest';
import { makePath, PAGES, parsePlace, type Place } from './place.js';

const PLACES: readonly Place[] = [
  ...PAGES.map((page): Place => (page === 'alarms' ? { page, centreId: null } : { page })),
  { page: 'alarms', centreId: 'ismailia-1' },
  { page: 'centre', centreId: 'ismailia-1', day: null },
  { page: 'centre', centreId: 'ismailia-1', day: '2026-11-22' },
];

test.each(PLACES)('a reload leads back to %o', (place) => {
  const { pathname, search } = new URL(makePath(place), 'http://upstream.test');
  expect(parsePlace(pathname, search)).toEqual(place);
});

test('an address that is none of ours leads to all centres', () => {
  for (const path of ['/nowhere', '/centres/', '/centres']) {
    expect(parsePlace(path, '')).toEqual({ page: 'centres' });
  }
  expect(parsePlace('/centres/c', '?day=yesterday')).toEqual({
    ...{ page: 'centre', centreId: 'c', day: null },
  });
});
