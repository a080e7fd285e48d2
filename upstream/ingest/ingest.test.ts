import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EventsPost } from '../../core/protocol/upstream.js';
import { HOUR_MS } from '../../core/time.js';
import { timers } from '../../tests/upstream/opened.js';
import { AT, Sender } from '../../tests/upstream/sender.js';
import { KINDS, STORES, type TestStore } from '../../tests/upstream/stores.js';
import type { Database } from '../store/database.js';
import { migrate } from '../store/schema.js';
import { Ingest, type Taken } from './ingest.js';
import { watchSilence } from './silence.js';

let store: TestStore;
let database: Database;
let ingest: Ingest;

const send = (sender: Sender, post: EventsPost): Promise<Taken> =>
  ingest.take(sender.arrived(post));

const kept = (sender: Sender) =>
  database.query<{ seq: number; body: string; hash: string }>(
    `SELECT seq, body, encode(hash, 'hex') AS hash FROM event
     WHERE centre_id = $1 AND stream = $2 ORDER BY seq`,
    [sender.centreId, sender.stream],
  );
const alarms = (sender: Sender) =>
  database.query<{ kind: string; seq: number; times: number }>(
    'SELECT kind, seq, times FROM alarm WHERE centre_id = $1',
    [sender.centreId],
  );

