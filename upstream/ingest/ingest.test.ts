import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeCheckpoint } from '../../chain/checkpoint.js';
import { genesisOf, hashOf } from '../../chain/chain.js';
import { signNote, verifierKeyOf } from '../../chain/note.js';
import { Tree } from '../../chain/tree.js';
import type { EventsPost, SentRow } from '../../core/protocol/upstream.js';
import type { Database, Timers } from '../store/database.js';
import { openEmbedded } from '../store/embedded.js';
import { migrate } from '../store/schema.js';
import { Ingest, type Taken } from './ingest.js';
import { watchSilence } from './silence.js';

const folder = mkdtempSync(join(tmpdir(), 'dawr-upstream-'));
let database: Database;
let ingest: Ingest;

/** Windows close at once, and nothing happens by the hour. */
const timers: Timers = {
  after: (_, run) => {
    setImmediate(run);
    return () => undefined;
  },
  every: () => () => undefined,
};

beforeAll(async () => {
  database = await openEmbedded(join(folder, 'store'), timers, (fault) => {
    throw fault;
  });
  await migrate(database);
  ingest = new Ingest(database, timers);
}, 60_000);
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true });
});

const AT = Date.parse('2026-11-22T08:00:00Z');

/** A centre's log as its server writes it: requests of one to three events. */
class Sender {
  readonly stream = [...randomBytes(26)].map((byte) => (byte % 32).toString(32)).join('');
  readonly rows: SentRow[] = [];
  readonly hashes: Buffer[] = [genesisOf(this.stream)];
  private readonly signer;
  private readonly tree = Tree.empty();

  constructor(
    readonly centreId: string,
    private readonly first?: unknown,
  ) {
    const { privateKey } = generateKeyPairSync('ed25519');
    this.signer = { name: `dawr/${centreId}`, privateKey };
  }

  get logKey(): string {
    return verifierKeyOf(this.signer);
  }

  write(parts: number, text = 'x'): void {
    const request = randomBytes(16).toString('hex');
    for (let part = 1; part <= parts; part += 1) {
      const isFirst = this.rows.length === 0;
      const said = isFirst && this.first !== undefined ? this.first : { text, part };
      const body = JSON.stringify(said);
      const day = this.rows.length % 7 === 0 ? null : '2026-11-22';
      const type = isFirst ? 'log.started' : 'ticket.issued';
      this.append([day, AT, request, part, parts, 'c1', type, 1, body]);
    }
  }

  private append(row: SentRow): void {
    const [day, occurred_at, request, part, parts, actor, type, version, body] = row;
    this.rows.push(row);
    const seq = this.rows.length;
    const fields = { day, occurred_at, request, part, parts, actor, type, version };
    const bytes = Buffer.from(body, 'utf8');
    const hash = hashOf(this.hashes.at(-1)!, { stream: this.stream, seq, ...fields, body: bytes });
    this.hashes.push(hash);
    this.tree.append(hash);
  }

  note(): string {
    const origin = `${this.signer.name}/${this.stream}`;
    const { size } = this.tree;
    return signNote(makeCheckpoint({ origin, size, root: this.tree.root() }), this.signer);
  }

  post(from: number, to = this.rows.length, notes: readonly string[] = []): EventsPost {
    return {
      ...{ stream: this.stream, from, notes: [...notes], at: AT, live: null },
      ...{ last: this.rows.length, ended: false },
      previous: this.hashes[from - 1]!.toString('hex'),
      head: this.hashes[to]!.toString('hex'),
      events: this.rows.slice(from - 1, to),
    };
  }

  send(post: EventsPost): Promise<Taken> {
    return ingest.take({
      centreId: this.centreId,
      logKey: this.logKey,
      post,
      relayed: false,
      at: AT,
    });
  }

  /** What a stream has when so many events of it are stored. */
  stored(seq: number): Taken['stored'] {
    return { seq, hash: this.hashes[seq]!.toString('hex') };
  }
}

const kept = (sender: Sender) =>
  database.query<{ seq: number; body: string; hash: string }>(
    `SELECT seq, body, encode(hash, 'hex') AS hash FROM event
     WHERE centre_id = $1 AND stream = $2 ORDER BY seq`,
    [sender.centreId, sender.stream],
  );
const alarms = (sender: Sender) =>
  database.query('SELECT kind, seq, times FROM alarm WHERE centre_id = $1', [sender.centreId]);

