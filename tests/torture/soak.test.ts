import { expect, test } from 'vitest';
import { BUGS, type Bug } from '../soak/bugs.js';
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

/**
 * No restores: a centre that goes on in another stream rings for its old disk, whatever a receiver
 * takes, and others than the bug's own problems would come first.
 */
const KILLS = ['receiverKilled', 'centreKilled', 'centreEnded'] as const;

test.each(Object.entries(BUGS))(`%s is found, seed ${SEED}`, async (name, words) => {
  const report = await soak({
    ...{ ...long, seed: SEED, kind: 'postgresql', bug: name as Bug },
    disasters: KILLS,
  });
  expect(report.problems).toContainEqual(expect.stringMatching(words));
});
