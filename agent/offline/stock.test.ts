import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { LeaseView } from '../../core/protocol/views.js';
import { smallHall } from '../../tests/fixtures/hall.js';
import type { Fetched } from '../fetched.js';
import { Stock } from './stock.js';

const folder = mkdtempSync(join(tmpdir(), 'dawr-stock-'));
afterAll(() => rmSync(folder, { recursive: true }));

const listed: LeaseView = {
  ...{ leaseId: 'stream:7', kioskId: 'k1', day: '2026-11-22', opensAt: 0, closesAt: 1 },
  ...{ configuration: 'a'.repeat(64), print: true, training: false },
};
const numbers = {
  leaseId: listed.leaseId,
  ranges: [{ seriesId: 'a', from: 900, to: 901 }],
  used: [],
  tokens: ['one', 'two'],
};
const fetched: Fetched = async (path) =>
  JSON.stringify(path.startsWith('/configuration/') ? smallHall() : numbers);

test.each([
  ['a lease', { leaseId: '../../etc:7' }],
  ['a configuration', { configuration: '../../../etc/passwd' }],
])('a name of %s that is none is asked for nowhere and names no file', async (_, wrong) => {
  const data = mkdtempSync(join(folder, 'wrong-'));
  const asked: string[] = [];
  const stock = new Stock(data, (path) => {
    asked.push(path);
    return Promise.resolve('{}');
  });
  await expect(stock.keep([{ ...listed, ...wrong }])).rejects.toThrow(/is not/);
  expect(asked).toEqual([]);
  expect(readdirSync(data)).toEqual([]);
});

test.each([/^lease-/, /^configuration-/])(
  'a damaged file %s is put aside, and brought again',
  async (name) => {
    const data = mkdtempSync(join(folder, 'stock-'));
    await new Stock(data, fetched).keep([listed]);
    const file = readdirSync(data).find((one) => name.test(one))!;
    writeFileSync(join(data, file), '{');
    const stock = new Stock(data, fetched);
    expect(stock.at('k1', 0)).toEqual([]);
    expect(readdirSync(data)).toContain(`${file}.damaged`);
    await stock.keep([listed]);
    expect(new Stock(data, fetched).at('k1', 0)).toHaveLength(1);
  },
);
