import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import type { Limits } from '../server/centre.js';
import { call, hangUp, kioskOf, knock, takeOf, ticketOf } from './fixtures/callers.js';
import { HandTimers, openDoors, type Doors } from './fixtures/doors.js';
import { HandTime } from './fixtures/log.js';
import { openPage, Screen } from './play/client.js';

let doors: Doors;
let time: HandTime;
let open: { close(): void }[] = [];

const start = async (limits: Partial<Limits> = {}): Promise<void> => {
  time = new HandTime();
  doors = await openDoors({ time, timers: new HandTimers(), limits, staff: false });
};

afterEach(async () => {
  for (const screen of open) screen.close();
  open = [];
  hangUp();
  await doors.close();
});

const kiosk = async () => {
  const screen = await kioskOf(doors, time);
  open.push(screen);
  return screen;
};

const phone = (ticket: string): Screen<{ readonly version: number }> => {
  const screen = new Screen<{ version: number }>(doors.phoneUrl ?? '', 'phone', {
    ticket,
    now: () => time.at,
  });
  open.push(screen);
  return screen;
};

/** Why a phone is not let in; its view's version when it is. */
const outcome = async (token: string): Promise<string> =>
  phone(token)
    .ready()
    .then(
      () => 'in',
      (error: Error) => error.message,
    );

const auditRows = (): number =>
  doors.centre.store.database.prepare('SELECT count(*) FROM audit').pluck().get() as number;

const codes = (answers: readonly object[]): string[] =>
  answers.map((answer) => ('refused' in answer ? String(answer.refused) : 'done'));

const WRONG = 'A'.repeat(37);

test('the phones of one ticket ask five times, then once in three seconds, together', async () => {
  await start();
  const { ticketId, token } = await ticketOf(doors, await kiosk());
  const phones = [phone(token), phone(token)];
  await Promise.all(phones.map((screen) => screen.ready()));
  const before = doors.centre.log.state.seq;
  const delay = (n: number) =>
    phones[n % 2]!.ask({ type: 'delay', ticketId, until: time.at + (n + 10) * 60_000 });
  const answers = [];
  for (let n = 0; n < 15; n += 1) answers.push(await delay(n));
  expect(codes(answers).filter((code) => code !== 'rate.limited')).toHaveLength(5);
  expect(doors.centre.log.state.seq - before).toBeLessThanOrEqual(5);
  time.pass(3_000);
  const later = [await delay(20), await delay(21)];
  expect(codes(later)).toEqual([expect.not.stringContaining('rate.limited'), 'rate.limited']);
});

test('what a phone is refused leaves no row of the audit', async () => {
  await start();
  const { ticketId, token } = await ticketOf(doors, await kiosk());
  const screen = phone(token);
  await screen.ready();
  const before = auditRows();
  expect(await screen.ask({ type: 'rate', ticketId, stars: 5 })).toEqual({
    refused: 'ticket.notClosed',
  });
  expect(auditRows()).toBe(before);
});

test('five phones look at one ticket; the sixth is told that they are too many', async () => {
  await start();
  const { token } = await ticketOf(doors, await kiosk());
  const outcomes = [];
  for (let n = 0; n < 6; n += 1) outcomes.push(await outcome(token));
  expect(outcomes).toEqual(['in', 'in', 'in', 'in', 'in', 'tooMany']);
});

test('twenty wrong links a minute of one address; a good one is never refused', async () => {
  await start();
  const { token } = await ticketOf(doors, await kiosk());
  const page = (of: string) => call(`${doors.phoneUrl}/t/${of}`);
  for (let n = 0; n < 20; n += 1) expect((await page(WRONG)).status).toBe(404);
  const refused = await page(WRONG);
  expect([refused.status, refused.headers['retry-after']]).toEqual([429, '3']);
  expect((await page(token)).status).toBe(200);
  time.pass(3_000);
  expect([(await page(WRONG)).status, (await page(WRONG)).status]).toEqual([404, 429]);
});

test('sockets with wrong links have the same limit', async () => {
  await start({ wrongLinksPerMinute: 2 });
  const { token } = await ticketOf(doors, await kiosk());
  const outcomes = [];
  for (const link of [WRONG, WRONG, WRONG, token]) outcomes.push(await outcome(link));
  expect(outcomes).toEqual(['unknown', 'unknown', 'tooMany', 'in']);
});

test('there is room for a few sockets that say nothing, and always for devices', async () => {
  await start({ strangersPerLine: 3 });
  const jar = await openPage(doors.url, 'kiosk', 'k1');
  const knocks = [];
  for (let n = 0; n < 4; n += 1) knocks.push(await knock(doors.url));
  expect(knocks).toEqual([101, 101, 101, 400]);
  expect(await knock(doors.url, { cookie: jar.header() })).toBe(101);
  expect(await knock(doors.phoneUrl ?? '')).toBe(101);
});

test('who has joined makes room for others', async () => {
  await start({ strangersPerLine: 1 });
  const { token } = await ticketOf(doors, await kiosk());
  expect([await outcome(token), await outcome(token)]).toEqual(['in', 'in']);
});

test('of one address so many connections are open and no more', async () => {
  await start({ connectionsPerLine: 3 });
  const { port, hostname } = new URL(doors.phoneUrl ?? '');
  const ends: Promise<unknown>[] = [];
  const sockets: Socket[] = [];
  for (let n = 0; n < 4; n += 1) {
    const socket = connect(Number(port), hostname).on('error', () => undefined);
    sockets.push(socket);
    ends.push(once(socket, 'close').then(() => n));
    await once(socket, 'connect');
  }
  expect(await Promise.race(ends)).toBe(3);
  for (const socket of sockets) socket.destroy();
});

test('the repeat of an issued ticket hears its answer when the kiosk must wait', async () => {
  await start({ ticketsPerMinute: 2 });
  const screen = await kiosk();
  const ask = { requestId: 'a'.repeat(32), sentAt: time.at, command: takeOf(doors) };
  const first: unknown = await screen.socket.emitWithAck('ask', ask);
  await screen.ask(takeOf(doors));
  expect(await screen.ask(takeOf(doors))).toEqual({ refused: 'rate.limited' });
  expect(await screen.socket.emitWithAck('ask', ask)).toEqual(first);
  expect(first).toMatchObject({ done: true });
});

test('a request that was sent to another name or port is not for this machine', async () => {
  await start();
  for (const url of [doors.url, doors.phoneUrl ?? '']) {
    const { port } = new URL(url);
    const evil = ['evil.example', `evil.example:${port}`, 'localhost:1', '127.0.0.1'];
    for (const host of [...evil, `10.0.0.1:${port}`]) {
      expect((await call(`${url}/api/start`, { host })).status).toBe(421);
      expect(await knock(url, { host, origin: `http://${host}` })).toBe(400);
    }
  }
});

test('a request to this machine by one of its own names is', async () => {
  await start();
  for (const name of ['localhost', '127.0.0.1', '[::1]']) {
    const host = `${name}:${new URL(doors.url).port}`;
    expect((await call(`${doors.url}/api/start`, { host })).status).toBe(200);
    expect(await knock(doors.url, { host, origin: `http://${host}` })).toBe(101);
  }
});
