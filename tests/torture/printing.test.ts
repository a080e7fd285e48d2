import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Trial } from '../printing/trial.js';

const ROUNDS = Number(process.env['DAWR_ROUNDS'] ?? 400);
const FIRST = Number(process.env['DAWR_SEED'] ?? 1000);

const folder = mkdtempSync(join(tmpdir(), 'dawr-printing-'));
afterAll(() => rmSync(folder, { recursive: true }));

test(`${ROUNDS} troubled printers, seeds from ${FIRST}`, async () => {
  const happened = new Map<string, number>();
  for (let seed = FIRST; seed < FIRST + ROUNDS; seed += 1) {
    const own = mkdtempSync(join(folder, 'seed-'));
    const trial = new Trial(seed, own);
    expect(await trial.run(10), `seed ${seed}`).toEqual([]);
    for (const [what, count] of trial.happened) {
      happened.set(what, (happened.get(what) ?? 0) + count);
    }
    rmSync(own, { recursive: true });
  }
  console.log([...happened].map(([what, count]) => `${what} ${count}`).join(', '));
});
