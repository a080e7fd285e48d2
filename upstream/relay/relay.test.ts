import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { join as enrol } from '../../node/forward/enrol.js';
import { keepCentre, makeCode } from '../centres/enrolment.js';
import { Ingest } from '../ingest/ingest.js';
import { Relay } from './relays.js';
import { StoredSource } from './source.js';
import { QueryFault, type Queries } from '../store/database.js';
import { HandTimers } from '../../tests/fixtures/doors.js';
import { scratch } from '../../tests/fixtures/log.js';
import { openStore, timers, type OpenStore } from '../../tests/upstream/opened.js';
import { openUpstream, type OpenUpstream } from '../../tests/upstream/running.js';
import { AT, Sender } from '../../tests/upstream/sender.js';

const folder = scratch();
const keyFile = join(folder.path, 'keys', 'upstream-egypt.pem');
const sender = new Sender('c-1');
let nation: OpenUpstream;
let store: OpenStore;
let ingest: Ingest;
beforeAll(async () => {
  nation = await openUpstream({ id: 'egypt' });
  store = await openStore('embedded');
  ingest = new Ingest(store.database, timers);
  const about = { name: { ar: 'م', en: 'C' }, zone: 'Africa/Cairo', logKey: sender.logKey };
  const place = { centreId: 'c-1', governorateId: 'ismailia', relayed: false, now: AT };
  await keepCentre(store.database, about, place);
  const { database, now } = nation.upstream;
  const relay = { senderId: 'relay/ismailia', governorateId: 'ismailia' };
  const { code } = await makeCode(database, relay, now());
  const way = { url: nation.url, ca: null, proxy: null };
  const own = { directory: folder.path, upstreamId: 'egypt', way };
  await enrol(own, { kind: 'relay', id: 'ismailia' }, code);
});
afterAll(async () => {
  await store.remove();
  await nation.close();
  folder.remove();
});

const hand = new HandTimers(50);
let clock = AT;

/** The way to the nation, or to where nobody listens. */
const relayOf = (url: string, queries: Queries, lines: string[] = []): Relay => {
  const settings = { ...nation.upstream.settings, id: 'ismailia', data: folder.path };
  const journal = pino({ base: null, timestamp: false }, { write: (line) => lines.push(line) });
  const parts = { settings, queries, timers: hand, now: () => clock, random: () => 0, journal };
  return new Relay(parts, { id: 'egypt', url, ca: null, proxy: null });
};

const send = async (): Promise<void> => {
  const from = sender.rows.length + 1;
  sender.write(2);
  const taken = await ingest.take(sender.arrived(sender.post(from)));
  expect(taken.refused).toBe(null);
};

const storedAbove = async (): Promise<number | undefined> => {
  const rows = await nation.upstream.database.query<{ seq: number }>(
    'SELECT stored_seq AS seq FROM stream',
  );
  return rows[0]?.seq;
};

test('a fault of the own store holds passing on up, and does not end it', async () => {
  const { database } = store;
  let isBroken = false;
  let faults = 0;
  const queries: Queries = {
    query: (sql, values) => {
      if (!isBroken) return database.query(sql, values);
      faults += 1;
      return Promise.reject(new QueryFault('the server was shut down', '57P01'));
    },
  };
  await send();
  const relay = relayOf(nation.url, queries);
  await expect.poll(storedAbove, { timeout: 15_000 }).toBe(2);
  await expect.poll(() => relay.waiting, { timeout: 15_000 }).toEqual([]);
  isBroken = true;
  await send();
  relay.stored(['c-1']);
  await expect.poll(() => faults, { timeout: 15_000 }).toBeGreaterThan(0);
  expect(relay.waiting).not.toEqual([]);
  isBroken = false;
  await expect.poll(storedAbove, { timeout: 15_000 }).toBe(4);
  await expect.poll(() => relay.waiting, { timeout: 15_000 }).toEqual([]);
  await relay.stop();
});

test('a key that cannot be read holds passing on up, and ends nothing else', async () => {
  const key = readFileSync(keyFile);
  writeFileSync(keyFile, 'damaged');
  const lines: string[] = [];
  const relay = relayOf(nation.url, store.database, lines);
  await expect.poll(() => lines.length).toBe(1);
  expect(JSON.parse(lines[0]!)).toMatchObject({ level: 50, upstream: 'egypt' });
  await send();
  writeFileSync(keyFile, key);
  hand.come(10_000);
  await expect.poll(storedAbove, { timeout: 15_000 }).toBe(sender.rows.length);
  await relay.stop();
});

/** A centre of the governorate with so many events. */
const centreWith = async (id: string, events: number): Promise<Sender> => {
  const own = new Sender(id);
  const about = { name: { ar: 'م', en: 'C' }, zone: 'Africa/Cairo', logKey: own.logKey };
  const place = { centreId: id, governorateId: 'ismailia', relayed: false, now: AT };
  await keepCentre(store.database, about, place);
  for (let n = 0; n < events; n += 1) own.write(1);
  await ingest.take(own.arrived(own.post(1)));
  return own;
};

