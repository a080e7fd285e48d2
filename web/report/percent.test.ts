import { expect, test } from 'vitest';
import { percentOf } from './percent.js';

test('shares are whole percents, and never more than they are', () => {
  const shown = [0.125, 0.796, 0.29, 0.57, 0.999, 1, 0, null].map(percentOf);
  expect(shown).toEqual([12, 79, 29, 57, 99, 100, 0, null]);
});
