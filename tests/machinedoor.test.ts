import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { HOUR_MS } from '../core/time.js';
import { enrolOwn } from '../server/http/enrol.js';
import { openDoors, type Doors } from './fixtures/doors.js';
import { HandTime } from './fixtures/log.js';

const ASKS = 3;
const PACKS = 2;

let doors: Doors;
let time: HandTime;
let cookie: string;

beforeEach(async () => {
  time = new HandTime();
  const limits = { machineAsksPerMinute: ASKS, packsPerHour: PACKS };
  doors = await openDoors({ staff: false, time, limits });
  cookie = `dawr-a1=${await enrolOwn(doors.centre, 'a1', 'agent')}`;
});
afterEach(() => doors.close());

const headers = () => ({ cookie, 'x-dawr': '1', 'content-type': 'application/json' });
const tell = (page: string | null): Promise<Response> => {
  const body = { deviceId: 'a1', name: 'kiosk-1', release: null, failed: null, page };
  const init = { method: 'POST', headers: headers(), body: JSON.stringify(body) };
  return fetch(`${doors.url}/api/machine`, init);
};
const told = async (): Promise<number> => (await tell(null)).status;
const fetched = async (what: 'manifest' | 'pack', device = 'a1'): Promise<number> => {
  const url = `${doors.url}/api/release/amd64/${what}?device=${device}`;
  const response = await fetch(url, { headers: headers() });
  await response.arrayBuffer();
  return response.status;
};
const times = async (count: number, ask: () => Promise<number>): Promise<number[]> => {
  const answers: number[] = [];
  for (let n = 0; n < count; n += 1) answers.push(await ask());
  return answers;
};

test('a machine that asks too often hears 429, and is heard again later', async () => {
  expect(await times(ASKS + 1, told)).toEqual([...Array<number>(ASKS).fill(200), 429]);
  expect(await fetched('manifest')).toBe(429);
  time.pass(60_000);
  expect(await told()).toBe(200);
  expect(await fetched('manifest')).toBe(204);
});

test('a page without its line is away; at a desk perhaps nobody is signed in', async () => {
  const { centre } = doors;
  const [kiosk] = centre.configuration().kiosks;
  const [desk] = centre.configuration().desks;
  const seen = async (page: string): Promise<unknown> =>
    ((await (await tell(page)).json()) as { readonly page: unknown }).page;
  centre.devices.revoke(kiosk!.id);
  expect(await seen(kiosk!.id)).toBeNull();
  await enrolOwn(centre, kiosk!.id, 'kiosk');
  expect(await seen(kiosk!.id)).toBe(false);
  time.pass(60_000);
  await enrolOwn(centre, desk!.id, 'desk');
  expect(await seen(desk!.id)).toBeNull();
  centre.live.connected(desk!.id, centre.clock.now());
  expect(await seen(desk!.id)).toBe(true);
});

test('a pack is fetched a few times an hour, and by machines of this centre alone', async () => {
  const folder = join(doors.data, 'releases', 'amd64');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'pack.tar.gz'), 'bytes');
  expect(await times(PACKS + 1, () => fetched('pack'))).toEqual([200, 200, 429]);
  time.pass(HOUR_MS);
  expect(await fetched('pack')).toBe(200);
  expect(await fetched('pack', 'k1')).toBe(403);
  cookie = 'dawr-a1=nothing';
  expect(await told()).toBe(403);
});
