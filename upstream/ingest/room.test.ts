import { afterAll, beforeAll, expect, test } from 'vitest';
import { POST_MONTHS_MAX } from '../../core/protocol/upstream.js';
import { wholeRequests } from '../../node/forward/rows.js';
import { hashOf } from '../../chain/chain.js';
import { openStore, timers, type OpenStore } from '../../tests/upstream/opened.js';
import { Sender } from '../../tests/upstream/sender.js';
import { Ingest } from './ingest.js';

let store: OpenStore;
let ingest: Ingest;
beforeAll(async () => {
  store = await openStore('embedded');
  ingest = new Ingest(store.database, timers);
});
afterAll(() => store.remove());

/** A first post whose events are of so many months, from 1980 on. */
const ofMonths = (centreId: string, count: number) => {
  const sender = new Sender(centreId);
  for (let n = 0; n < count; n += 1) sender.write(1);
  let [head] = sender.hashes;
  const events = sender.rows.map((row, n) => {
    const day = `${1980 + Math.floor(n / 12)}-${String(1 + (n % 12)).padStart(2, '0')}-01`;
    const [, occurred_at, request, part, parts, actor, type, version, body] = row;
    const fields = { day, occurred_at, request, part, parts, actor, type, version };
    const place = { stream: sender.stream, seq: n + 1 };
    head = hashOf(head!, { ...place, ...fields, body: Buffer.from(body) });
    return row.with(0, day) as typeof row;
  });
  return sender.arrived({ ...sender.post(1), events, head: head!.toString('hex') });
};

const roomFor = (month: string) =>
  store.database.query('SELECT 1 FROM pg_class WHERE relname = $1', [`event_${month}`]);

test('room is made for what is taken alone, and for so many months of a post', async () => {
  const many = ofMonths('c-many', POST_MONTHS_MAX + 1);
  expect((await ingest.take(many)).refused).toBe('malformed');
  const forked = ofMonths('c-forked', 2);
  const post = { ...forked.post, head: 'f'.repeat(64) };
  expect((await ingest.take({ ...forked, post })).refused).toBe('fork');
  expect(await roomFor('1980_01')).toEqual([]);
  expect((await ingest.take(ofMonths('c-year', POST_MONTHS_MAX))).refused).toBe(null);
  expect(await roomFor('1980_12')).toHaveLength(1);
});

test('a log of more months is sent in more posts', () => {
  const rows = Array.from({ length: 40 }, (_, n) => ({
    ...{ day: null, occurred_at: Date.UTC(1980, n), part: 1, parts: 1, body: '{}' },
  }));
  expect(wholeRequests(rows)).toHaveLength(POST_MONTHS_MAX);
});

test('what is damaged of one centre rejects no post of another', async () => {
  const [damaged, sound] = [new Sender('c-damaged'), new Sender('c-sound')];
  damaged.write(3);
  await ingest.take(damaged.arrived(damaged.post(1)));
  await store.database.query(`UPDATE stream SET peaks = '\\x00' WHERE centre_id = 'c-damaged'`);
  for (const sender of [damaged, sound]) sender.write(1);
  const [spoilt, taken] = await Promise.allSettled([
    ingest.take(damaged.arrived(damaged.post(4))),
    ingest.take(sound.arrived(sound.post(1))),
  ]);
  expect(spoilt.status).toBe('rejected');
  expect(taken).toMatchObject({ value: { refused: null } });
});
