import { expect, test } from 'vitest';
import { copyCuts } from '../powercut/copy.js';

const CUTS = 8;

test(`[STANDBY-1] ${CUTS} power cuts: the copy keeps what the server was told`, async () => {
  const report = await copyCuts({ sync: 'full', cuts: CUTS, groups: 40, seed: 1 });
  expect(report.problems).toEqual([]);
  expect(report.flushes).toBeGreaterThan(40);
});

test('the test can fail: without a flush at each commit, confirmed events are lost', async () => {
  const report = await copyCuts({ sync: 'normal', cuts: CUTS, groups: 40, seed: 1 });
  expect(report.lost).toBeGreaterThan(0);
});
