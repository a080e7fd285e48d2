import { expect, test } from 'vitest';
import { powerCuts } from './powercut/powercut.js';

const CUTS = 20;

test(`${CUTS} power cuts: nothing that was answered is lost, and the log opens sound`, async () => {
  const report = await powerCuts('full', CUTS, { seed: 1, groups: 120 });
  expect(report.problems).toEqual([]);
  expect(report.flushes).toBeGreaterThan(120);
});

test('the test can fail: without a flush at each commit, answers are lost', async () => {
  const report = await powerCuts('normal', CUTS, { seed: 1, groups: 120 });
  expect(report.lost).toBeGreaterThan(0);
});
