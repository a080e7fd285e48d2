import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { LeaseView } from '../../core/protocol/views.js';
import { Stock } from './stock.js';

const folder = mkdtempSync(join(tmpdir(), 'dawr-stock-'));
afterAll(() => rmSync(folder, { recursive: true }));

const listed: LeaseView = {
  ...{ leaseId: 'stream:7', kioskId: 'k1', day: '2026-11-22', opensAt: 0, closesAt: 1 },
  ...{ configuration: 'a'.repeat(64), print: true, training: false },
};

test.each([
  ['a lease', { leaseId: '../../etc:7' }],
  ['a configuration', { configuration: '../../../etc/passwd' }],
])('a name of %s that is none is asked for nowhere and names no file', async (_, wrong) => {
  const asked: string[] = [];
  const stock = new Stock(folder, (path) => {
    asked.push(path);
    return Promise.resolve('{}');
  });
  await expect(stock.keep([{ ...listed, ...wrong }])).rejects.toThrow(/is not/);
  expect(asked).toEqual([]);
  expect(readdirSync(folder)).toEqual([]);
});
