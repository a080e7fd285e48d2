import { expect, test } from 'vitest';
import { MINUTE_MS } from '../../core/time.js';
import { minuteTicks } from './axis.js';

test('the highest value lies on the axis, below its last mark', () => {
  for (let minutes = 0; minutes <= 1400; minutes += 1) {
    const ticks = minuteTicks(minutes * MINUTE_MS);
    expect(ticks[0]).toBe(0);
    expect(ticks.at(-1)).toBeGreaterThanOrEqual(minutes);
    expect(ticks.length).toBeLessThanOrEqual(7);
  }
});

test('an empty day still has an axis', () => {
  expect(minuteTicks(0)).toEqual([0, 1]);
});

test('steps are round', () => {
  expect(minuteTicks(23 * MINUTE_MS)).toEqual([0, 5, 10, 15, 20, 25]);
});
