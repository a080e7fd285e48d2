import { expect, test } from 'vitest';
import { BUGS } from '../soak/bugs.js';
import { soak } from '../soak/soak.js';

const ROUNDS = Number(process.env['DAWR_ROUNDS'] ?? 4);
const SEED = Number(process.env['DAWR_SEED'] ?? 1);
const long = { centres: 6, steps: 80 };
const seeds = Array.from({ length: ROUNDS }, (_, round) => SEED + round);

test.each(
  seeds.flatMap((seed) =>
    (['embedded', 'postgresql'] as const).map((kind) => [kind, seed] as const),
  ),
)('soak on %s, seed %i', async (kind, seed) => {
  const report = await soak({ ...long, kind, seed });
  console.log(JSON.stringify({ kind, seed, ...report }));
  expect(report.problems).toEqual([]);
  expect(Object.entries(report.happened).filter(([, count]) => count === 0)).toEqual(
    kind === 'embedded' ? [['databaseCrashed', 0]] : [],
  );
});

test.each(BUGS)(`%s is found, seed ${SEED}`, async (bug) => {
  const report = await soak({ ...long, seed: SEED, kind: 'postgresql', bug });
  expect(report.problems).not.toEqual([]);
});
