import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import type { EventsPost } from '../../core/protocol/upstream.js';
import { UpstreamAway } from './forwarder.js';
import { lineOf, Wires } from './line.js';

const HASH = '0'.repeat(64);
const POST: EventsPost = {
  ...{ stream: 'a'.repeat(26), from: 1, previous: HASH, head: HASH, last: 0, ended: false },
  ...{ events: [], notes: [], at: 0, live: null },
};
const signer = {
  name: 'dawr/hall-1',
  privateKey: generateKeyPairSync('ed25519').privateKey,
};

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

/** A line to somebody who answers each request with these bytes, and then hangs up. */
const lineTo = async (answer: string | Buffer) => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const wires = new Wires({ url: `http://127.0.0.1:${port}`, ca: null, proxy: null });
  open.push(async () => {
    await wires.close();
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return lineOf(wires, '/v1/centres/hall-1', () => signer);
};

const answerOf = (status: string, body: string | Buffer = '', headers = ''): Buffer =>
  Buffer.concat([
    Buffer.from(
      `HTTP/1.1 ${status}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n${headers}\r\n`,
    ),
    Buffer.from(body),
  ]);

const PAGE = '<!doctype html><title>Sign in to this network</title>';
const REFUSED = JSON.stringify({ refused: 'malformed', stored: null });
const FORK = JSON.stringify({ refused: 'fork', stored: null });

test.each<readonly [string, string | Buffer]>([
  ['a page that wants a sign-in', answerOf('200 OK', PAGE)],
  ['an empty answer', answerOf('200 OK')],
  ['JSON of somebody else', answerOf('200 OK', '{"stored":{"seq":-1,"hash":"x"}}')],
  ['a way to another place', answerOf('301 Moved', PAGE, 'location: http://127.0.0.1:1/\r\n')],
  ['another way to it', answerOf('307 Moved', PAGE, 'location: http://127.0.0.1:1/\r\n')],
  ['a balancer that takes no such request', answerOf('400 Bad Request', PAGE)],
  ['its JSON', answerOf('400 Bad Request', '{"error":"bad request","statusCode":400}')],
  ['one that wants a sign-in of its own', answerOf('401 Unauthorized', PAGE)],
  ['a filter', answerOf('403 Forbidden', PAGE)],
  ['a path that it does not know', answerOf('404 Not Found', PAGE)],
  ['a method that it does not know', answerOf('405 Not Allowed', PAGE)],
  ['a proxy that wants a secret', answerOf('407 Proxy Authentication Required')],
  ['one that waited too long', answerOf('408 Request Timeout')],
  ['one that takes less', answerOf('413 Payload Too Large', PAGE)],
  ['one that takes no such content', answerOf('415 Unsupported Media Type', PAGE)],
  ['one that cannot work with it', answerOf('422 Unprocessable Content', PAGE)],
  ['a fault of its own', answerOf('500 Internal Server Error', PAGE)],
  ['nobody behind it', answerOf('502 Bad Gateway', PAGE)],
  ['nobody behind it in time', answerOf('504 Gateway Timeout', PAGE)],
  ['a refusal under a status that is not its own', answerOf('200 OK', REFUSED)],
  ['the same under a fault', answerOf('502 Bad Gateway', FORK)],
  ['a refusal that is packed', answerOf('400 Bad Request', gzipSync(REFUSED))],
  ['half of a refusal', answerOf('422 Unprocessable', FORK).subarray(0, -5)],
  ['half of what is packed', answerOf('200 OK', gzipSync(PAGE)).subarray(0, -8)],
  ['no HTTP', 'SSH-2.0-OpenSSH_9.2p1\r\n'],
  ['nothing', ''],
  ['more than any answer has', answerOf('200 OK', Buffer.alloc(8_000_001, ' '))],
])('%s is no word of a data centre: it is away', async (_, answer) => {
  const line = await lineTo(answer);
  await expect(line.send(POST)).rejects.toBeInstanceOf(UpstreamAway);
});

test('names and configurations are not given to a page that wants a sign-in', async () => {
  const line = await lineTo(answerOf('200 OK', PAGE));
  await expect(line.staff({ names: {}, at: 0 })).rejects.toBeInstanceOf(UpstreamAway);
  await expect(line.configuration(HASH, Buffer.from('{}'))).rejects.toBeInstanceOf(UpstreamAway);
});

test.each([
  ['gap', '409 Conflict'],
  ['fork', '422 Unprocessable Content'],
  ['malformed', '400 Bad Request'],
  ['unknown', '401 Unauthorized'],
  ['revoked', '403 Forbidden'],
])('a refusal of its own is taken at its word: %s', async (refused, status) => {
  const line = await lineTo(answerOf(status, JSON.stringify({ refused, stored: null })));
  expect(await line.send(POST)).toEqual({ refused, stored: null });
});

test('who asks to come later is asked later', async () => {
  const line = await lineTo(answerOf('429 Too Many Requests', '{}', 'retry-after: 7\r\n'));
  await expect(line.send(POST)).rejects.toMatchObject({ afterMs: 7_000 });
  const other = await lineTo(answerOf('503 Unavailable', PAGE, 'retry-after: tomorrow\r\n'));
  await expect(other.send(POST)).rejects.toMatchObject({ afterMs: 0 });
});
