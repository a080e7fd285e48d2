import { expect, test } from 'vitest';
import { beside, dayAfter } from './days.js';

test('days follow each other over months and years', () => {
  expect(dayAfter('2026-11-22', 1)).toBe('2026-11-23');
  expect(dayAfter('2026-12-31', 1)).toBe('2027-01-01');
  expect(dayAfter('2028-03-01', -1)).toBe('2028-02-29');
});

test('there is nothing beyond the first and the last day', () => {
  const days = { first: '2026-11-20', last: '2026-11-22' };
  expect(beside('2026-11-21', -1, days)).toBe('2026-11-20');
  expect(beside('2026-11-20', -1, days)).toBe(null);
  expect(beside('2026-11-22', 1, days)).toBe(null);
});
