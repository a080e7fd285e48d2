import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EventsPost } from '../../core/protocol/upstream.js';
import { MINUTE_MS } from '../../core/time.js';
import { timers } from '../../tests/upstream/opened.js';
import { AT, Sender } from '../../tests/upstream/sender.js';
import { KINDS, STORES, type TestStore } from '../../tests/upstream/stores.js';
import type { Database } from '../store/database.js';
import { migrate } from '../store/schema.js';
import { Ingest, type Taken } from './ingest.js';

const LIVE = { open: true, waiting: 3, serving: 1, counters: 2 };

let store: TestStore;
let database: Database;
let ingest: Ingest;

const send = (sender: Sender, post: EventsPost, by = ingest): Promise<Taken> =>
  by.take(sender.arrived(post));

/** A centre that sent so many events. */
const begun = async (centreId: string, count: number): Promise<Sender> => {
  await database.query(
    `INSERT INTO centre (centre_id, governorate_id, name_ar, name_en, zone, log_key, enrolled_at,
     relayed, missing) VALUES ($1, 'x', 'x', 'x', 'Africa/Cairo', 'x', 0, false, 0)`,
    [centreId],
  );
  const sender = new Sender(centreId);
  for (let n = 0; n < count; n += 1) sender.write(1);
  await send(sender, sender.post(1));
  return sender;
};

/** Another log of the centre, restored from a copy with so many events. */
const restoredFrom = ({ centreId, stream, hashes }: Sender, seq: number): Sender => {
  const previousHash = hashes[seq]!.toString('hex');
  const next = new Sender(centreId, { previousStream: stream, previousSeq: seq, previousHash });
  next.write(1);
  return next;
};

const rings = async (sender: Sender): Promise<string[]> => {
  const rows = await database.query<{ kind: string }>(
    'SELECT kind FROM alarm WHERE centre_id = $1 ORDER BY kind',
    [sender.centreId],
  );
  return rows.map(({ kind }) => kind);
};
const told = (sender: Sender) =>
  database.query('SELECT heard_at, live FROM centre WHERE centre_id = $1', [sender.centreId]);
const stored = async (sender: Sender): Promise<number | undefined> => {
  const [row] = await database.query<{ seq: number }>(
    'SELECT stored_seq AS seq FROM stream WHERE centre_id = $1 AND stream = $2',
    [sender.centreId, sender.stream],
  );
  return row?.seq;
};

