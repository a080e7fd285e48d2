import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../core/time.js';
import { runCommand } from '../server/cli.js';
import { reportOfDay } from '../server/report/day.js';
import { enrolOwn } from '../server/http/enrol.js';
import { makeManagerCode, setupCode } from '../server/setup.js';
import { post, signedIn } from './fixtures/callers.js';
import { HandTimers, openDoors, SECRET, type Doors } from './fixtures/doors.js';
import { HandTime } from './fixtures/log.js';
import { openPage, Screen, type Jar } from './play/client.js';

const BEAT_MS = 5_000;

let doors: Doors;
let time: HandTime;
let timers: HandTimers;
let open: { close(): void }[] = [];

beforeEach(async () => {
  time = new HandTime();
  timers = new HandTimers();
  doors = await openDoors({ time, timers });
  const { staff } = doors.centre;
  await staff.add({ id: 'mona', name: 'منى', role: 'manager', secret: SECRET });
});

afterEach(async () => {
  for (const screen of open) screen.close();
  open = [];
  await doors.close();
});

const screenOf = async (role: 'desk' | 'manager', jar: Jar): Promise<Screen<never>> => {
  const deviceId = role === 'desk' ? 'desk-1' : 'manager';
  const screen = new Screen<never>(doors.url, role, { deviceId, jar, now: () => time.at });
  open.push(screen);
  await screen.ready();
  return screen;
};

/** What a screen is told when its right ends. */
const endOf = (screen: Screen<never>): Promise<string> =>
  new Promise((resolve) => void screen.socket.once('ended', resolve));

const staffList = (jar: Jar, device: string): Promise<Response> =>
  fetch(`${doors.url}/api/staff?device=${device}`, { headers: { cookie: jar.header() } });

const openCounter = { type: 'openCounter', counterId: 'none', profileId: 'none' };

test('a manager’s screen that nobody used for half an hour is signed out', async () => {
  const jar = await signedIn(doors, 'manager', 'mona');
  const screen = await screenOf('manager', jar);
  const over = endOf(screen);
  time.pass(30 * MINUTE_MS);
  timers.come(BEAT_MS);
  expect(await screen.ask({ type: 'answerHelp', deviceId: 'k1' })).toEqual({
    refused: 'help.none',
  });
  time.pass(20 * MINUTE_MS);
  const looks = `${doors.url}/api/devices/pending?device=manager`;
  expect((await fetch(looks, { headers: { cookie: jar.header() } })).status).toBe(200);
  time.pass(10 * MINUTE_MS + 1);
  timers.come(BEAT_MS);
  expect(await over).toBe('signedOut');
  expect((await staffList(jar, 'manager')).status).toBe(403);
});

test('a desk is kept signed in by its commands, for twelve hours and no more', async () => {
  const screen = await screenOf('desk', await signedIn(doors, 'desk', 'amal'));
  const over = endOf(screen);
  for (let passed = 0; passed < 12 * HOUR_MS; passed += 20 * MINUTE_MS) {
    time.pass(20 * MINUTE_MS);
    timers.come(BEAT_MS);
    expect(await screen.ask(openCounter)).toEqual({ refused: 'counter.unknown' });
  }
  time.pass(1);
  timers.come(BEAT_MS);
  expect(await over).toBe('signedOut');
});

test('a device that is enrolled again ends at its old machine', async () => {
  const old = await screenOf('desk', await signedIn(doors, 'desk', 'amal'));
  const over = endOf(old);
  await enrolOwn(doors.centre, 'desk-1', 'desk');
  expect(await over).toBe('revoked');
});

test('browsers of the demo’s own machine share a device, and none ends another', async () => {
  const screen = await screenOf('desk', await signedIn(doors, 'desk', 'amal'));
  const other = await openPage(doors.url, 'desk', 'desk-1');
  expect(other.header()).toContain('dawr-desk-1=');
  expect(await screen.ask(openCounter)).toEqual({ refused: 'counter.unknown' });
});

test('so does one that a manager approves again', async () => {
  const manager = await signedIn(doors, 'manager', 'mona');
  const over = endOf(await screenOf('desk', await signedIn(doors, 'desk', 'amal')));
  const begun = await post(`${doors.url}/api/enrol`, { deviceId: 'desk-1', role: 'desk' });
  const { userCode } = (await begun.json()) as { userCode: string };
  await post(`${doors.url}/api/devices/approve?device=manager`, { userCode }, manager);
  expect(await over).toBe('revoked');
});

test('all devices of a hall behind one address get their codes at once', async () => {
  const asked = await Promise.all(
    Array.from({ length: 21 }, () =>
      post(`${doors.url}/api/enrol`, { deviceId: 'desk-1', role: 'desk' }),
    ),
  );
  const answers = asked.map(({ status }) => status);
  expect(answers.toSorted()).toEqual([...Array<number>(20).fill(200), 429]);
  time.pass(30_000);
  const again = await post(`${doors.url}/api/enrol`, { deviceId: 'desk-1', role: 'desk' });
  expect(again.status).toBe(200);
});

test('what only a manager may do is done at a manager’s machine', async () => {
  const atDesk = await signedIn(doors, 'desk', 'mona');
  expect((await staffList(atDesk, 'desk-1')).status).toBe(403);
  const inOffice = await signedIn(doors, 'manager', 'mona');
  expect((await staffList(inOffice, 'manager')).status).toBe(200);
});

