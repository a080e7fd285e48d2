import { generateKeyPairSync } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, afterEach, expect, test } from 'vitest';
import { signRequest, SIGNATURE_HEADER } from '../../chain/request.js';
import { genesisOf } from '../../chain/chain.js';
import { rowsFrom } from '../../server/log/read.js';
import { join, rekey, type Place } from '../../server/upstream/enrol.js';
import { RequestKey } from '../../server/upstream/requestkey.js';
import { makeCode, revoke } from '../../upstream/centres/enrolment.js';
import { HandTimers, openDoors, type Doors } from '../fixtures/doors.js';
import { openUpstream, type OpenUpstream } from '../fixtures/upstream.js';

let upstream: OpenUpstream;
beforeAll(async () => (upstream = await openUpstream()), 60_000);
afterAll(() => upstream.close());

let hall: Doors;
let place: Place;
beforeEach(async () => {
  const way = { id: 'gov', url: upstream.url, ca: null, proxy: null };
  hall = await openDoors({ upstreams: [way], staff: false, timers: new HandTimers(100) });
  const { centre } = hall.centre.configuration();
  place = { directory: hall.data, upstreamId: 'gov', way, centre };
});
afterEach(async () => {
  await hall.close();
  for (const table of ['event', 'stream', 'alarm', 'centre', 'centre_key', 'enrolment']) {
    await upstream.upstream.database.query(`DELETE FROM ${table}`);
  }
});

const codeOf = async (): Promise<string> => {
  const centreId = hall.centre.configuration().centre.id;
  const { database, now } = upstream.upstream;
  return (await makeCode(database, { centreId, governorateId: 'ismailia' }, now())).code;
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

test('a centre enrols with its code, and all that it has arrives, also what comes later', async () => {
  await until('stopped');
  await join(place, await codeOf());
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

test('a code is good once, for its centre, and the same again is harmless', async () => {
  const code = await codeOf();
  await expect(join(place, 'AAAA-BBBB-CCCC')).rejects.toThrow('the code is not the newest one');
  await join(place, code);
  // Another key with the same code is somebody else.
  await expect(join(place, code)).rejects.toThrow('the code is not the newest one');
  await until('live');
});

test('a new key takes over, and the old one ends with its first use', async () => {
  await join(place, await codeOf());
  await until('live');
  const before = new RequestKey(hall.data, 'gov', place.centre.id).signer()!;
  await rekey(place);
  await hall.centre.log.askAsServer({ type: 'stopPaper', kioskId: null });
  await expect.poll(stored, { timeout: 15_000 }).toEqual(own());
  const keys = await upstream.upstream.database.query('SELECT key_id FROM centre_key');
  expect(keys).toHaveLength(1);
  expect(await posted({}, before)).toBe(401);
});

test('a revoked centre is refused, and enrols again with a new code', async () => {
  await join(place, await codeOf());
  await until('live');
  await revoke(upstream.upstream.database, place.centre.id, upstream.upstream.now());
  upstream.upstream.senders.forget(place.centre.id);
  await hall.centre.log.askAsServer({ type: 'stopPaper', kioskId: null });
  await until('stopped');
  expect(state()).toEqual({ is: 'stopped', why: 'revoked' });
  await join(place, await codeOf());
  await until('live');
  expect(await stored()).toEqual(own());
});

/** Status of the answer to a post of this value, signed by this key. */
const posted = async (
  value: unknown,
  signer = new RequestKey(hall.data, 'gov', place.centre.id).signer()!,
  body = gzipSync(JSON.stringify(value)),
): Promise<number> => {
  const path = `/v1/centres/${place.centre.id}/events`;
  const signature = signRequest({ method: 'POST', path, body }, signer);
  const headers = {
    [SIGNATURE_HEADER]: signature,
    'content-type': 'application/json',
    'content-encoding': 'gzip',
  };
  return (await fetch(`${upstream.url}${path}`, { method: 'POST', headers, body })).status;
};

test('strangers, nonsense and bombs are refused', async () => {
  await join(place, await codeOf());
  await until('live');
  const stranger = {
    name: `dawr/${place.centre.id}`,
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
  expect(await posted(null, undefined, Buffer.from('not packed'))).toBe(400);
  expect(await posted(null, undefined, gzipSync(Buffer.alloc(50_000_000)))).toBe(400);
  const unsigned = await fetch(`${upstream.url}/v1/centres/x/events`, { method: 'POST' });
  expect(unsigned.status).toBe(401);
  expect(await stored()).toEqual(own());
});
