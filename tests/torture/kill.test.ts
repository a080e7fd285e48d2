import { expect, test } from 'vitest';
import { scratch } from '../fixtures/log.js';
import { killRounds } from './kill.js';

const ROUNDS = Number(process.env['DAWR_ROUNDS'] ?? 300);
const SEED = Number(process.env['DAWR_SEED'] ?? 1);

test(`${ROUNDS} rounds of kill -9, seed ${SEED}`, async () => {
  const folder = scratch();
  const report = await killRounds(folder.path, ROUNDS, SEED);
  console.log(JSON.stringify(report));
  expect(report.problems).toEqual([]);
  folder.remove();
});
