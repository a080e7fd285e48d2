import { generateKeyPairSync } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { genesisOf } from '../../chain/chain.js';
import { verifierKeyOf, type Signer } from '../../chain/note.js';
import { signRequest, SIGNATURE_HEADER } from '../../chain/request.js';
import { POST_BYTES_MAX } from '../../core/protocol/upstream.js';
import { addKey, keepCentre } from '../../upstream/centres/enrolment.js';
import { Lookup } from '../../upstream/centres/lookup.js';
import { Senders } from '../../upstream/centres/senders.js';
import type { Queries } from '../../upstream/store/database.js';
import { openUpstream, type OpenUpstream } from '../upstream/running.js';

const CENTRE = 'ismailia-1';
const PATH = `/v1/centres/${CENTRE}/events`;
/** The longest body that the door reads, and how many of them it reads at once. */
const [LONG, OPEN_MAX] = [1_500_000, 85];

const own: Signer = {
  name: `dawr/${CENTRE}`,
  privateKey: generateKeyPairSync('ed25519').privateKey,
};
const other: Signer = { ...own, privateKey: generateKeyPairSync('ed25519').privateKey };

let upstream: OpenUpstream;
beforeAll(async () => {
  upstream = await openUpstream();
  const { database, now } = upstream.upstream;
  const key = verifierKeyOf(own);
  const about = { name: { ar: 'الأول', en: 'First' }, zone: 'Africa/Cairo', logKey: key };
  const place = { centreId: CENTRE, governorateId: 'ismailia', relayed: false, now: now() };
  await keepCentre(database, about, place);
  await addKey(database, { senderId: CENTRE, requestKey: key, now: now() });
});
afterAll(() => upstream.close());

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

const signed = (body: Buffer, signer = own): string =>
  signRequest({ method: 'POST', path: PATH, body }, signer);

