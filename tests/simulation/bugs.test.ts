import { expect, test } from 'vitest';
import { BUGS } from './bugs.js';
import { simulate } from './simulate.js';

/** Its day shows most of the bugs early. */
const FIRST_SEED = 6;
/** A bug that so many seeds do not find would not be found. */
const SEEDS_MAX = 12;

test.each(BUGS)('finds a server that $name', async (bug) => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS_MAX; seed += 1) {
    const { faults, hours, commands } = await simulate({ seed, days: 1, bug });
    if (faults.length === 0) continue;
    const when = `seed ${seed}, ${hours.toFixed(1)} h, ${commands} commands`;
    console.log(`${bug.name}: ${when}: ${faults[0]}`);
    return;
  }
  expect.unreachable(`${bug.name}: not found in ${SEEDS_MAX} seeds`);
});
