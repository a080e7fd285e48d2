import { expect, test } from 'vitest';
import { storeCuts } from '../powercut/store.js';

const run = { seed: 1, posts: 60 };

test('power cuts under the store above centres: what was confirmed is there, whole', async () => {
  const report = await storeCuts({ ...run, how: 'durable', cuts: 3 });
  expect(report.problems).toEqual([]);
  expect(report.flushes).toBeGreaterThan(run.posts);
});

test('the test can fail: as PGlite is shipped, what was confirmed is lost', async () => {
  const report = await storeCuts({ ...run, how: 'shipped', cuts: 3 });
  expect(report.lost + report.broken).toBeGreaterThan(0);
});
