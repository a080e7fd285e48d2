import { once } from 'node:events';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Scope } from '../../core/protocol/overview.js';
import { EMPTY_READS, FleetDoor, NO_ENROLMENT } from '../../tests/fixtures/fleet/door.js';
import type { Reads } from './reads.js';

/** Whose legs were asked for; pieces that were taken, and files that came to an end. */
let asked: Scope[] = [];
let pieces = 0;
let ended = 0;

const reads: Reads = {
  ...EMPTY_READS,
  legsCsv: async function* (_, { scope, centreId }) {
    asked.push(scope);
    try {
      yield 'centre_id,day\r\n';
      while (centreId === 'endless') {
        pieces += 1;
        yield `${'x'.repeat(10_000)}\r\n`;
      }
    } finally {
      ended += 1;
    }
  },
};

let door: FleetDoor;
beforeAll(async () => (door = await FleetDoor.open(reads, () => NO_ENROLMENT)));
afterAll(() => door.close());
beforeEach(async () => {
  await door.empty();
  await door.account('viewer', 'viewer', ['ismailia', 'suez']);
  asked = [];
});

const ANSWERS = 20;
const RANGE = 'from=2026-11-01&to=2026-11-22';

test.each([
  'from=2026-11-22&to=2026-11-01',
  'from=2026-02-30&to=2026-11-01',
  'from=2026-11-01',
  `${RANGE}&centre=..%2Fx`,
  `${RANGE}&more=1`,
])('%s is no range', async (query) => {
  expect(await door.get(`/api/legs.csv?${query}`, await door.signIn('viewer'))).toEqual({
    statusCode: 400,
    body: { refused: 'payload.invalid' },
  });
});

test('it is told how many lines a file has, and how many are on their way', async () => {
  const cookies = await door.signIn('viewer');
  const told = { legs: 1, running: 0, runningMax: 2 };
  expect((await door.get(`/api/legs?${RANGE}`, cookies)).body).toEqual(told);
  expect((await door.get('/api/legs?from=2026-11-01', cookies)).statusCode).toBe(400);
  expect((await door.get('/api/legs?from=0000-01-01&to=2026-11-01', cookies)).statusCode).toBe(400);
});

test('one governorate narrows the scope and never widens it', async () => {
  const cookies = await door.signIn('viewer');
  for (const id of ['suez', 'cairo']) {
    await door.get(`/api/legs.csv?${RANGE}&governorate=${id}`, cookies);
  }
  expect(asked).toEqual([['suez'], []]);
  expect(await door.written()).toContain('viewer legs.exported 2026-11-01/2026-11-22 suez');
});

test('two files at once are read as fast as they are taken, and no further', async () => {
  const cookies = await door.signIn('viewer');
  const cookie = Object.entries(cookies)
    .map(([name, value]) => `${name}=${value}`)
    .join();
  const url = `${await door.listen()}/api/legs.csv?${RANGE}&centre=endless`;
  const open = async () => {
    const request = httpGet(url, { headers: { cookie } });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return { request, response };
  };
  [pieces, ended] = [0, 0];
  const taken = [await open(), await open()];
  const third = await open();
  expect(third.response.statusCode).toBe(429);
  third.response.resume();
  await expect.poll(() => pieces).toBeGreaterThan(0);
  /** How many pieces were taken while so many others were answered. */
  const takenMeanwhile = async (): Promise<number> => {
    const before = pieces;
    for (let n = 0; n < ANSWERS; n += 1) await door.get(`/api/legs?${RANGE}`, cookies);
    return pieces - before;
  };
  // Nobody reads: the reads come to rest, however long the file is.
  await expect.poll(takenMeanwhile).toBe(0);
  expect(pieces).toBeLessThan(2_000);
  for (const { request } of taken) request.destroy();
  await expect.poll(() => ended).toBe(2);
  expect(await takenMeanwhile()).toBe(0);
  const again = await open();
  expect(again.response.statusCode).toBe(200);
  again.request.destroy();
  await expect.poll(() => ended).toBe(3);
});
