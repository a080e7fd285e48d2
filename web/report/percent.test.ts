import { expect, test } from 'vitest';
import { levelPercentOf, percentOf } from './percent.js';

test('shares are whole percents', () => {
  expect([percentOf(0.125), percentOf(1), percentOf(null)]).toEqual([13, 100, null]);
});

test('a service level short of its target is not shown as there', () => {
  const shown = [0.796, 0.8, 0.29, 0.57, 0.999, 1, 0, null].map(levelPercentOf);
  expect(shown).toEqual([79, 80, 29, 57, 99, 100, 0, null]);
});
