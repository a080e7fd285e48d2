import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { hallConfiguration } from '../../tests/fixtures/board.js';
import { CERTIFICATE } from '../../tests/fixtures/tls.js';
import type { ServerSettings } from '../settings.js';
import { ownHostOf } from '../../node/hosts.js';
import { namedAs, type Door } from './door.js';

const folder = mkdtempSync(join(tmpdir(), 'dawr-hosts-'));
const cert = join(folder, 'cert.pem');
writeFileSync(cert, CERTIFICATE);
afterAll(() => rmSync(folder, { recursive: true }));

/** Which of these hosts a server with these settings takes for itself. */
const own = (server: Partial<ServerSettings>, door: Door, hosts: readonly string[]): string[] => {
  const hall = hallConfiguration();
  const publicUrl = 'https://tickets.example/hall';
  const configuration = { ...hall, centre: { ...hall.centre, publicUrl } };
  const settings: ServerSettings = {
    ...{ host: '127.0.0.1', port: 4000, phonePort: null, tls: null },
    ...{
      data: folder,
      sms: null,
      voice: null,
      upstreams: [],
      standby: null,
      names: [],
      pilot: true,
      ...server,
    },
  };
  const isOwn = ownHostOf(namedAs({ settings, configuration: () => configuration }, door));
  const socket = { localPort: 4000 };
  return hosts.filter((host) => isOwn({ headers: { host }, socket } as unknown as IncomingMessage));
};

const local = ['localhost:4000', '127.0.0.1:4000', '[::1]:4000'];
const network = ['10.0.0.5:4000', '10.0.0.5', '[2001:db8::5]:80', `${hostname()}:4000`];
const evil = ['evil.example', 'evil.example:4000', '', 'a b', 'localhost.evil.example:4000'];

test('a server of this machine alone is reached by its names and port', () => {
  expect(own({}, 'hall', [...local, 'localhost:80', ...network, ...evil])).toEqual(local);
});

test('one on the network is reached by any address, and by this machine’s name', () => {
  const all = [...local, ...network];
  expect(own({ host: '0.0.0.0' }, 'hall', [...all, ...evil])).toEqual(all);
});

test('names that the configuration gives are its own, also behind a proxy of this machine', () => {
  const names = ['queue.example'];
  const asked = ['queue.example', 'queue.example:8443', 'Queue.Example', 'other.example'];
  expect(own({ names }, 'hall', asked)).toEqual(asked.slice(0, 3));
  expect(own({ names, host: '10.0.0.5' }, 'hall', asked)).toEqual(asked.slice(0, 3));
});

test('names in the certificate are its own', () => {
  expect(own({ host: '0.0.0.0', tls: { cert, key: cert } }, 'hall', ['a', 'b'])).toEqual(['a']);
});

test('the tickets’ address is that of the phones’ door alone', () => {
  const asked = ['tickets.example', 'evil.example'];
  expect(own({}, 'phone', asked)).toEqual(['tickets.example']);
  expect(own({}, 'hall', asked)).toEqual([]);
});