describe.each(KINDS)('streams of a centre on %s', (kind) => {
  beforeAll(async () => {
    store = await STORES[kind]();
    ({ database } = store);
    await migrate(database);
    ingest = new Ingest(database, timers);
  });
  afterAll(() => store.remove());

  test('an old machine that goes on after a restore is refused and rings', async () => {
    const old = await begun('c-old', 9);
    const next = restoredFrom(old, 5);
    await send(next, next.post(1));
    const before = await told(old);
    old.write(1);
    const more = { ...old.post(10), at: AT + MINUTE_MS, live: LIVE };
    const arrived = { ...old.arrived(more), at: AT + MINUTE_MS };
    expect(await ingest.take(arrived)).toMatchObject({ refused: 'fork' });
    expect(await ingest.take({ ...arrived, relayed: true })).toMatchObject({ refused: 'fork' });
    expect(await told(old)).toEqual(before);
    // What came before the restore stays.
    expect(await stored(old)).toBe(9);
    expect(await rings(old)).toEqual(['fork', 'restored']);
    next.write(1);
    expect((await send(next, next.post(2))).refused).toBe(null);
  });

  test('an old machine that has nothing to send rings too, a late post does not', async () => {
    const old = await begun('c-idle', 9);
    const next = restoredFrom(old, 9);
    await send(next, next.post(1));
    const idle = { ...old.post(10), live: LIVE };
    for (const post of [idle, old.post(1), old.post(4, 6)]) {
      expect(await send(old, post)).toMatchObject({ refused: null, stored: old.stored(9) });
    }
    expect(await rings(old)).toEqual(['restored']);
    const at = AT + 10 * MINUTE_MS + 1;
    const later = { ...old.arrived({ ...idle, at }), at };
    expect((await ingest.take({ ...later, relayed: true })).refused).toBe(null);
    await ingest.take({ ...next.arrived({ ...next.post(2), at: at + 1 }), at: at + 1 });
    const before = await told(old);
    expect(before).toEqual([{ heard_at: at + 1, live: null }]);
    expect(await ingest.take(later)).toMatchObject({ refused: 'fork' });
    expect(await told(old)).toEqual(before);
    expect(await rings(old)).toEqual(['fork', 'restored']);
  });

  test('a stream that ended may still bring what the store lacked of it', async () => {
    const old = await begun('c-lacks', 5);
    const early = restoredFrom(old, 5);
    await send(early, early.post(1));
    for (let n = 0; n < 4; n += 1) old.write(1);
    const rest = { ...old.post(6), ended: true };
    expect(await send(old, rest)).toMatchObject({ refused: null, stored: old.stored(9) });
    const later = restoredFrom(old, 9);
    expect(await send(later, later.post(1))).toMatchObject({ refused: null });
    expect(await rings(old)).toEqual(['restored', 'restored']);
    // Now the first one goes on, which nobody counts any more.
    early.write(1);
    expect(await send(early, early.post(2))).toMatchObject({ refused: 'fork' });
  });

  test('of two machines restored from one copy the later goes on, the first rings', async () => {
    const old = await begun('c-twins', 9);
    const [one, other] = [restoredFrom(old, 9), restoredFrom(old, 9)];
    const both = await Promise.all([one, other].map((some) => send(some, some.post(1))));
    expect(both.map(({ refused }) => refused)).toEqual([null, null]);
    expect(await rings(old)).toEqual(['restored', 'restored']);
    for (const sender of [one, other]) sender.write(1);
    expect(await send(one, one.post(2))).toMatchObject({ refused: 'fork' });
    expect(await send(other, other.post(2))).toMatchObject({ refused: null });
    expect(await rings(old)).toEqual(['fork', 'restored', 'restored']);
  });

  test('of two first streams in one window the second is a fork', async () => {
    const [one, other] = [new Sender('c-two'), new Sender('c-two')];
    for (const sender of [one, other]) sender.write(2);
    const both = await Promise.all([send(one, one.post(1)), send(other, other.post(1))]);
    expect(both.map(({ refused }) => refused)).toEqual([null, 'fork']);
    expect(await rings(one)).toEqual(['fork']);
    expect(await stored(other)).toBe(undefined);
  });

  test('a stream that says nonsense of what it follows is a fork, and no more', async () => {
    const centre = new Sender('c-nonsense');
    centre.write(1);
    await send(centre, centre.post(1));
    const [stream, previousHash] = [centre.stream, centre.hashes[1]!.toString('hex')];
    for (const [previousStream, previousSeq] of [
      ...([
        [{}, 1],
        [[stream], 1],
        [7, 1],
        ['\u0000', 1],
        [`${stream}x`, 1],
      ] as const),
      ...([
        [stream, {}],
        [stream, '1'],
        [stream, 1.5],
        [stream, 2 ** 63],
      ] as const),
    ]) {
      const other = new Sender('c-nonsense', { previousStream, previousSeq, previousHash });
      other.write(1);
      expect(await send(other, other.post(1))).toMatchObject({ refused: 'fork', stored: null });
    }
    expect(await stored(centre)).toBe(1);
  });

  test('a restored stream is taken in one window with the end that it names', async () => {
    const old = await begun('c-window', 3);
    for (let n = 0; n < 3; n += 1) old.write(1);
    const next = restoredFrom(old, 6);
    next.write(1);
    const both = await Promise.all([
      send(old, { ...old.post(4), ended: true }),
      send(next, next.post(1)),
    ]);
    expect(both.map(({ refused }) => refused)).toEqual([null, null]);
    expect(await rings(old)).toEqual(['restored']);
    const streams = await database.query(
      `SELECT stream, ordinal, stored_seq, follows, follows_seq FROM stream
       WHERE centre_id = 'c-window' ORDER BY ordinal`,
    );
    expect(streams).toEqual([
      { stream: old.stream, ordinal: 1, stored_seq: 6, follows: null, follows_seq: null },
      { stream: next.stream, ordinal: 2, stored_seq: 2, follows: old.stream, follows_seq: 6 },
    ]);
  });
});

test('of two first streams at two receivers one is taken, and the other rings', async () => {
  const own = await STORES.postgresql();
  ({ database } = own);
  await migrate(database);
  const second = await own.again();
  const [here, there] = [new Ingest(database, timers), new Ingest(second, timers)];
  for (let n = 0; n < 20; n += 1) {
    const [one, other] = [new Sender(`c-${n}`), new Sender(`c-${n}`)];
    for (const sender of [one, other]) sender.write(2);
    const both = await Promise.all([
      send(one, one.post(1), here),
      send(other, other.post(1), there),
    ]);
    expect(both.map(({ refused }) => refused).sort()).toEqual(['fork', null]);
    expect(await rings(one)).toEqual(['fork']);
  }
  await second.close();
  await own.remove();
});
