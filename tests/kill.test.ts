import { expect, test } from 'vitest';
import { scratch } from './fixtures/log.js';
import { killRounds } from './torture/kill.js';

const ROUNDS = 20;

test(`${ROUNDS} rounds of kill -9: every answer that was given is in the log, once`, async () => {
  const folder = scratch();
  const report = await killRounds(folder.path, ROUNDS, 1);
  expect(report.problems).toEqual([]);
  expect(report.answered).toBeGreaterThan(ROUNDS * 5);
  folder.remove();
});
