import { expect, test } from 'vitest';
import { BUGS } from '../soak/bugs.js';
import { DISASTERS } from '../soak/report.js';
import { soak } from '../soak/soak.js';

const ROUNDS = Number(process.env['DAWR_ROUNDS'] ?? 4);
const SEED = Number(process.env['DAWR_SEED'] ?? 1);
const long = { centres: 4, rounds: 3 };
const seeds = Array.from({ length: ROUNDS }, (_, round) => SEED + round);
const KINDS = ['embedded', 'postgresql'] as const;
/** A store within the receiver's process has no server that could crash. */
const OF = {
  embedded: DISASTERS.filter((name) => name !== 'databaseCrashed'),
  postgresql: DISASTERS,
};

test.each(seeds.flatMap((seed) => KINDS.map((kind) => [kind, seed] as const)))(
  'soak on %s, seed %i',
  async (kind, seed) => {
    const report = await soak({ ...long, disasters: OF[kind], kind, seed });
    console.log(JSON.stringify({ kind, seed, ...report }));
    expect(report.problems).toEqual([]);
    const never = Object.entries(report.happened).filter(([, count]) => count === 0);
    expect(never).toEqual(kind === 'embedded' ? [['databaseCrashed', 0]] : []);
    expect(report.legs).toBeGreaterThan(0);
  },
);

test.each(BUGS)(`%s is found, seed ${SEED}`, async (bug) => {
  const report = await soak({
    ...{ ...long, seed: SEED, kind: 'postgresql', bug },
    disasters: OF.postgresql,
  });
  expect(report.problems).not.toEqual([]);
});