const above = (sql: string) => nation.upstream.database.query(sql);

test('events that are gone here are not stepped over, and ring above, once', async () => {
  const own = await centreWith('c-late', 20);
  const { database } = store;
  await database.query(`DELETE FROM event WHERE centre_id = 'c-late' AND seq BETWEEN 5 AND 12`);
  const lines: string[] = [];
  let looks = 0;
  const queries: Queries = {
    query: (sql, values) => {
      if (sql.includes('ORDER BY ordinal')) looks += 1;
      return database.query(sql, values);
    },
  };
  const relay = relayOf(nation.url, queries, lines);
  const stored = () => above(`SELECT stored_seq AS n FROM stream WHERE centre_id = 'c-late'`);
  const told = () => lines.filter((line) => line.includes('centreId'));
  await expect.poll(() => told().length, { timeout: 15_000 }).toBeGreaterThan(0);
  expect(told().map((line) => JSON.parse(line) as object)).toMatchObject([
    { centreId: 'c-late', why: 'behind', stream: own.stream, from: 5 },
  ]);
  expect(await stored()).toEqual([{ n: 4 }]);
  const centre = () => above(`SELECT missing FROM centre WHERE centre_id = 'c-late'`);
  expect(await centre()).toEqual([{ missing: 16 }]);
  // It is tried again, and told once.
  const before = looks;
  await expect.poll(() => looks, { timeout: 15_000 }).toBeGreaterThan(before + 3);
  await relay.stop();
  expect(told()).toHaveLength(1);
  expect(await above('SELECT centre_id, kind, stream, seq, times FROM alarm')).toEqual([
    { centre_id: 'c-late', kind: 'gone', stream: own.stream, seq: 5, times: 1 },
  ]);
  await database.query(`DELETE FROM centre WHERE centre_id = 'c-late'`);
});

test('an event that was changed here before it was passed on rings above', async () => {
  const { database } = store;
  const own = await centreWith('c-changed', 20);
  const change = (from: string, to: string) =>
    database.query(
      `UPDATE event SET actor = $2 WHERE centre_id = 'c-changed' AND seq = 7 AND actor = $1`,
      [from, to],
    );
  await change('c1', 'nobody');
  const relay = relayOf(nation.url, database);
  const rung = () => above(`SELECT kind, stream, seq FROM alarm WHERE centre_id = 'c-changed'`);
  const altered = { kind: 'altered', stream: own.stream, seq: 7 };
  await expect.poll(rung, { timeout: 15_000 }).toContainEqual(altered);
  const why = 'altered';
  const waiting = { upstream: 'egypt', centreId: 'c-changed', why };
  await expect.poll(() => relay.waiting, { timeout: 15_000 }).toEqual([waiting]);
  // And it goes on when the store holds again.
  await change('nobody', 'c1');
  await expect.poll(() => relay.waiting, { timeout: 15_000 }).toEqual([]);
  expect(await above(`SELECT stored_seq AS n FROM stream WHERE centre_id = 'c-changed'`)).toEqual([
    { n: 20 },
  ]);
  await relay.stop();
  await database.query(`DELETE FROM centre WHERE centre_id = 'c-changed'`);
});

test('what a centre says of its log is passed on until it says so no more', async () => {
  const { database } = store;
  const own = await centreWith('c-told', 5);
  const damage = { is: 'altered', stream: own.stream, seq: 3 } as const;
  await ingest.take(own.arrived({ ...own.post(6), damage }));
  const relay = relayOf(nation.url, database);
  const rung = () => above(`SELECT kind, seq, cleared_at FROM alarm WHERE centre_id = 'c-told'`);
  const open = { kind: 'altered', seq: 3, cleared_at: null };
  await expect.poll(rung, { timeout: 15_000 }).toEqual([open]);
  const clear = () => above(`UPDATE alarm SET cleared_at = 1 WHERE centre_id = 'c-told'`);
  await clear();
  await expect.poll(rung, { timeout: 15_000 }).toEqual([open]);
  await ingest.take({ ...own.arrived({ ...own.post(6), at: AT + 1 }), at: AT + 1 });
  const heard = () => above(`SELECT heard_at FROM centre WHERE centre_id = 'c-told'`);
  await expect.poll(heard, { timeout: 15_000 }).toEqual([{ heard_at: AT + 1 }]);
  await clear();
  const count = () => above(`SELECT times FROM alarm WHERE centre_id = 'c-told'`);
  const before = await count();
  await send();
  relay.stored(['c-1', 'c-told']);
  await expect.poll(() => relay.waiting, { timeout: 15_000 }).toEqual([]);
  expect(await count()).toEqual(before);
  await relay.stop();
  await database.query(`DELETE FROM centre WHERE centre_id = 'c-told'`);
});

