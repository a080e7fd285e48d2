import { expect, test } from 'vitest';
import { MINUTE_MS } from '../core/time.js';
import { lastTime, quartersAfter } from './times.js';

test('the first quarter offered is at least five minutes away', () => {
  const noon = Date.UTC(2026, 7, 12, 12);
  expect(quartersAfter(noon, 2)).toEqual([noon + 15 * MINUTE_MS, noon + 30 * MINUTE_MS]);
  expect(quartersAfter(noon + 11 * MINUTE_MS, 1)).toEqual([noon + 30 * MINUTE_MS]);
  expect(quartersAfter(noon + 10 * MINUTE_MS, 1)).toEqual([noon + 15 * MINUTE_MS]);
});

test('a time of day that is still to come was yesterday, by yesterday’s clocks', () => {
  const zone = 'Africa/Cairo';
  // Clocks go forward from midnight to one on 24 April 2026, back from midnight on 30 October.
  const morning = Date.UTC(2026, 3, 24, 6);
  expect(lastTime('09:00', morning, zone)).toBe(morning);
  expect(lastTime('20:30', morning, zone)).toBe(Date.UTC(2026, 3, 23, 18, 30));
  const autumn = Date.UTC(2026, 9, 30, 6);
  expect(lastTime('08:00', autumn, zone)).toBe(autumn);
  expect(lastTime('20:30', autumn, zone)).toBe(Date.UTC(2026, 9, 29, 17, 30));
});