const setup = (code: string, more: object = {}): Promise<Response> => {
  const person = { staffId: 'mona', name: 'منى', secret: 'another-long-secret' };
  return post(`${doors.url}/api/setup`, { code, deviceId: 'manager', ...person, ...more });
};

const asksForCode = async (): Promise<boolean> => {
  const session = await fetch(`${doors.url}/api/session?device=manager`);
  return ((await session.json()) as { setup: boolean }).setup;
};

test('the terminal’s code lets a manager in again, once, and ends the old machine', async () => {
  const old = endOf(await screenOf('manager', await signedIn(doors, 'manager', 'mona')));
  expect([await asksForCode(), (await setup('1-2-3-4')).status]).toEqual([false, 409]);
  const code = makeManagerCode(doors.data, time.at);
  expect(await asksForCode()).toBe(true);
  expect((await setup('1-2-3-4')).status).toBe(403);
  expect((await setup(code, { staffId: 'amal' })).status).toBe(409);
  const done = await setup(code);
  expect([done.status, done.headers.getSetCookie()[0]]).toEqual([
    200,
    expect.stringContaining('dawr-manager='),
  ]);
  expect(await old).toBe('revoked');
  expect([await asksForCode(), (await setup(code)).status]).toEqual([false, 409]);
  const { staff, clock } = doors.centre;
  const who = { staffId: 'mona', deviceId: 'manager', secret: 'another-long-secret' };
  expect(await staff.signIn(who, clock.now())).toHaveProperty('token');
});

test('a new centre’s code is good beside one that was asked for; one use ends both', async () => {
  await doors.close();
  doors = await openDoors({ time, timers });
  const first = setupCode(doors.centre) ?? '';
  const asked = makeManagerCode(doors.data, time.at);
  expect((await setup('1-2-3-4')).status).toBe(403);
  expect((await setup(first)).status).toBe(200);
  expect([await asksForCode(), (await setup(asked)).status]).toEqual([false, 409]);
});

test('the terminal’s code is good for a quarter of an hour, and the last one only', async () => {
  const first = makeManagerCode(doors.data, time.at);
  const second = makeManagerCode(doors.data, time.at);
  expect((await setup(first)).status).toBe(403);
  time.pass(15 * MINUTE_MS + 1);
  expect([await asksForCode(), (await setup(second)).status]).toEqual([false, 409]);
});

test('a manager’s only device is not revoked from its own page', async () => {
  const screen = await screenOf('manager', await signedIn(doors, 'manager', 'mona'));
  expect(await screen.ask({ type: 'revokeDevice', deviceId: 'manager' })).toEqual({
    refused: 'device.lastManager',
  });
});

test('the command shows a code beside a running server', async () => {
  const config = join(doors.data, 'centre.json');
  const server = { data: doors.data };
  writeFileSync(config, JSON.stringify({ ...doors.centre.configuration(), server }));
  const lines: string[] = [];
  const said = await runCommand(['manager', '--config', config], (line) => void lines.push(line));
  expect(said).toBe(0);
  const code = /\d{4}-\d{4}-\d{4}-\d{4}/.exec(lines.join('\n'))?.[0] ?? '';
  time.at = Date.now();
  expect((await setup(code)).status).toBe(200);
});

test('the report says how much of the day each device was connected', async () => {
  const LOOK_MS = 10_000;
  const { centre, url } = doors;
  const kiosk = new Screen<never>(url, 'kiosk', {
    ...{ deviceId: 'k1', now: () => time.at },
    jar: await openPage(url, 'kiosk', 'k1'),
  });
  open.push(kiosk);
  await kiosk.ready();
  const { day, openedAt } = centre.log.state.day!;
  time.pass(openedAt + 4 * LOOK_MS - centre.clock.now());
  for (let n = 0; n < 3; n += 1) timers.come(LOOK_MS);
  const { database } = centre.store;
  const { devices } = reportOfDay(database, day, { now: openedAt + 4 * LOOK_MS, zone: 'UTC' })!;
  expect(devices).toContainEqual({ deviceId: 'k1', connectedMs: 3 * LOOK_MS, availability: 0.75 });
  expect(devices).toContainEqual({ deviceId: 'desk-1', connectedMs: 0, availability: 0 });
});

test('a view that cannot be made ends its own screen and no other', async () => {
  const desk = await screenOf('desk', await signedIn(doors, 'desk', 'amal'));
  await desk.ask({ type: 'openCounter', counterId: 'c1', profileId: 'all' });
  const gone = new Promise((resolve) => desk.socket.once('disconnect', resolve));
  const nameOf = (): never => {
    throw new Error('no name');
  };
  Object.assign(doors.centre.staff, { nameOf });
  const jar = await openPage(doors.url, 'kiosk', 'k1');
  const kiosk = new Screen<never>(doors.url, 'kiosk', { deviceId: 'k1', jar, now: () => time.at });
  open.push(kiosk);
  await kiosk.ready();
  const asked = { type: 'takeTicket', services: ['site-validity'], language: 'ar' };
  expect(await kiosk.ask(asked)).toHaveProperty('done');
  await gone;
  expect(kiosk.socket.connected).toBe(true);
});
