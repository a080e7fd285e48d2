import { expect, test } from 'vitest';
import { BUGS } from '../soak/bugs.js';
import { soak } from '../soak/soak.js';

/** `npm run torture` has all disasters, both stores, more centres and every bug. */
const short = { kind: 'postgresql', centres: 2, seed: 1 } as const;
/** Processes start some forty times. */
const LIMIT_MS = 240_000;

test(
  'ends are killed and put back from backups, a line is away for days: all is equal or rings',
  async () => {
    const report = await soak({
      ...short,
      disasters: [
        ...(['receiverKilled', 'databaseCrashed', 'storeRestored'] as const),
        ...(['centreKilled', 'centreRestored', 'lineDown'] as const),
      ],
    });
    expect(report.problems).toEqual([]);
    // A word under way while days passed rings `clock`, too: each alarm was held against its cause.
    expect(report.alarms).toMatchObject({ restored: 1 });
    expect(report.legs).toBeGreaterThan(0);
  },
  LIMIT_MS,
);

test(
  'the test can fail: a gap that is taken is found',
  async () => {
    const disasters = ['centreKilled', 'centreEnded', 'centreKilled'] as const;
    const bug = 'gap accepted';
    const report = await soak({ ...short, disasters, bug });
    expect(report.problems).toContainEqual(expect.stringMatching(BUGS[bug]));
  },
  LIMIT_MS,
);
