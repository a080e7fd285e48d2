import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import type { Standing } from '../../core/protocol/standby.js';
import { anySignAt, standingAt } from './standing.js';

const STANDING: Standing = { role: 'standby', centreId: 'hall' };

test('who answers without an end says nothing', async () => {
  let padding = '';
  const server = createServer((_request, response) => {
    response.end(`${JSON.stringify(STANDING)}${padding}`);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect(await standingAt({ url, ca: null })).toEqual(STANDING);
  padding = ' '.repeat(1_000_000);
  expect(await standingAt({ url, ca: null })).toBe(null);
  expect(await anySignAt(url)).toBe(null);
  server.close();
});
