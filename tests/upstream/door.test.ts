import { generateKeyPairSync } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, afterEach, expect, test } from 'vitest';
import { signRequest, SIGNATURE_HEADER } from '../../chain/request.js';
import { genesisOf } from '../../chain/chain.js';
import { rowsFrom } from '../../server/log/read.js';
import { join, rekey, type Place } from '../../node/forward/enrol.js';
import { RequestKey } from '../../node/forward/requestkey.js';
import { bodyOf } from '../../server/hub/screens.js';
import { ownOf } from '../../server/upstream/own.js';
import { makeCode, revoke } from '../../upstream/centres/enrolment.js';
import { Senders } from '../../upstream/centres/senders.js';
import { HandTimers, openDoors, type Doors } from '../fixtures/doors.js';
import { openUpstream, type OpenUpstream } from './running.js';

let upstream: OpenUpstream;
beforeAll(async () => (upstream = await openUpstream()));
afterAll(() => upstream.close());

let hall: Doors;
let place: Place;
let centreId: string;
beforeEach(async () => {
  const way = { id: 'gov', url: upstream.url, ca: null, proxy: null };
  hall = await openDoors({ upstreams: [way], staff: false, timers: new HandTimers(100) });
  centreId = hall.centre.configuration().centre.id;
  place = { directory: hall.data, upstreamId: 'gov', way };
});
afterEach(async () => {
  await hall.close();
  for (const table of ['event', 'stream', 'alarm', 'centre', 'centre_key', 'enrolment']) {
    await upstream.upstream.database.query(`DELETE FROM ${table}`);
  }
});

const enrol = (code: string): Promise<unknown> =>
  join(place, ownOf(hall.data, hall.centre.configuration().centre), code);

const codeOf = async (): Promise<string> => {
  const { database, now } = upstream.upstream;
  const place = { senderId: centreId, governorateId: 'ismailia' };
  return (await makeCode(database, place, now())).code;
};

const stored = async (): Promise<readonly { seq: number; body: string; hash: string }[]> =>
  upstream.upstream.database.query(
    `SELECT seq, body, encode(hash, 'hex') AS hash FROM event ORDER BY seq`,
  );

const own = () =>
  [...rowsFrom(hall.centre.store.database)].map(({ seq, body, hash }) => {
    return { seq, body: body.toString('utf8'), hash: hash.toString('hex') };
  });

const state = () => hall.centre.upstreams.status()[0]?.state;
/** The forwarder has gone on until it says so. */
const until = (is: string) => expect.poll(() => state()?.is, { timeout: 15_000 }).toBe(is);

test('a centre enrols with its code, and all that it has arrives, then and later', async () => {
  await until('stopped');
  await enrol(await codeOf());
  await until('live');
  expect(await stored()).toEqual(own());
  await hall.centre.log.askAsServer({ type: 'stopPaper', kioskId: null });
  await expect.poll(stored, { timeout: 15_000 }).toEqual(own());
  const bodies = await upstream.upstream.database.query<{ body: string | null }>(
    'SELECT body FROM configuration',
  );
  expect(bodies.length).toBeGreaterThan(0);
  expect(bodies.every(({ body }) => body !== null)).toBe(true);
});

test('a centre in no time zone does not enrol: its days could not be told', async () => {
  const own = ownOf(hall.data, hall.centre.configuration().centre);
  const code = await codeOf();
  await expect(join(place, { ...own, zone: 'Nowhere/At' }, code)).rejects.toThrow(
    'was not understood',
  );
  await enrol(code);
});

test('what is done in training goes to nobody', async () => {
  const { upstreams } = hall.centre.settings;
  const training = await openDoors({ upstreams, staff: false, training: true });
  expect(training.centre.upstreams.status()).toEqual([]);
  await training.close();
});

/** Another receiver of the same store, with a clock that is moved by hand. */
const otherReceiver = () => {
  const { database, now } = upstream.upstream;
  const time = { at: now() };
  const senders = new Senders(database, () => time.at);
  const request = { method: 'POST', path: '/', body: Buffer.alloc(0) };
  /** Whether what this key signs is of a centre that was revoked; `undefined` for a stranger's. */
  const isRevoked = async (signer = new RequestKey(hall.data, 'gov', centreId).signer()!) =>
    (await senders.signedBy(centreId, request, signRequest(request, signer)))?.revoked;
  return { time, isRevoked };
};

