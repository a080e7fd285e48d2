import { expect, test } from 'vitest';
import { askAgainMs } from './enrolling.js';

test('a code is asked after at once, a refusal seldom or when the server says', () => {
  expect(askAgainMs(null)).toBe(2_000);
  expect(askAgainMs({ refused: 'enrol.unknownDevice' })).toBe(60_000);
  expect(askAgainMs({ refused: 'enrol.tooMany' })).toBe(60_000);
  expect(askAgainMs({ refused: 'enrol.tooMany', waitMs: 30_000 })).toBe(30_000);
});
