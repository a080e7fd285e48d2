import Database from 'better-sqlite3';
import { beforeEach, expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../core/time.js';
import { Devices } from './devices.js';
import { SecretHasher } from '../../node/secrets.js';
import { Staff } from './staff.js';
import { createAccessTables } from './tables.js';

const SECRET = 'long-enough-secret';
const CHEAP = { N: 2, r: 1, p: 1, maxmem: 1024 * 1024 };

let staff: Staff;
let devices: Devices;
let hashed: number;
beforeEach(async () => {
  const database = new Database(':memory:');
  createAccessTables(database);
  hashed = 0;
  const hasher = new SecretHasher(Buffer.alloc(32), CHEAP);
  const matches = hasher.matches.bind(hasher);
  hasher.matches = (secret, stored) => {
    hashed += 1;
    return matches(secret, stored);
  };
  devices = new Devices(database);
  staff = new Staff(database, hasher);
  await staff.add({ id: 'amal', name: 'أمل', role: 'clerk', secret: SECRET });
});

const signIn = (secret: string, at: number, more: { staffId?: string; deviceId?: string } = {}) =>
  staff.signIn({ staffId: 'amal', deviceId: 'desk-1', secret, ...more }, at);

const tokenOf = (signed: Awaited<ReturnType<typeof signIn>>): string =>
  'token' in signed ? signed.token : '';

test('of thirty wrong tries at once five are looked at; the honest clerk waits 30 s', async () => {
  const answers = await Promise.all(Array.from({ length: 30 }, () => signIn('wrong', 0)));
  expect(hashed).toBe(5);
  const refused = answers.map((answer) => ('refused' in answer ? answer.refused : 'in'));
  expect(refused.filter((code) => code === 'signIn.wrong')).toHaveLength(5);
  expect(refused.filter((code) => code === 'signIn.wait')).toHaveLength(25);
  expect(await signIn(SECRET, 0)).toEqual({ refused: 'signIn.wait', waitMs: 30_000 });
  expect(await signIn(SECRET, 30_000)).toMatchObject({ staff: { id: 'amal' } });
});

test('a right secret clears the tries before it; so does a new one', async () => {
  for (let tries = 0; tries < 4; tries += 1) await signIn('wrong', 0);
  expect(await signIn(SECRET, 0)).toHaveProperty('token');
  for (let tries = 0; tries < 5; tries += 1) await signIn('wrong', 0, { deviceId: `d${tries}` });
  expect(await signIn(SECRET, 0)).toMatchObject({ refused: 'signIn.wait' });
  await staff.setSecret('amal', SECRET);
  expect(await signIn(SECRET, 0)).toHaveProperty('token');
});

test('when many sign in at once, some are told to come again, and that is no try', async () => {
  const many = Array.from({ length: 20 }, (_, n) =>
    signIn('wrong', 0, { staffId: `s${n}`, deviceId: `desk-${n}` }),
  );
  expect(await signIn(SECRET, 0)).toEqual({ refused: 'signIn.wait', waitMs: 5_000 });
  await Promise.all(many);
  expect(hashed).toBe(12);
  expect(await signIn(SECRET, 0)).toHaveProperty('token');
});

test('a session ends 30 minutes after its last use; to look at it is not to use it', async () => {
  const token = tokenOf(await signIn(SECRET, 0));
  expect(staff.session(token, 'desk-1', 20 * MINUTE_MS)).toMatchObject({ id: 'amal' });
  expect(staff.look(token, 'desk-1', 50 * MINUTE_MS)).toMatchObject({ id: 'amal' });
  expect(staff.look(token, 'desk-1', 50 * MINUTE_MS + 1)).toBeUndefined();
  expect(staff.session(token, 'desk-1', 50 * MINUTE_MS + 1)).toBeUndefined();
});

test('a session ends after 12 hours however much it is used', async () => {
  const token = tokenOf(await signIn(SECRET, 0));
  for (let at = 0; at <= 12 * HOUR_MS; at += 20 * MINUTE_MS) {
    expect(staff.session(token, 'desk-1', at)).toBeDefined();
  }
  expect(staff.look(token, 'desk-1', 12 * HOUR_MS + 1)).toBeUndefined();
});

test('a new token of a device ends the old one, and the session at the old machine', async () => {
  const old = devices.grant({ deviceId: 'desk-1', role: 'desk' }, 0);
  const session = tokenOf(await signIn(SECRET, 0));
  const fresh = devices.grant({ deviceId: 'desk-1', role: 'desk' }, 1);
  expect(devices.known('desk-1', old)).toBeUndefined();
  expect(devices.known('desk-1', fresh)).toEqual({ deviceId: 'desk-1', role: 'desk' });
  expect(staff.look(session, 'desk-1', 1)).toBeUndefined();
});
