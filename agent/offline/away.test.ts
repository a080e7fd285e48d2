import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import type { LeaseView } from '../../core/protocol/views.js';
import { smallHall } from '../../tests/fixtures/hall.js';
import type { Fetched } from '../fetched.js';
import { Away } from './away.js';
import { Door, type DoorParts } from './door.js';

const folder = mkdtempSync(join(tmpdir(), 'dawr-away-'));
afterAll(() => rmSync(folder, { recursive: true }));

const ORIGIN = 'http://hall';
const listed: LeaseView = {
  ...{ leaseId: 'stream:7', kioskId: 'k1', day: '2026-11-22', opensAt: 0, closesAt: 1 },
  ...{ configuration: 'a'.repeat(64), print: true, training: false },
};

const away = (fetched: Fetched, connected = false) => {
  const data = mkdtempSync(join(folder, 'data-'));
  const said: string[] = [];
  const faults: string[] = [];
  const waits: (() => void)[] = [];
  const made = new Away({
    ...{ data, origin: ORIGIN, fetched, printer: () => undefined, isStopping: () => false },
    socket: { connected, emit: () => undefined } as never,
    clock: { now: () => 0, after: (_, run) => (waits.push(run), () => undefined) },
    machine: { bootId: '', uptime: () => 0, wall: () => 0 },
    ask: async () => undefined,
    ...{ print: () => undefined, onSettled: () => undefined },
    say: (line) => void said.push(line),
    onFault: (what, fault) => void faults.push(`${what}: ${String(fault)}`),
  });
  return { made, data, said, faults, waits };
};

test.each([
  ['cannot be reached', () => Promise.reject(new TypeError('fetch failed'))],
  ['answers with what is no lease', () => Promise.resolve('{}')],
] as [string, Fetched][])(
  'a server that %s is asked again, and that is said',
  async (_, fetched) => {
    const it = away(fetched);
    it.made.keep([listed]);
    await vi.waitUntil(() => it.said.length > 0);
    expect(it.said[0]).toMatch(/^leases are not fetched yet, and will be: \/configuration\//);
    expect(it.faults).toEqual([]);
  },
);

const NUMBERS = { ranges: [{ seriesId: 'a', from: 90, to: 90 }], used: [], tokens: ['T'] };
/** Gives the configuration and the numbers of the lease. */
const giving: Fetched = async (path) =>
  JSON.stringify(path.startsWith('/lease/') ? { leaseId: 'stream:7', ...NUMBERS } : smallHall());

test('what a server that is there did not give is asked for again without a new list', async () => {
  let isReady = false;
  const it = away((path) => (isReady ? giving(path) : Promise.reject(new Error('busy'))), true);
  it.made.keep([listed]);
  await vi.waitUntil(() => it.waits.length > 0);
  isReady = true;
  it.waits.shift()!();
  await vi.waitUntil(() => it.made.offline.openUntil('k1') === 1);
  expect(it.faults).toEqual([]);
});

test('a list that comes while leases are fetched is not passed over', async () => {
  let give: () => void = () => undefined;
  const wait = new Promise<void>((resolve) => (give = resolve));
  const it = away((path) => wait.then(() => giving(path)), true);
  it.made.keep([listed]);
  it.made.keep([{ ...listed, closesAt: 2 }]);
  give();
  await vi.waitUntil(() => it.made.offline.openUntil('k1') === 2);
  expect([it.said, it.faults]).toEqual([[], []]);
});

test('a disk that does not keep a lease is a fault', async () => {
  const it = away(async () => JSON.stringify(smallHall()));
  rmSync(join(it.data, 'offline'), { recursive: true });
  it.made.keep([listed]);
  await vi.waitUntil(() => it.faults.length > 0);
  expect(it.faults[0]).toMatch(/^leases cannot be kept: Error: ENOENT/);
  expect(it.said).toEqual([]);
});

let door: Door | undefined;
afterEach(() => door?.close());

/** A door behind which tickets cannot be kept. */
const fullDoor = async () => {
  const faults: unknown[] = [];
  const offline: DoorParts['offline'] = {
    openUntil: () => null,
    now: () => 0,
    take: () => {
      throw new Error('the disk is full');
    },
  };
  door = await Door.open({
    ...{ data: mkdtempSync(join(folder, 'door-')), origin: ORIGIN, offline },
    printerOf: () => undefined,
    onFault: (fault) => void faults.push(fault),
  });
  const { port, token } = door.place;
  const headers = { origin: ORIGIN, 'x-dawr-door': token };
  return { faults, port, headers };
};

const ASK = {
  ...{ kioskId: 'k1', requestId: '0'.repeat(32), services: ['ask'], classId: '', language: 'ar' },
};

test('a ticket that cannot be kept is a fault, and the page hears that there is none', async () => {
  const { faults, port, headers } = await fullDoor();
  const body = JSON.stringify(ASK);
  const asked = await fetch(`http://127.0.0.1:${port}/ticket`, { method: 'POST', headers, body });
  expect(asked.status).toBe(500);
  expect(faults).toEqual([new Error('the disk is full')]);
});

test('a page that goes away while it asks is no fault', async () => {
  const { faults, port, headers } = await fullDoor();
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const lines = Object.entries({ host: `127.0.0.1:${port}`, ...headers, 'content-length': 100 });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.write(`POST /ticket HTTP/1.1\r\n${head}\r\n{`);
  // What was sent before is there once the next is answered, and so is the end.
  const next = () => fetch(`http://127.0.0.1:${port}/status?kiosk=k1`, { headers });
  expect((await next()).status).toBe(404);
  socket.destroy();
  expect((await next()).status).toBe(404);
  expect(faults).toEqual([]);
});