test('to be behind may pass after a restore: it is an error only when it lasts', async () => {
  const own = await centreWith('c-short', 6);
  const { database } = store;
  const lines: string[] = [];
  const first = relayOf(nation.url, database);
  const stored = () => above(`SELECT stored_seq AS n FROM stream WHERE centre_id = 'c-short'`);
  await expect.poll(stored, { timeout: 15_000 }).toEqual([{ n: 6 }]);
  await first.stop();
  await database.query(`DELETE FROM event WHERE centre_id = 'c-short' AND seq > 3`);
  await database.query(
    `UPDATE stream SET stored_seq = 3, stored_hash = decode($1, 'hex')
     WHERE centre_id = 'c-short'`,
    [own.hashes[3]!.toString('hex')],
  );
  const relay = relayOf(nation.url, database, lines);
  const told = () =>
    lines.filter((line) => line.includes('centreId')).map((line) => JSON.parse(line) as object);
  const WARN = { level: 40, centreId: 'c-short', why: 'behind' };
  await expect.poll(told, { timeout: 15_000 }).toMatchObject([WARN]);
  clock += 10 * 60_000;
  await expect.poll(told, { timeout: 15_000 }).toMatchObject([WARN, { ...WARN, level: 50 }]);
  await relay.stop();
  await database.query(`DELETE FROM centre WHERE centre_id = 'c-short'`);
  await above(`DELETE FROM alarm`);
});

test('a centre that is refused above holds up no other, and is named', async () => {
  const { database } = store;
  await centreWith('c-0', 1);
  await centreWith('c-2', 1);
  await database.query(`UPDATE centre SET log_key = 'dawr/x+1+x' WHERE centre_id = 'c-0'`);
  await database.query(`UPDATE centre SET missing = 3 WHERE centre_id = 'c-2'`);
  const relay = relayOf(nation.url, database);
  const refused = { upstream: 'egypt', centreId: 'c-0', why: 'malformed' };
  await expect.poll(() => relay.waiting, { timeout: 15_000 }).toEqual([refused]);
  // What is not even here is not there.
  expect(await above(`SELECT missing FROM centre WHERE centre_id = 'c-2'`)).toEqual([
    { missing: 3 },
  ]);
  await database.query(`UPDATE centre SET revoked_at = 1 WHERE centre_id = 'c-0'`);
  hand.come(10_000);
  await expect.poll(() => relay.waiting, { timeout: 15_000 }).toEqual([]);
  await relay.stop();
});

test('how the way stands is told when it changes, and that it passes again', async () => {
  const { database } = store;
  const lines: string[] = [];
  const told = () =>
    lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .map(({ level, state, why, centreId, msg }) => [level, state ?? centreId, why ?? msg]);
  const key = readFileSync(keyFile);
  rmSync(keyFile);
  const relay = relayOf(nation.url, database, lines);
  await expect.poll(told).toEqual([[40, 'stopped', 'unknown']]);
  expect(relay.status.state).toEqual({ is: 'stopped', why: 'unknown' });
  writeFileSync(keyFile, key);
  await database.query(`UPDATE centre SET governorate_id = 'suez' WHERE centre_id = 'c-2'`);
  hand.come(10_000);
  const live = [30, 'live', 'the way to an upstream has changed'];
  await expect.poll(told, { timeout: 15_000 }).toContainEqual(live);
  const elsewhere = told().find(([, centreId]) => centreId === 'c-2');
  expect(elsewhere?.[2]).toContain('it is not of ismailia');
  expect(elsewhere?.[2]).toContain('here it is of suez');
  const revoke = (at: string) =>
    above(`UPDATE centre SET revoked_at = ${at} WHERE centre_id = 'c-1'`);
  await revoke('1');
  nation.upstream.senders.forget('c-1');
  relay.stored(['c-1']);
  await expect.poll(told, { timeout: 15_000 }).toContainEqual([50, 'c-1', 'revoked']);
  await revoke('NULL');
  nation.upstream.senders.forget('c-1');
  const again = [30, 'c-1', 'a centre is passed on again'];
  await expect.poll(told, { timeout: 15_000 }).toContainEqual(again);
  const before = lines.length;
  await relay.stop();
  const lost = relayOf('http://127.0.0.1:1', database, lines);
  await expect.poll(told).toContainEqual([30, 'away', 'ECONNREFUSED']);
  hand.come(10_000);
  await lost.stop();
  // While nobody above was reached, nothing is known to be there.
  expect(lost.waiting).not.toEqual([]);
  expect(told().slice(before)).toEqual([[30, 'away', 'ECONNREFUSED']]);
  await database.query(`UPDATE centre SET governorate_id = 'ismailia' WHERE centre_id = 'c-2'`);
});

test('a stream whose events are not kept any more is still known by its end', async () => {
  const { database } = store;
  const end = sender.rows.length;
  await database.query('DELETE FROM event');
  const part = await new StoredSource(database, 'c-1').from(sender.stream, end + 1);
  expect(part).toMatchObject({ previous: sender.hashes[end]!.toString('hex'), events: [] });
});
