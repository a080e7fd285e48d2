import { expect, test } from 'vitest';
import { afterMinutes, delays } from './delays.js';

const NOW = Date.UTC(2026, 7, 12, 7, 20);
const at = (minutes: number) => afterMinutes(NOW, minutes);

test('ten, twenty and thirty minutes are offered, and five-minute steps up to the latest', () => {
  expect(delays(NOW, null, at(119))).toEqual({ from: NOW, quick: [10, 20, 30], mostMin: 115 });
});

test('who asked for time before may only choose a later time', () => {
  expect(delays(NOW, at(90), at(115))).toEqual({ from: at(90), quick: [10, 20], mostMin: 25 });
});

test('a time stated before that has passed counts no more', () => {
  expect(delays(NOW, at(-5), at(60)).from).toBe(NOW);
});

test('nothing is offered at the end of what may be asked', () => {
  expect(delays(NOW, at(118), at(120))).toEqual({ from: at(118), quick: [], mostMin: 0 });
});