/** Sends the head of a post, and of its body nothing. */
const begun = (headers: Readonly<Record<string, string>>, path = PATH): Socket => {
  const { host, port } = new URL(upstream.url);
  const socket = connect(Number(port), '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => undefined);
  const all = { host, 'content-type': 'application/json', ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
  return socket;
};

/** Status of the answer that comes though nothing more is sent. */
const statusOf = async (socket: Socket): Promise<number> => {
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  return Number(bytes.toString('latin1').split(' ')[1]);
};

const long = { 'content-length': String(LONG) };
const good = { ...long, [SIGNATURE_HEADER]: signed(Buffer.alloc(0)) };

test.each<readonly [who: string, headers: Readonly<Record<string, string>>, path: string]>([
  ['who has not signed', long, PATH],
  ['who has signed with nonsense', { ...long, [SIGNATURE_HEADER]: 'abc' }, PATH],
  ['whose id is none', good, '/v1/centres/%2e%2e/events'],
  ['whom nobody knows', good, '/v1/centres/nowhere-1/events'],
  ['who names a relay as a centre', good, `/v1/centres/relay%2Fegypt/events`],
  ['whose key is of nobody', { ...long, [SIGNATURE_HEADER]: signed(Buffer.alloc(0), other) }, PATH],
])('of %s no body is read', async (_, headers, path) => {
  expect(await statusOf(begun(headers, path))).toBe(401);
});

test('a body that is too long, or of another kind, is no word of the protocol', async () => {
  const body = Buffer.alloc(LONG + 1);
  const headers = { [SIGNATURE_HEADER]: signed(body), 'content-type': 'application/json' };
  const sent = (more: object, changes: object = {}) =>
    fetch(`${upstream.url}${PATH}`, {
      method: 'POST',
      headers: { ...headers, ...more },
      ...changes,
    });
  const tooLong = await sent({}, { body });
  expect([tooLong.status, await tooLong.json()]).toEqual([413, {}]);
  const other = await sent({ 'content-type': 'text/html' }, { body: 'x' });
  expect([other.status, await other.json()]).toEqual([415, {}]);
});

/** Status of the answer to a whole post that unpacks to so many bytes. */
const posted = async (bytes: number): Promise<readonly [number, string | null]> => {
  const stream = 'a'.repeat(26);
  const hash = genesisOf(stream).toString('hex');
  const post = JSON.stringify({
    ...{ stream, from: 1, previous: hash, head: hash, last: 0, ended: false },
    ...{ events: [], notes: [], at: Date.now(), live: null },
  });
  const body = gzipSync(post.padEnd(bytes));
  const headers = { [SIGNATURE_HEADER]: signed(body), 'content-type': 'application/json' };
  const answer = await fetch(`${upstream.url}${PATH}`, { method: 'POST', headers, body });
  return [answer.status, answer.headers.get('retry-after')];
};

test('what is read and unpacked at once has a limit, over all connections', async () => {
  const empty = await posted(0);
  expect(empty).toEqual([409, null]);
  const { 'content-length': _, ...unsaid } = good;
  // Whoever asks to go on is told so when its head has come: so none comes beside what follows.
  const asking = { expect: '100-continue' };
  const chunked = begun({ ...unsaid, ...asking, 'transfer-encoding': 'chunked' });
  const slow = Array.from({ length: OPEN_MAX - 1 }, () => begun({ ...good, ...asking }));
  expect(new Set(await Promise.all([chunked, ...slow].map(statusOf)))).toEqual(new Set([100]));
  expect(await posted(600_000)).toEqual([503, '5']);
  expect(await statusOf(begun(good))).toBe(503);
  expect(await posted(0)).toEqual([409, null]);
  expect(await posted(POST_BYTES_MAX)).toEqual([503, '5']);
  for (const socket of [chunked, ...slow]) socket.destroy();
  await expect.poll(() => posted(POST_BYTES_MAX), { timeout: 60_000 }).toEqual([409, null]);
});

test('a body that says less than it unpacks to is not unpacked', async () => {
  const bomb = gzipSync(Buffer.alloc(3_000_000, ' '));
  bomb.writeUInt32LE(100, bomb.length - 4);
  const headers = { [SIGNATURE_HEADER]: signed(bomb), 'content-type': 'application/json' };
  const answer = await fetch(`${upstream.url}${PATH}`, { method: 'POST', headers, body: bomb });
  expect(answer.status).toBe(400);
});

test('ids that come while a question is asked share the next one', async () => {
  const asked: (readonly string[])[] = [];
  let answer = (): void => undefined;
  const lookup = new Lookup<string>(async (ids) => {
    asked.push(ids);
    await new Promise<void>((resolve) => (answer = resolve));
    if (ids.includes('bad')) throw new Error('gone');
    return new Map(ids.filter((id) => id !== 'c').map((id) => [id, `the ${id}`]));
  });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const first = lookup.of('a');
  await turn();
  const rest = Promise.all([lookup.of('b'), lookup.of('c'), lookup.of('b')]);
  answer();
  expect(await first).toBe('the a');
  await turn();
  answer();
  expect(await rest).toEqual(['the b', undefined, 'the b']);
  const bad = lookup.of('bad');
  await turn();
  answer();
  await expect(bad).rejects.toThrow('gone');
  const next = lookup.of('d');
  await turn();
  answer();
  expect(await next).toBe('the d');
  expect(asked).toEqual([['a'], ['b', 'c'], ['bad'], ['d']]);
});

test('a thousand strangers cost the store a question or two, and push out nobody', async () => {
  const { database, now } = upstream.upstream;
  let questions = 0;
  const counted: Queries = {
    query: (sql, values) => {
      questions += 1;
      return database.query(sql, values);
    },
  };
  const senders = new Senders(counted, now);
  expect((await senders.named(CENTRE, good[SIGNATURE_HEADER]))?.id).toBe(CENTRE);
  questions = 0;
  const ids = Array.from({ length: 1_000 }, (_, n) => `stranger-${n}`);
  const found = await Promise.all(ids.map((id) => senders.sender(id)));
  expect(found.every((one) => one === undefined)).toBe(true);
  expect(questions).toBeLessThanOrEqual(2);
  questions = 0;
  await senders.sender(CENTRE);
  await senders.sender('stranger-7');
  expect(questions).toBe(0);
});

test('who was revoked while it was looked up is looked up again', async () => {
  const { database, now } = upstream.upstream;
  const held = new EventEmitter();
  const slow: Queries = {
    query: async (sql, values) => {
      const rows = await database.query(sql, values);
      const going = once(held, 'go');
      held.emit('read');
      await going;
      return rows as never;
    },
  };
  const senders = new Senders(slow, now);
  const reading = once(held, 'read');
  const before = senders.sender(CENTRE);
  await reading;
  await database.query('UPDATE centre SET revoked_at = 1 WHERE centre_id = $1', [CENTRE]);
  senders.forget(CENTRE);
  held.on('read', () => void held.emit('go'));
  held.emit('go');
  expect(await before).toMatchObject({ revoked: false });
  expect(await senders.sender(CENTRE)).toMatchObject({ revoked: true });
  await database.query('UPDATE centre SET revoked_at = NULL WHERE centre_id = $1', [CENTRE]);
});