test('a code is good once, for its centre, and the same again is harmless', async () => {
  const code = await codeOf();
  await expect(enrol('AAAA-BBBB-CCCC')).rejects.toThrow('the code is not the newest one');
  await enrol(code);
  // Another key with the same code is somebody else.
  await expect(enrol(code)).rejects.toThrow('the code is not the newest one');
  await until('live');
});

test('a new key takes over, and the old one ends with its first use', async () => {
  await enrol(await codeOf());
  await until('live');
  const before = new RequestKey(hall.data, 'gov', centreId).signer()!;
  const other = otherReceiver();
  expect(await other.isRevoked()).toBe(false);
  // The data centre's clock was ahead when the old key came.
  await upstream.upstream.database.query('UPDATE centre_key SET since = since + 100000000');
  upstream.upstream.senders.forget(centreId);
  await rekey(place, centreId);
  await hall.centre.log.askAsServer({ type: 'stopPaper', kioskId: null });
  await expect.poll(stored, { timeout: 15_000 }).toEqual(own());
  const keys = await upstream.upstream.database.query('SELECT key_id FROM centre_key');
  expect(keys).toHaveLength(1);
  expect(await posted({}, before)).toBe(401);
  other.time.at += 1_000;
  expect(await other.isRevoked()).toBe(false);
  expect(await other.isRevoked(before)).toBeUndefined();
});

test('a revoked centre is refused, and enrols again with a new code', async () => {
  await enrol(await codeOf());
  await until('live');
  const other = otherReceiver();
  expect(await other.isRevoked()).toBe(false);
  await revoke(upstream.upstream.database, centreId, upstream.upstream.now());
  other.time.at += 10_000;
  expect(await other.isRevoked()).toBe(true);
  upstream.upstream.senders.forget(centreId);
  await hall.centre.log.askAsServer({ type: 'stopPaper', kioskId: null });
  await until('stopped');
  expect(state()).toEqual({ is: 'stopped', why: 'revoked' });
  const manager = { role: 'manager', deviceId: 'manager' } as const;
  const told = bodyOf(hall.centre, manager, hall.centre.clock.now());
  expect(told).toMatchObject({ upstreams: [{ id: 'gov', is: 'revoked' }] });
  await enrol(await codeOf());
  await until('live');
  expect(await stored()).toEqual(own());
});

/** Status of the answer to a post of this value, signed by this key. */
const posted = async (
  value: unknown,
  signer = new RequestKey(hall.data, 'gov', centreId).signer()!,
  body = gzipSync(JSON.stringify(value)),
): Promise<number> => {
  const path = `/v1/centres/${centreId}/events`;
  const signature = signRequest({ method: 'POST', path, body }, signer);
  const headers = {
    [SIGNATURE_HEADER]: signature,
    'content-type': 'application/json',
    'content-encoding': 'gzip',
  };
  return (await fetch(`${upstream.url}${path}`, { method: 'POST', headers, body })).status;
};

test('strangers, nonsense and bombs are refused', async () => {
  await enrol(await codeOf());
  await until('live');
  const stranger = {
    name: `dawr/${centreId}`,
    privateKey: generateKeyPairSync('ed25519').privateKey,
  };
  const stream = 'a'.repeat(26);
  const hash = genesisOf(stream).toString('hex');
  const good = {
    ...{ stream, from: 1, previous: hash, head: hash, last: 0, ended: false },
    ...{ events: [], notes: [], at: 0, live: null },
  };
  expect(await posted(good, stranger)).toBe(401);
  expect(await posted({ ...good, extra: 1 })).toBe(400);
  expect(await posted({ ...good, from: 0 })).toBe(400);
  const withBody = (text: string) => {
    const row = [null, 0, 'r', 1, 1, 'a', 'log.started', 1, JSON.stringify({ text })];
    return { ...good, last: 1, events: [row] };
  };
  expect(await posted(withBody('x'))).toBe(422);
  expect(await posted(withBody('x'.repeat(32_000)))).toBe(400);
  expect(await posted(null, undefined, Buffer.from('not packed'))).toBe(400);
  expect(await posted(null, undefined, gzipSync(Buffer.alloc(50_000_000)))).toBe(400);
  const unsigned = await fetch(`${upstream.url}/v1/centres/x/events`, { method: 'POST' });
  expect(unsigned.status).toBe(401);
  expect(await stored()).toEqual(own());
});
