import { expect, test } from 'vitest';
import { powerCuts } from '../powercut/powercut.js';

const CUTS = Number(process.env['DAWR_ROUNDS'] ?? 300);
const SEED = Number(process.env['DAWR_SEED'] ?? 1);
const run = { seed: SEED, groups: 250 };

test(`${CUTS} power cuts, seed ${SEED}`, async () => {
  const report = await powerCuts('full', CUTS, run);
  console.log(JSON.stringify(report));
  expect(report.problems).toEqual([]);
});

test(`${CUTS} power cuts without a flush at each commit lose answers, seed ${SEED}`, async () => {
  const { problems: _, ...report } = await powerCuts('normal', CUTS, run);
  console.log(JSON.stringify(report));
  expect(report.lost).toBeGreaterThan(0);
  expect(report.broken).toBe(0);
});
