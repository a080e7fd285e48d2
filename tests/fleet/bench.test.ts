import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { programOf } from '../../node/place.js';

const run = promisify(execFile);

const TITLES = [
  'Backlogs of 4 centres and 1 days, 1 rounds',
  'Facts of what was stored',
  'Storage of events and facts',
  '4 centres live, for 2 s of their busiest hour',
  'Storage of a year of facts',
  'Pages over a year',
  'Legs of a month of one governorate as CSV',
  'Pages while centres send',
];

test('the bench of a fleet gives each of its figures', { timeout: 180_000 }, async () => {
  const small = ['--centres', '4', '--rounds', '1', '--seconds', '2', '--legs', '1000'];
  const { stdout } = await run(process.execPath, [
    programOf('tests/fleet/bench.js'),
    ...[...small, '--reads', '2'],
  ]);
  const titles = [...stdout.matchAll(/^## (.*)$/gm)].map(([, title]) => title);
  expect(titles).toEqual(TITLES);
  expect(stdout).not.toMatch(/NaN|undefined|Infinity/);
});
