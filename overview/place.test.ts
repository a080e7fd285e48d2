import { expect, test } from 'vitest';
import { ALL } from './fleet/lines.js';
import { makePath, PAGES, parsePlace, plainPlace, type Place } from './place.js';

const PLACES: readonly Place[] = [
  ...PAGES.map(plainPlace),
  { page: 'centres', list: { ...ALL, text: 'حي ثالث & 1', shown: 'late' } },
  { page: 'centres', list: { ...ALL, governorate: 'suez', sort: 'p90', reversed: true } },
  { page: 'alarms', centreId: 'ismailia-1' },
  { page: 'centre', centreId: 'ismailia-1', day: null },
  { page: 'centre', centreId: 'ismailia-1', day: '2026-11-22' },
  { page: 'export', days: { from: '2026-11-01', to: '2026-11-22' }, where: 'centre fayed' },
  { page: 'enrolment', text: 'fayed' },
];

test.each(PLACES)('a reload leads back to %o', (place) => {
  const { pathname, search } = new URL(makePath(place), 'http://upstream.test');
  expect(parsePlace(pathname, search)).toEqual(place);
});

test('a plain page has a plain address', () => {
  const plain = ['/', '/alarms', '/export', '/enrolment', '/accounts', '/audit'];
  expect(PAGES.map((page) => makePath(plainPlace(page)))).toEqual(plain);
});

test('an address that is none of ours leads to all centres', () => {
  for (const path of ['/nowhere', '/centres/', '/centres']) {
    expect(parsePlace(path, '')).toEqual({ page: 'centres', list: ALL });
  }
  expect(parsePlace('/', '?sort=luck&show=few&order=up')).toEqual({ page: 'centres', list: ALL });
  expect(parsePlace('/export', '?from=2026-11-01&to=soon')).toEqual(plainPlace('export'));
  expect(parsePlace('/centres/c', '?day=yesterday')).toEqual({
    ...{ page: 'centre', centreId: 'c', day: null },
  });
});
