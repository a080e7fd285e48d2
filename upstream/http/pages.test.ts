import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AuditAnswer, Scope } from '../../core/protocol/overview.js';
import { EMPTY_READS, FleetDoor, PEPPER, SECRET } from '../../tests/fixtures/fleet/door.js';
import { audit, AUDIT_LINES } from '../access/audit.js';
import { setupCodeOf } from '../access/setup.js';
import { SESSION_IDLE_MAX_MS } from '../access/sessions.js';
import { DONE, type Enrolment } from './enrolment.js';
import type { Reads } from './reads.js';

/** What the reads were asked. */
let asked: { readonly what: string; readonly scope: Scope; readonly [more: string]: unknown }[] =
  [];

const isWithin = (scope: Scope, governorate: string): boolean =>
  scope === null || scope.includes(governorate);

const reads: Reads = {
  ...EMPTY_READS,
  readFleet: (queries, ask) => {
    asked.push({ what: 'fleet', scope: ask.scope });
    return EMPTY_READS.readFleet(queries, ask);
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
    return Promise.resolve(alarmId === 'fork x 7' && isWithin(scope, 'ismailia'));
  },
  reopenAlarm: (_, { scope, alarmId }) => {
    asked.push({ what: 'reopen', scope });
    return Promise.resolve(alarmId === 'fork x 7' && isWithin(scope, 'ismailia'));
  },
  readEnrolment: (queries, ask) => {
    asked.push({ what: 'enrolment', scope: ask.scope });
    return EMPTY_READS.readEnrolment(queries, ask);
  },
  countLegs: (queries, ask) => {
    asked.push({ what: 'count', scope: ask.scope });
    return EMPTY_READS.countLegs(queries, ask);
  },
  legsCsv: (queries, ask) => {
    asked.push({ what: 'legs', scope: ask.scope });
    return EMPTY_READS.legsCsv(queries, ask);
  },
};

const enrolment: Enrolment = {
  enrol: ({ actor }) => Promise.resolve({ code: 'ABCD-EFGH', expiresAt: actor.at + 1 }),
  withdraw: ({ sender }) => Promise.resolve(sender.id === 'c' ? DONE : { refused: 'code.unknown' }),
  revoke: ({ scope }) =>
    Promise.resolve(isWithin(scope, 'ismailia') ? DONE : { refused: 'centre.elsewhere' }),
  readmit: () => Promise.resolve(DONE),
};

let door: FleetDoor;
beforeAll(async () => (door = await FleetDoor.open(reads, () => enrolment)));
afterAll(() => door.close());
beforeEach(async () => {
  await door.empty();
  asked = [];
});

