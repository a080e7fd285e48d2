import { expect, test } from 'vitest';
import { BUGS } from '../soak/bugs.js';
import { soak } from '../soak/soak.js';

const short = { centres: 2, steps: 9, seed: 1 };

test.each(['embedded', 'postgresql'] as const)(
  'on %s, whatever befalls line, receivers and store, all ends equal or rings',
  async (kind) => {
    const report = await soak({ ...short, kind });
    expect(report.problems).toEqual([]);
    expect(report.happened.restored).toBe(1);
    expect(report.events).toBeGreaterThan(50);
  },
  120_000,
);

test.each(BUGS)(
  'the test can fail: %s is found',
  async (bug) => {
    const report = await soak({ ...short, steps: 20, kind: 'postgresql', bug });
    expect(report.problems).not.toEqual([]);
  },
  120_000,
);
