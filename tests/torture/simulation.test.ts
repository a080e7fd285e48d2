import { expect, test } from 'vitest';
import { simulate, totals, type Report } from '../simulation/simulate.js';

const ROUNDS = Number(process.env['DAWR_ROUNDS'] ?? 200);
const FIRST = Number(process.env['DAWR_SEED'] ?? 1000);

test(`${ROUNDS} simulated halls, seeds from ${FIRST}`, async () => {
  const reports: Report[] = [];
  for (let seed = FIRST; seed < FIRST + ROUNDS; seed += 1) {
    const report = await simulate({ seed, days: seed % 10 === 0 ? 3 : 1 });
    expect(report.faults, `seed ${seed}`).toEqual([]);
    reports.push(report);
  }
  console.log(totals(reports));
});
