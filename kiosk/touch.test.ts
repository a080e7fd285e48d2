import { expect, test } from 'vitest';
import { DoubleTaps } from './touch.js';

const taps = (...of: readonly [number, number, number, string][]): boolean[] => {
  const doubles = new DoubleTaps();
  return of.map(([at, x, y, stepKey]) => doubles.isSecond({ at, x, y }, stepKey));
};

test('the second tap at the same place after a new page is a double tap', () => {
  expect(taps([0, 10, 10, 'welcome'], [200, 15, 12, 'service a'])).toEqual([false, true]);
});

test('a third tap that comes as fast is one too', () => {
  const quick = taps([0, 9, 9, 'a'], [150, 9, 9, 'b'], [300, 9, 9, 'b']);
  expect(quick).toEqual([false, true, true]);
});

test('typing the same letter twice is not', () => {
  expect(taps([0, 10, 10, 'search'], [120, 10, 10, 'search'])).toEqual([false, false]);
});

test('a tap elsewhere, or later, is not', () => {
  expect(taps([0, 10, 10, 'a'], [200, 300, 10, 'b'])).toEqual([false, false]);
  expect(taps([0, 10, 10, 'a'], [600, 10, 10, 'b'])).toEqual([false, false]);
});