describe('who may what', () => {
  beforeEach(async () => {
    await door.account('master', 'operator', null);
    await door.account('operator', 'operator', ['ismailia']);
    await door.account('viewer', 'viewer', ['ismailia', 'suez']);
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
      ['/api/legs?from=2026-11-01&to=2026-11-22'],
      ['/api/legs.csv?from=2026-11-01&to=2026-11-22'],
      ['/api/secret', { old: 'wrong', secret: SECRET }],
    ],
    operator: [
      ['/api/alarms/clear', { centreId: 'c', alarmId: 'fork x 7' }],
      ['/api/alarms/reopen', { centreId: 'c', alarmId: 'fork x 7' }],
      ['/api/enrolment'],
      ['/api/enrolment/code', { kind: 'centre', id: 'c', governorateId: 'ismailia' }],
      ['/api/enrolment/withdraw', { kind: 'centre', id: 'c' }],
      ['/api/enrolment/revoke', { kind: 'relay', id: 'r' }],
    ],
    master: [
      ['/api/audit'],
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
        const cookies = rank === 0 ? {} : await door.signIn(name);
        const why = rank === 0 ? 'session.needed' : 'role.denied';
        const isIn = rank >= people.indexOf(least);
        for (const [url, body] of ASKS[least]) {
          const { refused } =
            body === undefined
              ? ((await door.get(url, cookies)).body as { refused?: string })
              : await door.post(url, body, cookies);
          expect([name, url, refused === why]).toEqual([name, url, !isIn]);
        }
      }
    },
  );

  test('everybody sees the centres of their scope alone', async () => {
    for (const [name, scope] of [
      ['master', null],
      ['operator', ['ismailia']],
      ['viewer', ['ismailia', 'suez']],
    ] as const) {
      const cookies = await door.signIn(name);
      asked = [];
      const range = 'from=2026-11-22&to=2026-11-22';
      for (const url of ['fleet', 'centre/c', 'alarms', `legs?${range}`, `legs.csv?${range}`]) {
        await door.get(`/api/${url}`, cookies);
      }
      const told = ['fleet', 'centre', 'alarms', 'count', 'legs'];
      expect(asked.map(({ what }) => what)).toEqual(told);
      for (const ask of asked) expect(ask.scope).toEqual(scope);
    }
  });

  test('a post from another page, or without a session, does nothing', async () => {
    const cookies = await door.signIn('master');
    const { statusCode } = await door.app.inject({
      ...{ method: 'POST', url: '/api/alarms/clear', cookies, headers: { host: '127.0.0.1' } },
      payload: { centreId: 'c', alarmId: 'fork x 7' },
    });
    expect(statusCode).toBe(400);
    expect(asked).toEqual([]);
  });

  test('an alarm is cleared by name within the scope, opened again, and written down', async () => {
    const cookies = await door.signIn('operator');
    const clear = (alarmId: string) =>
      door.post('/api/alarms/clear', { centreId: 'c', alarmId }, cookies);
    expect((await clear('fork x 7')).statusCode).toBe(200);
    expect(asked).toEqual([{ what: 'clear', scope: ['ismailia'], by: 'operator' }]);
    expect(await clear('fork y 8')).toEqual({ statusCode: 404, refused: 'alarm.unknown' });
    door.now += 1;
    const reopen = (alarmId: string) =>
      door.post('/api/alarms/reopen', { centreId: 'c', alarmId }, cookies);
    expect((await reopen('fork x 7')).statusCode).toBe(200);
    expect(await reopen('fork y 8')).toEqual({ statusCode: 404, refused: 'alarm.unknown' });
    expect(await door.written()).toEqual([
      'operator signIn.done',
      'operator alarm.cleared c fork x 7',
      'operator alarm.reopened c fork x 7',
    ]);
  });

  test('a centre gets its code within the scope alone, and is revoked', async () => {
    const cookies = await door.signIn('operator');
    const enrol = (kind: string, id: string, governorateId: string) =>
      door.post('/api/enrolment/code', { kind, id, governorateId }, cookies);
    const code = { statusCode: 200, code: 'ABCD-EFGH' };
    expect(await enrol('centre', 'c', 'ismailia')).toMatchObject(code);
    const elsewhere = { statusCode: 403, refused: 'centre.elsewhere' };
    expect(await enrol('centre', 'c', 'suez')).toEqual(elsewhere);
    expect(await enrol('relay', 'r', 'ismailia')).toMatchObject(code);
    const act = (what: string, kind: string, id: string) =>
      door.post(`/api/enrolment/${what}`, { kind, id }, cookies);
    expect((await act('withdraw', 'centre', 'c')).statusCode).toBe(200);
    expect(await act('withdraw', 'relay', 'r')).toMatchObject({ refused: 'code.unknown' });
    expect((await act('revoke', 'centre', 'c')).statusCode).toBe(200);
    expect((await act('revoke', 'relay', 'r')).statusCode).toBe(200);
  });

  test('the record is read page by page, the newest first', async () => {
    const cookies = await door.signIn('master');
    const actor = { accountId: 'gone', line: 'terminal', at: 0 };
    for (let n = 0; n < AUDIT_LINES + 20; n += 1) {
      // Several in one millisecond: none is told twice, and none is left out.
      const at = door.now + 1 + Math.floor(n / 3);
      await audit(door.store.database, { ...actor, at }, { action: 'signOut', subject: `${n}` });
    }
    const page = async (query: string) =>
      (await door.get(`/api/audit${query}`, cookies)).body as AuditAnswer;
    const first = await page('');
    expect([first.lines.length, first.more]).toEqual([AUDIT_LINES, true]);
    const { at, auditId } = first.lines.at(-1)!;
    const second = await page(`?at=${at}&id=${auditId}`);
    expect([second.lines.length, second.more]).toEqual([21, false]);
    const all = [...first.lines, ...second.lines];
    expect(all.map((line) => line.at)).toEqual(
      all.map((line) => line.at).toSorted((a, b) => b - a),
    );
    expect(new Set(all.map((line) => line.auditId)).size).toBe(all.length);
    expect(all[0]).toMatchObject({ accountId: 'gone', name: null, line: 'terminal' });
    expect(all.at(-1)).toMatchObject({ action: 'signIn.done', name: 'master' });
    expect((await door.get('/api/audit?at=now', cookies)).statusCode).toBe(400);
  });

  test('one changes one’s own secret with the old one, and is signed out', async () => {
    const cookies = await door.signIn('viewer');
    const change = (old: string) =>
      door.post('/api/secret', { old, secret: `${SECRET}!` }, cookies);
    expect(await change('wrong')).toEqual({ statusCode: 403, refused: 'account.secretWrong' });
    expect((await change(SECRET)).statusCode).toBe(200);
    expect((await door.get('/api/fleet', cookies)).statusCode).toBe(401);
  });

  test('a page that looks again and again does not keep a session alive', async () => {
    const cookies = await door.signIn('viewer');
    const began = door.now;
    door.now += SESSION_IDLE_MAX_MS - 1000;
    expect((await door.get('/api/fleet?again=1', cookies)).statusCode).toBe(200);
    door.now += 2000;
    expect((await door.get('/api/fleet?again=1', cookies)).statusCode).toBe(401);
    door.now = began;
  });

  test('signing out ends the session and takes the cookie back', async () => {
    const cookies = await door.signIn('viewer');
    expect((await door.post('/api/sign-out', { everywhere: false }, cookies)).statusCode).toBe(200);
    expect((await door.get('/api/fleet', cookies)).statusCode).toBe(401);
  });
});

describe('the first operator', () => {
  const first = { id: 'mona', name: 'منى', secret: SECRET };

  test('is named with the code of the terminal', async () => {
    expect((await door.get('/api/session')).body).toEqual({
      account: null,
      setup: true,
      now: door.now,
    });
    const wrong = { ...first, code: '0000-0000-0000-0000' };
    expect(await door.post('/api/setup', wrong)).toEqual({
      statusCode: 403,
      refused: 'setup.wrongCode',
    });
    const code = setupCodeOf(PEPPER);
    expect((await door.post('/api/setup', { ...first, code })).statusCode).toBe(200);
    expect(await door.post('/api/setup', { ...first, code })).toEqual({
      ...{ statusCode: 409, refused: 'setup.done' },
    });
    expect((await door.get('/api/session')).body).toMatchObject({ setup: false });
    await door.signIn('mona');
  });
});
