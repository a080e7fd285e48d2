import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../core/time.js';
import { SecretHasher } from '../../node/secrets.js';
import { openFleetStore } from '../../tests/fixtures/fleet/store.js';
import { Accounts } from './accounts.js';
import { forgetWrong, type Actor } from './audit.js';
import { Sessions, SESSION_IDLE_MAX_MS, SESSION_MAX_MS } from './sessions.js';
import { isSetupCode, setupCodeOf } from './setup.js';

const PEPPER = Buffer.alloc(32, 7);
const CHEAP = { N: 2, r: 1, p: 1, maxmem: 1_000_000 };
const SECRET = 'correct horse battery';
const AT = Date.parse('2026-11-22T08:00:00Z');

let store: Awaited<ReturnType<typeof openFleetStore>>;
let accounts: Accounts;
let sessions: Sessions;
beforeAll(async () => (store = await openFleetStore()));
afterAll(() => store.close());
beforeEach(async () => {
  for (const table of ['account', 'session', 'audit']) {
    await store.database.query(`DELETE FROM ${table}`);
  }
  const hasher = new SecretHasher(PEPPER, CHEAP);
  accounts = new Accounts(store.database, hasher);
  sessions = new Sessions(store.database, accounts, hasher);
});

const by = (accountId: string, at = AT, line = '10.0.0.1'): Actor => ({ accountId, line, at });
const operator = (id: string, scope: readonly string[] | null = null) =>
  accounts.add({ id, name: id, role: 'operator', scope, secret: SECRET }, by('root'));
const signedIn = async (id: string, at = AT): Promise<string> => {
  const signed = await sessions.signIn(SECRET, by(id, at));
  return 'token' in signed ? signed.token : expect.fail(signed.refused);
};
const written = async (): Promise<string[]> => {
  const rows = await store.database.query<{ account_id: string; action: string; subject: string }>(
    'SELECT account_id, action, subject FROM audit ORDER BY happened_at, action',
  );
  return rows.map(({ account_id, action, subject }) => `${account_id} ${action} ${subject}`);
};