describe.each(KINDS)('ingest on %s', (kind) => {
  beforeAll(async () => {
    store = await STORES[kind]();
    ({ database } = store);
    await migrate(database);
    ingest = new Ingest(database, timers);
  });
  afterAll(() => store.remove());

  test('events are kept once, byte for byte, in whatever pieces they come', async () => {
    const centre = new Sender('c-once');
    for (let n = 0; n < 40; n += 1) centre.write(1 + (n % 3), `دور ${n} "\\ \u0007`);
    const all = centre.rows.length;
    const cut = centre.rows.findIndex(([, , , part], index) => index > 30 && part === 1);
    expect(await send(centre, centre.post(1, cut))).toMatchObject({
      refused: null,
      stored: centre.stored(cut),
    });
    const both = await Promise.all([
      send(centre, centre.post(1, cut)),
      send(centre, centre.post(1)),
    ]);
    expect(both.map(({ stored }) => stored?.seq)).toEqual([all, all]);
    expect(await send(centre, centre.post(all + 1))).toMatchObject({
      refused: null,
      stored: centre.stored(all),
    });
    const rows = await kept(centre);
    expect(rows.map(({ body }) => body)).toEqual(centre.rows.map((row) => row[8]));
    expect(rows.at(-1)?.hash).toBe(centre.hashes.at(-1)?.toString('hex'));
    expect(await alarms(centre)).toEqual([]);
  });

  test('a post that comes late, again or out of order tells of no loss', async () => {
    const centre = new Sender('c-late');
    for (let n = 0; n < 4; n += 1) centre.write(1);
    const [first, empty] = [centre.post(1), centre.post(5)];
    for (let n = 0; n < 4; n += 1) centre.write(1);
    const whole = centre.post(1);
    for (const post of [whole, first, empty, whole, empty, first]) {
      expect(await send(centre, post)).toMatchObject({ refused: null, stored: centre.stored(8) });
    }
    await Promise.all([empty, first, whole].map((post) => send(centre, post)));
    expect(await alarms(centre)).toEqual([]);
  });

  test('a gap is refused, with what is stored', async () => {
    const centre = new Sender('c-gap');
    for (let n = 0; n < 9; n += 1) centre.write(1);
    await send(centre, centre.post(1, 3));
    expect(await send(centre, centre.post(5))).toMatchObject({
      refused: 'gap',
      stored: centre.stored(3),
    });
    const none = new Sender('c-none');
    expect(await send(none, none.post(1))).toMatchObject({
      refused: null,
      stored: null,
    });
  });

  test('a log that was written anew is refused and rings, once for each place', async () => {
    const centre = new Sender('c-fork');
    for (let n = 0; n < 9; n += 1) centre.write(1);
    await send(centre, centre.post(1, 6));
    centre.rows.length = 4;
    centre.hashes.length = 5;
    for (let n = 0; n < 5; n += 1) centre.write(1, 'other');
    for (let n = 0; n < 2; n += 1) {
      expect((await send(centre, centre.post(5))).refused).toBe('fork');
    }
    expect((await send(centre, centre.post(7))).refused).toBe('fork');
    // Written anew so that a request lies across the end of what is stored.
    centre.rows.length = 5;
    centre.hashes.length = 6;
    centre.write(3);
    expect((await send(centre, centre.post(7))).refused).toBe('fork');
    expect((await kept(centre)).length).toBe(6);
    expect(await alarms(centre)).toMatchObject([
      { kind: 'fork', seq: 5, times: 2 },
      { kind: 'fork', seq: 7, times: 2 },
    ]);
  });

  test('a post that splits a request is refused; one whose events were changed rings', async () => {
    const centre = new Sender('c-split');
    for (let n = 0; n < 4; n += 1) centre.write(3);
    expect((await send(centre, centre.post(1, 4))).refused).toBe('malformed');
    expect((await send(centre, centre.post(2, 6))).refused).toBe('malformed');
    const whole = centre.post(1, 3);
    const [first, second, third] = whole.events;
    const shorter = second!.with(4, 2) as typeof second;
    for (const events of [
      [first!, shorter!],
      [first!, shorter!, third!],
    ]) {
      expect((await send(centre, { ...whole, events })).refused).toBe('malformed');
    }
    const other = { ...centre.post(1), head: 'f'.repeat(64) };
    expect((await send(centre, other)).refused).toBe('fork');
    expect(await alarms(centre)).toEqual([{ kind: 'fork', seq: 1, times: 1 }]);
    expect(await kept(centre)).toEqual([]);
  });

  test('signed checkpoints are held against the tree of what is stored', async () => {
    const centre = new Sender('c-note');
    for (let n = 0; n < 5; n += 1) centre.write(2);
    const first = centre.note();
    await send(centre, centre.post(1, 10, [first]));
    for (let n = 0; n < 5; n += 1) centre.write(1);
    const second = centre.note();
    centre.write(1);
    await send(centre, centre.post(11, 16, [second]));
    const notes = await database.query(
      'SELECT size, note FROM checkpoint WHERE centre_id = $1 ORDER BY size',
      [centre.centreId],
    );
    expect(notes).toEqual([
      { size: 10, note: first },
      { size: 15, note: second },
    ]);
    const strange = new Sender('c-note');
    for (let n = 0; n < 16; n += 1) strange.write(1);
    await send(centre, centre.post(17, 16, [strange.note()]));
    expect(await alarms(centre)).toMatchObject([{ kind: 'checkpoint' }]);
  });

  test('a hall that falls silent rings, and is heard again', async () => {
    const centre = new Sender('c-silent');
    await database.query(
      `INSERT INTO centre (centre_id, governorate_id, name_ar, name_en, zone, log_key, enrolled_at,
       relayed, missing) VALUES ($1, 'x', 'x', 'x', 'Africa/Cairo', $2, 0, false, 0)`,
      [centre.centreId, centre.logKey],
    );
    const open = { open: true, waiting: 3, serving: 1, counters: 2 };
    for (let n = 0; n < 3; n += 1) centre.write(1);
    await send(centre, { ...centre.post(1), live: open });
    await watchSilence(database, AT + 15 * 60_000);
    expect(await alarms(centre)).toEqual([]);
    await watchSilence(database, AT + 15 * 60_000 + 1);
    await watchSilence(database, AT + 16 * 60_000);
    expect(await alarms(centre)).toEqual([{ kind: 'silent', seq: 0, times: 1 }]);
    const heard = { ...centre.post(4), live: open };
    const { centreId, logKey } = centre;
    await ingest.take({ centreId, logKey, post: heard, relayed: false, at: AT + 17 * 60_000 });
    await watchSilence(database, AT + 17 * 60_000);
    const [ended] = await database.query<{ cleared_by: string }>(
      'SELECT cleared_by FROM alarm WHERE centre_id = $1',
      [centre.centreId],
    );
    expect(ended).toEqual({ cleared_by: null });
  });

  test('what was heard by a clock that was ahead counts as heard now', async () => {
    const centre = new Sender('c-ahead');
    await database.query(
      `INSERT INTO centre (centre_id, governorate_id, name_ar, name_en, zone, log_key, enrolled_at,
       relayed, missing) VALUES ($1, 'x', 'x', 'x', 'Africa/Cairo', $2, 0, false, 0)`,
      [centre.centreId, centre.logKey],
    );
    centre.write(1);
    const open = { open: true, waiting: 3, serving: 1, counters: 2 };
    const post = { ...centre.post(1), live: open };
    await ingest.take({ ...centre.arrived(post), at: AT + 24 * HOUR_MS });
    const known = () =>
      database.query(
        `SELECT heard_at, live_since, caught_up_at FROM centre WHERE centre_id = 'c-ahead'`,
      );
    const silent = async () => (await alarms(centre)).filter(({ kind }) => kind === 'silent');
    await watchSilence(database, AT + HOUR_MS);
    const now = AT + HOUR_MS;
    expect(await known()).toEqual([{ heard_at: now, live_since: now, caught_up_at: null }]);
    expect(await silent()).toEqual([]);
    await watchSilence(database, AT + HOUR_MS + 15 * 60_000 + 1);
    expect(await silent()).toHaveLength(1);
  });

  test('a centre that lost its end, or begins anew, or has a wrong clock, rings', async () => {
    const centre = new Sender('c-rings');
    for (let n = 0; n < 9; n += 1) centre.write(1);
    await send(centre, centre.post(1));
    // It was told what is stored here, and has no such event.
    const [previous, head] = [centre.hashes[9]!.toString('hex'), centre.hashes[9]!.toString('hex')];
    const less = { ...centre.post(10), previous, head, last: 5 };
    expect(await send(centre, less)).toMatchObject({ refused: null });
    expect(await alarms(centre)).toEqual([{ kind: 'behind', seq: 5, times: 1 }]);
    // Another log of the same centre that names no event after which it goes on.
    const other = new Sender('c-rings');
    other.write(2);
    expect(await send(other, other.post(1))).toMatchObject({ refused: 'fork', stored: null });
    expect(await alarms(centre)).toContainEqual({ kind: 'fork', seq: 1, times: 1 });
    await send(centre, { ...centre.post(10), at: AT + 11 * 60_000 });
    expect(await alarms(centre)).toContainEqual({ kind: 'clock', seq: 0, times: 1 });
  });

  test('a stream that ended does not tell that all is here, nor a late post', async () => {
    const centre = new Sender('c-ended');
    await database.query(
      `INSERT INTO centre (centre_id, governorate_id, name_ar, name_en, zone, log_key, enrolled_at,
       relayed, missing) VALUES ('c-ended', 'x', 'x', 'x', 'Africa/Cairo', $1, 0, false, 7)`,
      [centre.logKey],
    );
    for (let n = 0; n < 3; n += 1) centre.write(1);
    const known = () =>
      database.query(
        `SELECT heard_at, missing, caught_up_at FROM centre WHERE centre_id = 'c-ended'`,
      );
    await send(centre, { ...centre.post(1), ended: true });
    expect(await known()).toEqual([{ heard_at: AT, missing: 7, caught_up_at: null }]);
    await send(centre, { ...centre.post(4), at: AT + 1 });
    expect(await known()).toEqual([{ heard_at: AT, missing: 0, caught_up_at: AT }]);
    // Nor does a post that comes late.
    await send(centre, { ...centre.post(4), last: 5, at: AT + 2 });
    await send(centre, { ...centre.post(1, 1), last: 1, at: AT + 3 });
    expect(await known()).toMatchObject([{ missing: 2 }]);
  });

  test('training stays at home, and a body that is no object is refused', async () => {
    const training = new Sender('c-training', { training: true });
    training.write(1);
    expect(await send(training, training.post(1))).toMatchObject({ refused: 'malformed' });
    const broken = new Sender('c-broken', 'text');
    broken.write(1);
    expect(await send(broken, broken.post(1))).toMatchObject({ refused: 'malformed' });
    expect(await kept(broken)).toEqual([]);
  });
});
