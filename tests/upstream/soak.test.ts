import { expect, test } from 'vitest';
import { soak } from '../soak/soak.js';

/** `npm run torture` has all disasters, more centres and every bug. */
const short = { centres: 2, seed: 1 };

test('processes of centres and receivers are killed, and all ends equal or rings', async () => {
  const disasters = ['receiverKilled', 'centreKilled'] as const;
  const report = await soak({ ...short, kind: 'embedded', disasters });
  expect(report.problems).toEqual([]);
  expect(report.legs).toBeGreaterThan(0);
}, 120_000);

test('both ends are put back from backups, and three days pass without a line', async () => {
  const disasters = ['storeRestored', 'centreRestored', 'lineDown', 'databaseCrashed'] as const;
  const report = await soak({ ...short, kind: 'postgresql', disasters });
  expect(report.problems).toEqual([]);
  expect(report.alarms).toEqual({ restored: 1 });
}, 120_000);

test('the test can fail: a gap that is taken is found', async () => {
  const disasters = ['centreKilled', 'centreEnded', 'centreKilled'] as const;
  const bug = 'gap accepted';
  const report = await soak({ ...short, kind: 'postgresql', disasters, bug });
  expect(report.problems).not.toEqual([]);
}, 120_000);
