import { expect, test } from 'vitest';
import { copyCuts } from '../powercut/copy.js';

const CUTS = Number(process.env['DAWR_ROUNDS'] ?? 100);
const SEED = Number(process.env['DAWR_SEED'] ?? 1);

test(`${CUTS} power cuts of a standby, seed ${SEED}`, async () => {
  const report = await copyCuts({ sync: 'full', cuts: CUTS, groups: 250, seed: SEED });
  console.log(JSON.stringify(report));
  expect(report.problems).toEqual([]);
});