describe('accounts', () => {
  test('the first operator is named once', async () => {
    expect(await accounts.isNew()).toBe(true);
    const first = { id: 'mona', name: 'منى', secret: SECRET };
    expect(await accounts.addFirst(first, by('mona'))).toBe(undefined);
    expect(await accounts.isNew()).toBe(false);
    expect(await accounts.addFirst({ ...first, id: 'eve' }, by('eve'))).toEqual({
      refused: 'account.exists',
    });
    expect(await accounts.all()).toEqual([
      { id: 'mona', name: 'منى', role: 'operator', scope: null },
    ]);
  });

  test('those made with another pepper are told, until they have a new secret', async () => {
    await operator('mona');
    const other = new Accounts(store.database, new SecretHasher(Buffer.alloc(32, 8), CHEAP));
    expect([await accounts.foreign(), await other.foreign()]).toEqual([[], ['mona']]);
    await other.setSecret('mona', SECRET, by('root'));
    expect([await accounts.foreign(), await other.foreign()]).toEqual([['mona'], []]);
  });

  test('of wrong tries the newest are kept, and all of what was done', async () => {
    await operator('mona');
    for (let n = 1; n <= 3; n += 1) await sessions.signIn('wrong', by(`guess-${n}`, AT + n));
    await signedIn('mona', AT + 4);
    const wrong = ['guess-2 signIn.wrong ', 'guess-3 signIn.wrong '];
    const done = ['root account.added mona operator *', 'mona signIn.done '];
    await forgetWrong(store.database, 9);
    expect(await written()).toHaveLength(5);
    await forgetWrong(store.database, 2);
    expect(await written()).toEqual([done[0], ...wrong, done[1]]);
    await forgetWrong(store.database, 2);
    expect(await written()).toHaveLength(4);
  });

  test('two who name themselves first at once do not both succeed', async () => {
    const first = (id: string) => accounts.addFirst({ id, name: id, secret: SECRET }, by(id));
    const done = await Promise.all([first('a'), first('b')]);
    expect(done.filter((refused) => refused === undefined)).toHaveLength(1);
  });

  test('an id is given once, and secrets are long', async () => {
    await operator('mona');
    expect(await operator('mona')).toEqual({ refused: 'account.exists' });
    const short = { id: 'ali', name: 'Ali', role: 'viewer', scope: null, secret: 'short' } as const;
    expect(await accounts.add(short, by('mona'))).toEqual({ refused: 'account.secretTooShort' });
    expect(await accounts.setSecret('mona', 'short', by('mona'))).toEqual({
      refused: 'account.secretTooShort',
    });
  });

  test('the last operator of all centres stays as it is', async () => {
    await operator('mona');
    await operator('ali', ['ismailia']);
    const last = { refused: 'account.lastOperator' };
    const mona = { id: 'mona', name: 'Mona', role: 'operator', scope: null } as const;
    expect(await accounts.remove('mona', by('mona'))).toEqual(last);
    expect(await accounts.change({ ...mona, role: 'viewer' }, by('mona'))).toEqual(last);
    expect(await accounts.change({ ...mona, scope: ['ismailia'] }, by('mona'))).toEqual(last);
    expect(await accounts.change(mona, by('mona'))).toBe(undefined);
    await operator('zaki');
    expect(await accounts.remove('mona', by('zaki'))).toBe(undefined);
    expect((await accounts.all()).map(({ id }) => id)).toEqual(['ali', 'zaki']);
  });

  test('two who remove each other at once do not both succeed', async () => {
    await operator('mona');
    await operator('zaki');
    const done = await Promise.all([
      accounts.remove('mona', by('zaki')),
      accounts.remove('zaki', by('mona')),
    ]);
    expect(done).toContainEqual({ refused: 'account.lastOperator' });
    expect(await accounts.all()).toHaveLength(1);
  });

  test('an unknown account is neither changed nor removed', async () => {
    const nobody = { id: 'nobody', name: 'Nobody', role: 'viewer', scope: null } as const;
    const unknown = { refused: 'account.unknown' };
    expect(await accounts.change(nobody, by('mona'))).toEqual(unknown);
    expect(await accounts.remove('nobody', by('mona'))).toEqual(unknown);
    expect(await accounts.setSecret('nobody', SECRET, by('mona'))).toEqual(unknown);
  });

  test('each change is written down with who did it, and secrets are nowhere', async () => {
    await operator('mona');
    const ali = { id: 'ali', name: 'Ali', role: 'viewer', scope: ['ismailia'] } as const;
    await accounts.add({ ...ali, secret: SECRET }, by('mona', AT + 1));
    await accounts.change({ ...ali, scope: ['ismailia', 'suez'] }, by('mona', AT + 2));
    await accounts.setSecret('ali', `${SECRET}!`, by('mona', AT + 3));
    await accounts.remove('ali', by('mona', AT + 4));
    expect(await written()).toEqual([
      'root account.added mona operator *',
      'mona account.added ali viewer ismailia',
      'mona account.changed ali viewer ismailia suez',
      'mona account.secretSet ali',
      'mona account.removed ali',
    ]);
    const kept = await store.database.query<{ secret: string }>('SELECT secret FROM account');
    expect(JSON.stringify(kept)).not.toContain(SECRET);
  });
});

