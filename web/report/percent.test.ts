import { expect, test } from 'vitest';
import { percentOf } from './percent.js';

test('shares are whole percents', () => {
  expect([percentOf(0.125), percentOf(1), percentOf(null)]).toEqual([13, 100, null]);
});
