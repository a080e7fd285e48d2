import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { KINDS, Trial } from './trial.js';

const folder = mkdtempSync(join(tmpdir(), 'dawr-trial-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Each kind of printer twice. */
const SEEDS = Array.from({ length: 2 * KINDS.length }, (_, n) => n + 1);

test('no ticket is lost, doubled, mixed or late, whatever befalls printer and agent', async () => {
  const happened = new Set<string>();
  for (const seed of SEEDS) {
    const trial = new Trial(seed, mkdtempSync(join(folder, 'seed-')));
    expect(await trial.run(5), `seed ${seed}`).toEqual([]);
    for (const what of trial.happened.keys()) happened.add(what);
  }
  const wanted = ['kill', 'scrap', 'given up', 'ordered again', 'ordered lost', 'job confirmed'];
  wanted.push('job assumed', 'job interrupted', 'job reprinting', 'printed twice, marked');
  expect(wanted.filter((what) => !happened.has(what))).toEqual([]);
});
