import { generateKeyPairSync } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, expect, test } from 'vitest';
import { signRequest, SIGNATURE_HEADER } from '../../chain/request.js';
import { machineTimers } from '../../node/time.js';
import { scratch } from '../../tests/fixtures/log.js';
import { settingsOf } from '../../tests/upstream/running.js';
import { Senders } from '../centres/senders.js';
import { Ingest } from '../ingest/ingest.js';
import { QueryFault, UnfitFault, type Database } from '../store/database.js';
import { upstreamApp } from './app.js';
import { pagesOf } from './own.js';

const folder = scratch();
afterAll(() => folder.remove());

const appOver = (fault: QueryFault) => {
  const database: Database = {
    engine: 'postgresql',
    query: () => Promise.reject(fault),
    transaction: () => Promise.reject(fault),
    close: () => Promise.resolve(),
  };
  const parts = {
    ...{
      settings: { ...settingsOf(folder.path), host: '0.0.0.0' },
      database,
      relays: [],
      now: Date.now,
    },
    ...{ ingest: new Ingest(database, machineTimers), senders: new Senders(database, Date.now) },
    ...{ timers: machineTimers, journal: pino({ level: 'silent' }) },
  };
  return upstreamApp(parts, pagesOf(parts));
};

const { privateKey } = generateKeyPairSync('ed25519');
const headers = { host: '127.0.0.1' };
const post = { method: 'POST', url: '/v1/centres/c-1/events' } as const;
const signed = { method: 'POST', path: post.url, body: Buffer.alloc(0) };
const signature = signRequest(signed, { name: 'dawr/c-1', privateKey });

test.each([
  [new QueryFault('connect ECONNREFUSED 10.0.0.7:5432', ''), 'away'],
  [new UnfitFault('its fsync is off'), 'its fsync is off'],
])('whoever asks while the store does not answer is to come again: %s', async (fault, store) => {
  const app = await appOver(fault);
  const health = await app.inject({ url: '/health', headers });
  expect([health.statusCode, health.json()]).toEqual([503, { status: 'error', store }]);
  const others = [
    await app.inject({ url: '/api/session', headers }),
    await app.inject({ ...post, headers: { ...headers, [SIGNATURE_HEADER]: signature } }),
  ];
  for (const { statusCode, headers: told, body } of others) {
    expect([statusCode, told['retry-after'], body]).toEqual([503, '5', '{"later":5000}']);
  }
  await app.close();
});
