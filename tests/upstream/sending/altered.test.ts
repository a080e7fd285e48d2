import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { MINUTE_MS } from '../../../core/time.js';
import { machineTimers } from '../../../node/time.js';
import { Ingest } from '../../../upstream/ingest/ingest.js';
import type { Database } from '../../../upstream/store/database.js';
import { openEmbedded } from '../../../upstream/store/embedded.js';
import { migrate } from '../../../upstream/store/schema.js';
import { LoggedHall, scratch, spoil, takeTicket } from '../../fixtures/log.js';
import { Sending, type Mishap } from './sending.js';
import { newStore } from '../template.js';

const store = scratch();
let above: { readonly database: Database; readonly ingest: Ingest };
beforeAll(async () => {
  await newStore(join(store.path, 'store'));
  const database = await openEmbedded(join(store.path, 'store'), machineTimers, (fault) => {
    throw fault;
  });
  await migrate(database);
  above = { database, ingest: new Ingest(database, machineTimers) };
});
afterAll(async () => {
  await above.database.close();
  store.remove();
});

let folder: ReturnType<typeof scratch>;
let hall: LoggedHall;
let mishap: Mishap;
let sending: Sending;
beforeEach(async () => {
  folder = scratch();
  hall = await new LoggedHall({ directory: folder.path }).open();
  for (let n = 0; n < 20; n += 1) await hall.done(takeTicket);
  mishap = 'none';
  sending = new Sending(hall, above, () => mishap);
  sending.start();
  await expect.poll(() => sending.states.at(-1)?.is, { timeout: 15_000 }).toBe('live');
});
afterEach(async () => {
  sending.scrub.stop();
  await sending.stop();
  hall.log.close();
  folder.remove();
});

const ALTERED: readonly (readonly [what: string, sql: string])[] = [
  ['another body', `UPDATE event SET body = CAST('{"label":"A 999"}' AS BLOB) WHERE seq = 20`],
  ['another actor', `UPDATE event SET actor = 'nobody' WHERE seq = 20`],
  ['another time', 'UPDATE event SET occurred_at = occurred_at - 60000 WHERE seq = 20'],
  ['another hash', 'UPDATE event SET hash = randomblob(32) WHERE seq = 20'],
  ['no such event', 'DELETE FROM event WHERE seq = 20'],
];

/** From the change of a small file to the alarm above: the scrub's rest, and one look. */
const RINGS_WITHIN_MS = 2 * MINUTE_MS;

test.each(ALTERED.flatMap((one) => (['off', 'running'] as const).map((when) => [...one, when])))(
  '[LOG-4] in the middle of the log %s: rings above within minutes (%s, %s)',
  async (_, sql, when) => {
    if (when === 'off') await sending.stop();
    else sending.scrub.start();
    spoil(folder.path, sql);
    const spoiledMs = sending.passedMs;
    if (when === 'off') {
      sending.start();
      sending.scrub.start();
    }
    const ring = { kind: 'altered', seq: 20 };
    await expect.poll(() => sending.alarms(), { timeout: 20_000 }).toEqual([ring]);
    expect(sending.passedMs - spoiledMs).toBeLessThanOrEqual(RINGS_WITHIN_MS);
    // What holds is forwarded as ever.
    await hall.done(takeTicket);
    sending.forwarder.look();
    const { seq } = hall.committer.state;
    const stored = () =>
      above.database.query('SELECT stored_seq FROM stream WHERE centre_id = $1', [
        sending.centreId,
      ]);
    await expect.poll(stored, { timeout: 15_000 }).toEqual([{ stored_seq: seq }]);
    expect(await sending.alarms()).toEqual([ring]);
  },
);

test('[LOG-4] the alarm rings anew while it is so, and stays cleared when it is not', async () => {
  const { database } = above;
  const clear = () =>
    database.query('UPDATE alarm SET cleared_at = 1 WHERE centre_id = $1', [sending.centreId]);
  const ring = [{ kind: 'altered', seq: 20 }];
  sending.scrub.start();
  spoil(folder.path, `UPDATE event SET actor = actor || 'x' WHERE seq = 20`);
  await expect.poll(() => sending.alarms(), { timeout: 20_000 }).toEqual(ring);
  await clear();
  await expect.poll(() => sending.alarms(), { timeout: 20_000 }).toEqual(ring);
  spoil(folder.path, `UPDATE event SET actor = rtrim(actor, 'x') WHERE seq = 20`);
  await expect.poll(() => sending.scrub.altered, { timeout: 20_000 }).toBe(null);
  const posts = sending.posts.length;
  await expect.poll(() => sending.posts.length, { timeout: 20_000 }).toBeGreaterThan(posts + 1);
  await clear();
  await expect.poll(() => sending.posts.length, { timeout: 20_000 }).toBeGreaterThan(posts + 3);
  expect(await sending.alarms()).toEqual([]);
});

/** What is not sent yet. */
const UNSENT: readonly (readonly [what: string, sql: string, kinds: readonly string[]])[] = [
  ['another body', `UPDATE event SET body = CAST('{}' AS BLOB) WHERE seq = 45`, ['fork']],
  ['no body', `UPDATE event SET body = CAST('x' AS BLOB) WHERE seq = 45`, []],
  ['a part of more', 'UPDATE event SET parts = 9 WHERE seq = 45', []],
  ['no such event', 'DELETE FROM event WHERE seq = 45', []],
];

test.each(UNSENT)('[LOG-4] of what is to be sent %s: is refused, and rings', async (...unsent) => {
  const [, sql, kinds] = unsent;
  mishap = 'lost';
  for (let n = 0; n < 3; n += 1) await hall.done(takeTicket);
  sending.forwarder.look();
  await expect.poll(() => sending.states.at(-1)?.is, { timeout: 15_000 }).toBe('away');
  spoil(folder.path, sql);
  mishap = 'none';
  const stopped = { is: 'stopped', why: 'altered' };
  await expect.poll(() => sending.states.at(-1), { timeout: 15_000 }).toMatchObject(stopped);
  const rung = await sending.alarms();
  expect(rung).toContainEqual({ kind: 'altered', seq: 45 });
  expect(rung.map(({ kind }) => kind)).toEqual(['altered', ...kinds]);
});
