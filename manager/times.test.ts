import { expect, test } from 'vitest';
import { MINUTE_MS } from '../core/time.js';
import { percentOf, quartersAfter } from './times.js';

test('the first quarter offered is at least five minutes away', () => {
  const noon = Date.UTC(2026, 7, 12, 12);
  expect(quartersAfter(noon, 2)).toEqual([noon + 15 * MINUTE_MS, noon + 30 * MINUTE_MS]);
  expect(quartersAfter(noon + 11 * MINUTE_MS, 1)).toEqual([noon + 30 * MINUTE_MS]);
  expect(quartersAfter(noon + 10 * MINUTE_MS, 1)).toEqual([noon + 15 * MINUTE_MS]);
});

test('shares are whole percents', () => {
  expect([percentOf(0.125), percentOf(1), percentOf(null)]).toEqual([13, 100, null]);
});
