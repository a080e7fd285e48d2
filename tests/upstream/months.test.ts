import { expect, test } from 'vitest';
import { machineTimers } from '../../node/time.js';
import { Ingest } from '../../upstream/ingest/ingest.js';
import type { Database } from '../../upstream/store/database.js';
import { dropOld, unmade } from '../../upstream/store/retention.js';
import { keepMonths, migrate } from '../../upstream/store/schema.js';
import { Sender } from './sender.js';
import { STORES } from './stores.js';

/** A store with the three events that a centre began with. */
const withThree = async () => {
  const { database, remove } = await STORES.embedded();
  await migrate(database);
  const ingest = new Ingest(database, machineTimers);
  const sender = new Sender('c-1');
  sender.write(3);
  await ingest.take(sender.arrived(sender.post(1)));
  return { database, ingest, sender, remove };
};

/** Nobody waits for the figures of a centre that was revoked. */
const revoked = (database: Database, centreId: string) =>
  database.query(
    `INSERT INTO centre (centre_id, governorate_id, name_ar, name_en, zone, log_key, enrolled_at,
       relayed, missing, revoked_at) VALUES ($1, 'x', 'x', 'x', 'Africa/Cairo', 'x', 0, false, 0,
       1)`,
    [centreId],
  );

test('several processes make room for the same months at once', async () => {
  const { database, again, remove } = await STORES.postgresql();
  await migrate(database);
  const others = await Promise.all([again(), again(), again()]);
  const months = Array.from({ length: 24 }, (_, n) => `${2026 + Math.floor(n / 12)}-`).map(
    (year, n) => `${year}${String((n % 12) + 1).padStart(2, '0')}`,
  );
  await Promise.all([database, ...others].map((one) => keepMonths(one, months)));
  const parts = await database.query(`SELECT 1 FROM pg_partition_tree('leg') WHERE isleaf`);
  expect(parts).toHaveLength(months.length);
  for (const other of others) await other.close();
  await remove();
});

test('a store that was put back from before a month had room is given room again', async () => {
  const { database, ingest, sender, remove } = await withThree();
  sender.write(2);
  for (const table of ['event', 'leg', 'visit']) {
    await database.query(`DROP TABLE IF EXISTS ${table}_2026_11`);
  }
  const post = sender.arrived(sender.post(4));
  await expect(ingest.take(post)).rejects.toMatchObject({ state: '23514' });
  expect(await ingest.take(post)).toMatchObject({ refused: null, stored: { seq: 5 } });
  await remove();
});

test('months that need not be kept go, but not while facts are to be made', async () => {
  const { database, remove } = await withThree();
  await keepMonths(database, ['2026-07', '2026-08']);
  const december = Date.parse('2026-12-15T12:00:00Z');
  const keep = { events: 3, facts: null };
  expect(await dropOld(database, keep, december)).toEqual([]);
  expect(await unmade(database)).toEqual([{ centreId: 'c-1', day: null, why: 'facts are behind' }]);
  await revoked(database, 'c-1');
  expect(await dropOld(database, keep, december)).toEqual(['event_2026_07', 'event_2026_08']);
  expect(await dropOld(database, { events: null, facts: 4 }, december)).toContain('leg_2026_07');
  await keepMonths(database, ['2026-07']);
  const [room] = await database.query(`SELECT 1 FROM pg_class WHERE relname = 'event_2026_07'`);
  expect(room).toBeDefined();
  await remove();
});

test('a clock that is far ahead drops no month that is written in', async () => {
  const { database, remove } = await withThree();
  expect(await unmade(database)).toEqual([{ centreId: 'c-1', day: null, why: 'facts are behind' }]);
  await revoked(database, 'c-1');
  await keepMonths(database, ['2026-07', '2026-08', '2026-10', '2028-01']);
  const ahead = Date.parse('2028-04-05T12:00:00Z');
  const dropped = await dropOld(database, { events: 3, facts: 3 }, ahead);
  const months = new Set(dropped.map((name) => name.slice(-7)));
  expect([...months]).toEqual(['2026_07', '2026_08']);
  expect(await database.query('SELECT 1 FROM event')).toHaveLength(3);
  await remove();
});
