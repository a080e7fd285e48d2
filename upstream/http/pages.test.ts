import { once } from 'node:events';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Scope } from '../../core/protocol/overview.js';
import { HOUR_MS } from '../../core/time.js';
import { FleetDoor, PEPPER, SECRET } from '../../tests/fixtures/fleetdoor.js';
import { setupCodeOf } from '../access/setup.js';
import { SESSION_IDLE_MAX_MS } from '../access/sessions.js';
import type { Enrolment } from './pages.js';
import type { Reads } from './reads.js';

const HOST = '127.0.0.1';
const TOGETHER = {
  visits: 0,
  served: 0,
  waits: null,
  serviceLevel: { count: 0, of: 0, share: null },
};

/** What the reads were asked, and pieces of CSV that were taken from them. */
let asked: { readonly what: string; readonly scope: Scope; readonly [more: string]: unknown }[] =
  [];
let pieces = 0;
let ended = 0;

const isWithin = (scope: Scope, governorate: string): boolean =>
  scope === null || scope.includes(governorate);

const reads: Reads = {
  readFleet: (_, { scope, now }) => {
    asked.push({ what: 'fleet', scope });
    return Promise.resolve({ now, centres: [], together: TOGETHER });
  },
  readCentre: (_, { scope, centreId, day }) => {
    asked.push({ what: 'centre', scope, centreId, day });
    return Promise.resolve(null);
  },
  readAlarms: (_, { scope, now }) => {
    asked.push({ what: 'alarms', scope });
    return Promise.resolve({ now, alarms: [] });
  },
  clearAlarm: (_, { scope, by, alarmId }) => {
    asked.push({ what: 'clear', scope, by });
    return Promise.resolve(alarmId === 'fork x 7' && isWithin(scope, 'eg-is'));
  },
  legsCsv: async function* (_, { scope, centreId }) {
    asked.push({ what: 'legs', scope, centreId });
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

const enrolment: Enrolment = {
  enrol: ({ centreId, actor }) =>
    Promise.resolve(
      centreId === 'revoked'
        ? { refused: 'centre.revoked' }
        : { code: 'ABCD-EFGH', expiresAt: actor.at + 1 },
    ),
  revoke: ({ scope }) =>
    Promise.resolve(isWithin(scope, 'eg-is') ? undefined : { refused: 'centre.elsewhere' }),
};

let door: FleetDoor;
beforeAll(async () => (door = await FleetDoor.open(reads, enrolment)), 60_000);
afterAll(() => door.close());
beforeEach(async () => {
  for (const table of ['account', 'session', 'audit']) {
    await door.store.database.query(`DELETE FROM ${table}`);
  }
  asked = [];
  // What one line may try in an hour is what all of these share.
  door.now += HOUR_MS;
});

type Cookies = Readonly<Record<string, string>>;

const post = async (url: string, payload: object, cookies: Cookies = {}, own = true) => {
  const headers = { host: HOST, ...(own ? { 'x-dawr': '1' } : {}) };
  const { statusCode, body } = await door.app.inject({
    method: 'POST',
    url,
    payload,
    cookies,
    headers,
  });
  return { statusCode, ...(JSON.parse(body) as { refused?: string }) };
};
const get = async (url: string, cookies: Cookies = {}) => {
  const answer = await door.app.inject({ url, cookies, headers: { host: HOST } });
  const isJson = String(answer.headers['content-type']).includes('json');
  return { statusCode: answer.statusCode, body: isJson ? (answer.json() as object) : answer.body };
};
const signIn = async (accountId: string): Promise<Cookies> => {
  const { cookies, statusCode } = await door.app.inject({
    ...{ method: 'POST', url: '/api/sign-in', payload: { accountId, secret: SECRET } },
    headers: { host: HOST, 'x-dawr': '1' },
  });
  expect(statusCode).toBe(200);
  const [cookie] = cookies as { name: string; value: string; httpOnly: true; sameSite: string }[];
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/' });
  return { [cookie!.name]: cookie!.value };
};
const written = async (): Promise<string[]> => {
  const rows = await door.store.database.query<{ action: string; subject: string; who: string }>(
    'SELECT account_id AS who, action, subject FROM audit ORDER BY happened_at',
  );
  return rows.map(({ who, action, subject }) => [who, action, subject].join(' ').trim());
};

describe('who may what', () => {
  beforeEach(async () => {
    await door.account('master', 'operator', null);
    await door.account('operator', 'operator', ['eg-is']);
    await door.account('viewer', 'viewer', ['eg-is', 'eg-suz']);
    await door.store.database.query('DELETE FROM audit');
  });

  const ACCOUNT = { id: 'new', name: 'New', role: 'viewer', scope: null };
  type Ask = readonly [url: string, body?: object];
  /** Who gets in: with less the answer is 403, and 401 without a session. */
  const ASKS: Readonly<Record<'viewer' | 'operator' | 'master', readonly Ask[]>> = {
    viewer: [
      ['/api/fleet'],
      ['/api/centre/ismailia-1?day=2026-11-22'],
      ['/api/alarms'],
      ['/api/legs.csv?from=2026-11-01&to=2026-11-22'],
      ['/api/secret', { old: 'wrong', secret: SECRET }],
    ],
    operator: [
      ['/api/alarms/clear', { centreId: 'c', alarmId: 'fork x 7' }],
      ['/api/centres/enrol', { centreId: 'c', governorateId: 'eg-is' }],
      ['/api/centres/revoke', { centreId: 'c' }],
    ],
    master: [
      ['/api/accounts'],
      ['/api/accounts', { ...ACCOUNT, secret: SECRET }],
      ['/api/accounts/change', ACCOUNT],
      ['/api/accounts/secret', { id: 'new', secret: SECRET }],
      ['/api/accounts/remove', { id: 'new' }],
    ],
  };

  test.each(['viewer', 'operator', 'master'] as const)(
    'what takes at least a %s',
    async (least) => {
      const people = ['nobody', 'viewer', 'operator', 'master'];
      for (const [rank, name] of people.entries()) {
        const cookies = rank === 0 ? {} : await signIn(name);
        const why = rank === 0 ? 'session.needed' : 'role.denied';
        const isIn = rank >= people.indexOf(least);
        for (const [url, body] of ASKS[least]) {
          const { refused } =
            body === undefined
              ? ((await get(url, cookies)).body as { refused?: string })
              : await post(url, body, cookies);
          expect([name, url, refused === why]).toEqual([name, url, !isIn]);
        }
      }
    },
  );

  test('everybody sees the centres of their scope alone', async () => {
    for (const [name, scope] of [
      ['master', null],
      ['operator', ['eg-is']],
      ['viewer', ['eg-is', 'eg-suz']],
    ] as const) {
      const cookies = await signIn(name);
      asked = [];
      for (const url of ['fleet', 'centre/c', 'alarms', 'legs.csv?from=2026-11-22&to=2026-11-22']) {
        await get(`/api/${url}`, cookies);
      }
      expect(asked.map(({ what }) => what)).toEqual(['fleet', 'centre', 'alarms', 'legs']);
      for (const ask of asked) expect(ask.scope).toEqual(scope);
    }
  });

  test('a post from another page, or without a session, does nothing', async () => {
    const cookies = await signIn('master');
    const body = { centreId: 'c', alarmId: 'fork x 7' };
    expect(await post('/api/alarms/clear', body, cookies, false)).toEqual({
      ...{ statusCode: 400, refused: 'payload.invalid' },
    });
    expect(asked).toEqual([]);
  });

  test('an alarm is cleared by name, within the scope, and it is written down', async () => {
    const cookies = await signIn('operator');
    const clear = (alarmId: string) =>
      post('/api/alarms/clear', { centreId: 'c', alarmId }, cookies);
    expect((await clear('fork x 7')).statusCode).toBe(200);
    expect(asked).toEqual([{ what: 'clear', scope: ['eg-is'], by: 'operator' }]);
    expect(await clear('fork y 8')).toEqual({ statusCode: 404, refused: 'alarm.unknown' });
    expect(await written()).toEqual(['operator signIn.done', 'operator alarm.cleared c fork x 7']);
  });

  test('a centre gets its code within the scope alone, and is revoked', async () => {
    const cookies = await signIn('operator');
    const enrol = (centreId: string, governorateId: string) =>
      post('/api/centres/enrol', { centreId, governorateId }, cookies);
    expect(await enrol('c', 'eg-is')).toMatchObject({ statusCode: 200, code: 'ABCD-EFGH' });
    expect(await enrol('c', 'eg-suz')).toEqual({ statusCode: 403, refused: 'centre.elsewhere' });
    expect(await enrol('revoked', 'eg-is')).toEqual({ statusCode: 409, refused: 'centre.revoked' });
    expect((await post('/api/centres/revoke', { centreId: 'c' }, cookies)).statusCode).toBe(200);
    const told = await written();
    expect(told).toEqual([
      'operator signIn.done',
      'operator centre.code c eg-is',
      'operator centre.revoked c',
    ]);
    expect(told.join()).not.toContain('ABCD');
  });

  test('one changes one’s own secret with the old one, and is signed out', async () => {
    const cookies = await signIn('viewer');
    const change = (old: string) => post('/api/secret', { old, secret: `${SECRET}!` }, cookies);
    expect(await change('wrong')).toEqual({ statusCode: 403, refused: 'account.secretWrong' });
    expect((await change(SECRET)).statusCode).toBe(200);
    expect((await get('/api/fleet', cookies)).statusCode).toBe(401);
  });

  test('a page that looks again and again does not keep a session alive', async () => {
    const cookies = await signIn('viewer');
    const began = door.now;
    door.now += SESSION_IDLE_MAX_MS - 1000;
    expect((await get('/api/fleet?again=1', cookies)).statusCode).toBe(200);
    door.now += 2000;
    expect((await get('/api/fleet?again=1', cookies)).statusCode).toBe(401);
    door.now = began;
  });

  test('signing out ends the session and takes the cookie back', async () => {
    const cookies = await signIn('viewer');
    expect((await post('/api/sign-out', { everywhere: false }, cookies)).statusCode).toBe(200);
    expect((await get('/api/fleet', cookies)).statusCode).toBe(401);
  });
});

describe('the first operator', () => {
  const first = { id: 'mona', name: 'منى', secret: SECRET };

  test('is named with the code of the terminal', async () => {
    expect((await get('/api/session')).body).toEqual({ account: null, setup: true, now: door.now });
    const wrong = { ...first, code: '0000-0000-0000-0000' };
    expect(await post('/api/setup', wrong)).toEqual({
      statusCode: 403,
      refused: 'setup.wrongCode',
    });
    const code = setupCodeOf(PEPPER);
    expect((await post('/api/setup', { ...first, code })).statusCode).toBe(200);
    expect(await post('/api/setup', { ...first, code })).toEqual({
      ...{ statusCode: 409, refused: 'setup.done' },
    });
    expect((await get('/api/session')).body).toMatchObject({ setup: false });
    await signIn('mona');
  });
});

describe('exports', () => {
  beforeEach(() => door.account('viewer', 'viewer', ['eg-is', 'eg-suz']));
  const RANGE = 'from=2026-11-01&to=2026-11-22';

  test.each([
    'from=2026-11-22&to=2026-11-01',
    'from=2026-02-30&to=2026-11-01',
    'from=2026-11-01',
    `${RANGE}&centre=..%2Fx`,
    `${RANGE}&more=1`,
  ])('%s is no range', async (query) => {
    expect(await get(`/api/legs.csv?${query}`, await signIn('viewer'))).toEqual({
      statusCode: 400,
      body: { refused: 'payload.invalid' },
    });
  });

  test('one governorate narrows the scope and never widens it', async () => {
    const cookies = await signIn('viewer');
    for (const id of ['eg-suz', 'eg-c']) {
      await get(`/api/legs.csv?${RANGE}&governorate=${id}`, cookies);
    }
    expect(asked.map(({ scope }) => scope)).toEqual([['eg-suz'], []]);
    expect(await written()).toContain('viewer legs.exported 2026-11-01/2026-11-22 eg-suz');
  });

  test('is read as fast as it is taken, at most two at once, and no further once nobody takes it', async () => {
    const cookies = await signIn('viewer');
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
    // Nobody reads: the reads come to rest, however long the file is.
    const still = async (): Promise<number> => {
      for (let before = -1; before !== pieces;) {
        before = pieces;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      return pieces;
    };
    const atRest = await still();
    expect(atRest).toBeGreaterThan(0);
    expect(atRest).toBeLessThan(2_000);
    for (const { request } of taken) request.destroy();
    await expect.poll(() => ended).toBe(2);
    expect(await still()).toBe(pieces);
    const again = await open();
    expect(again.response.statusCode).toBe(200);
    again.request.destroy();
    await expect.poll(() => ended).toBe(3);
  });
});
