import { expect, test } from 'vitest';
import { storeCuts } from '../powercut/store.js';

const CUTS = Number(process.env['DAWR_ROUNDS'] ?? 100);
const SEED = Number(process.env['DAWR_SEED'] ?? 1);
const run = { seed: SEED, posts: 300 };

test(`${CUTS} power cuts under the store above the centres, seed ${SEED}`, async () => {
  const report = await storeCuts({ ...run, how: 'durable', cuts: CUTS });
  console.log(JSON.stringify(report));
  expect(report.problems).toEqual([]);
});

test(`as PGlite is shipped, power cuts lose what was confirmed, seed ${SEED}`, async () => {
  const cuts = Math.min(CUTS, 30);
  const { problems: _, ...report } = await storeCuts({ ...run, how: 'shipped', cuts });
  console.log(JSON.stringify(report));
  expect(report.lost).toBeGreaterThan(0);
});