describe('sessions', () => {
  test('a right secret opens one, whose token is stored as a hash', async () => {
    await operator('mona', ['ismailia']);
    const token = await signedIn('mona');
    expect(token).toMatch(/^[0-9a-f]{64}$/);
    expect(await sessions.who(token, AT, 'person')).toEqual({
      id: 'mona',
      name: 'mona',
      role: 'operator',
      scope: ['ismailia'],
    });
    const rows = await store.database.query('SELECT * FROM session');
    expect(JSON.stringify(rows)).not.toContain(token);
    expect(await sessions.who('0'.repeat(64), AT, 'person')).toBe(undefined);
    expect(await sessions.who(undefined, AT, 'person')).toBe(undefined);
  });

  test('ends when nobody uses it, and at the end of a day in any case', async () => {
    await operator('mona');
    const idle = await signedIn('mona');
    const looking = AT + SESSION_IDLE_MAX_MS - MINUTE_MS;
    expect(await sessions.who(idle, looking, 'page')).toBeDefined();
    expect(await sessions.who(idle, looking + 2 * MINUTE_MS, 'page')).toBe(undefined);
    const used = await signedIn('mona');
    for (let at = AT; at <= AT + SESSION_MAX_MS; at += HOUR_MS) {
      expect(await sessions.who(used, at, 'person')).toBeDefined();
    }
    expect(await sessions.who(used, AT + SESSION_MAX_MS + 1, 'person')).toBe(undefined);
  });

  test('a new secret ends all of an account, and so does signing out everywhere', async () => {
    await operator('mona');
    await operator('zaki');
    const other = await signedIn('zaki');
    const tokens = [await signedIn('mona'), await signedIn('mona')];
    await accounts.setSecret('mona', SECRET, by('zaki'));
    for (const token of tokens) expect(await sessions.who(token, AT, 'page')).toBe(undefined);
    const [one, two, three] = [
      await signedIn('mona'),
      await signedIn('mona'),
      await signedIn('mona'),
    ];
    await sessions.signOut(one, by('mona'), false);
    expect(await sessions.who(one, AT, 'page')).toBe(undefined);
    expect(await sessions.who(two, AT, 'page')).toBeDefined();
    await sessions.signOut(two, by('mona'), true);
    expect(await sessions.who(three, AT, 'page')).toBe(undefined);
    expect(await sessions.who(other, AT, 'page')).toBeDefined();
  });

  test('what an account may do is asked anew each time', async () => {
    await operator('mona');
    await operator('zaki');
    const token = await signedIn('zaki');
    const viewer = { id: 'zaki', name: 'Zaki', role: 'viewer', scope: ['ismailia'] } as const;
    await accounts.change(viewer, by('mona'));
    expect(await sessions.who(token, AT, 'page')).toEqual(viewer);
    await accounts.remove('zaki', by('mona'));
    expect(await sessions.who(token, AT, 'page')).toBe(undefined);
  });

  test('guesses are slowed by account and line, and hold up nobody elsewhere', async () => {
    await operator('mona');
    const guess = (line: string) => sessions.signIn('wrong', by('mona', AT, line));
    for (let n = 0; n < 5; n += 1)
      expect(await guess('10.0.0.9')).toEqual({ refused: 'signIn.wrong' });
    expect(await guess('10.0.0.9')).toEqual({ refused: 'signIn.wait', waitMs: 30_000 });
    expect(await sessions.signIn(SECRET, by('mona', AT, '10.0.0.9'))).toHaveProperty('waitMs');
    expect(await sessions.signIn(SECRET, by('mona', AT, '10.0.0.1'))).toHaveProperty('token');
    expect(await sessions.signIn('x', by('nobody'))).toEqual({ refused: 'signIn.wrong' });
    const tries = (await written()).filter((line) => line.includes('signIn'));
    expect(tries.filter((line) => line.startsWith('mona signIn.wrong'))).toHaveLength(5);
  });

  test('one account is not tried from a thousand lines at once', async () => {
    await operator('mona');
    let tried = 0;
    for (let n = 0; n < 200; n += 1) {
      const answer = await sessions.signIn('wrong', by('mona', AT, `10.1.0.${n}`));
      if ('refused' in answer && answer.refused === 'signIn.wrong') tried += 1;
    }
    expect(tried).toBe(60);
  });
});

test('the setup code is the same wherever the pepper is, and no other', () => {
  const code = setupCodeOf(PEPPER);
  expect(code).toMatch(/^\d{4}-\d{4}-\d{4}-\d{4}$/);
  expect(setupCodeOf(Buffer.from(PEPPER))).toBe(code);
  expect(setupCodeOf(Buffer.alloc(32, 8))).not.toBe(code);
  expect([isSetupCode(PEPPER, code), isSetupCode(PEPPER, '0000-0000-0000-0000')]).toEqual([
    ...[true, false],
  ]);
});