test('events are kept once, byte for byte, in whatever pieces they come', async () => {
  const centre = new Sender('c-once');
  for (let n = 0; n < 40; n += 1) centre.write(1 + (n % 3), `دور ${n} "\\ \u0007`);
  const all = centre.rows.length;
  const cut = centre.rows.findIndex(([, , , part], index) => index > 30 && part === 1);
  expect(await centre.send(centre.post(1, cut))).toMatchObject({
    refused: null,
    stored: centre.stored(cut),
  });
  const both = await Promise.all([centre.send(centre.post(1, cut)), centre.send(centre.post(1))]);
  expect(both.map(({ stored }) => stored?.seq)).toEqual([all, all]);
  expect(await centre.send(centre.post(all + 1))).toMatchObject({
    refused: null,
    stored: centre.stored(all),
  });
  const rows = await kept(centre);
  expect(rows.map(({ body }) => body)).toEqual(centre.rows.map((row) => row[8]));
  expect(rows.at(-1)?.hash).toBe(centre.hashes.at(-1)?.toString('hex'));
  expect(await alarms(centre)).toEqual([]);
});

test('a gap is refused, with what is stored', async () => {
  const centre = new Sender('c-gap');
  for (let n = 0; n < 9; n += 1) centre.write(1);
  await centre.send(centre.post(1, 3));
  expect(await centre.send(centre.post(5))).toMatchObject({
    refused: 'gap',
    stored: centre.stored(3),
  });
  expect(await centre.send(new Sender('c-none').post(1))).toMatchObject({
    refused: null,
    stored: null,
  });
});

test('a log that was written anew is refused and rings, once for each place', async () => {
  const centre = new Sender('c-fork');
  for (let n = 0; n < 9; n += 1) centre.write(1);
  await centre.send(centre.post(1, 6));
  centre.rows.length = 4;
  centre.hashes.length = 5;
  for (let n = 0; n < 5; n += 1) centre.write(1, 'other');
  for (let n = 0; n < 2; n += 1) {
    expect((await centre.send(centre.post(5))).refused).toBe('fork');
  }
  expect((await centre.send(centre.post(7))).refused).toBe('fork');
  expect((await kept(centre)).length).toBe(6);
  expect(await alarms(centre)).toMatchObject([
    { kind: 'fork', seq: 5, times: 2 },
    { kind: 'fork', seq: 7, times: 1 },
  ]);
});

test('a post that splits a request, or whose head is not its own, is refused', async () => {
  const centre = new Sender('c-split');
  for (let n = 0; n < 4; n += 1) centre.write(3);
  expect((await centre.send(centre.post(1, 4))).refused).toBe('malformed');
  expect((await centre.send(centre.post(2, 6))).refused).toBe('malformed');
  const other = { ...centre.post(1), head: 'f'.repeat(64) };
  expect((await centre.send(other)).refused).toBe('malformed');
  expect(await kept(centre)).toEqual([]);
});

test('signed checkpoints are held against the tree of what is stored', async () => {
  const centre = new Sender('c-note');
  for (let n = 0; n < 5; n += 1) centre.write(2);
  const first = centre.note();
  await centre.send(centre.post(1, 10, [first]));
  for (let n = 0; n < 5; n += 1) centre.write(1);
  const second = centre.note();
  centre.write(1);
  await centre.send(centre.post(11, 16, [second]));
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
  await centre.send(centre.post(17, 16, [strange.note()]));
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
  await centre.send({ ...centre.post(1), live: open });
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
  expect(ended).toEqual({ cleared_by: 'heard' });
});

test('a centre that lost its end, or begins anew, or has a wrong clock, rings', async () => {
  const centre = new Sender('c-rings');
  for (let n = 0; n < 9; n += 1) centre.write(1);
  await centre.send(centre.post(1));
  // A copy from before goes on under the same stream.
  expect(await centre.send({ ...centre.post(6, 5), last: 5 })).toMatchObject({ refused: null });
  expect(await alarms(centre)).toEqual([{ kind: 'behind', seq: 5, times: 1 }]);
  // Another log of the same centre that names no event after which it goes on.
  const other = new Sender('c-rings');
  other.write(2);
  expect(await other.send(other.post(1))).toMatchObject({ refused: 'fork', stored: null });
  expect(await alarms(centre)).toContainEqual({ kind: 'fork', seq: 1, times: 1 });
  await centre.send({ ...centre.post(10), at: AT + 11 * 60_000 });
  expect(await alarms(centre)).toContainEqual({ kind: 'clock', seq: 0, times: 1 });
});

test('training stays at home, and a body that is no object is refused', async () => {
  const training = new Sender('c-training', { training: true });
  training.write(1);
  expect(await training.send(training.post(1))).toMatchObject({ refused: 'malformed' });
  const broken = new Sender('c-broken', 'text');
  broken.write(1);
  expect(await broken.send(broken.post(1))).toMatchObject({ refused: 'malformed' });
  expect(await kept(broken)).toEqual([]);
});
