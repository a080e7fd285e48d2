import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PostgresServer } from '../../tests/upstream/postgres.js';
import { timers } from '../../tests/upstream/opened.js';
import { KINDS, STORES, type TestStore } from '../../tests/upstream/stores.js';
import { QueryFault, type Database } from './database.js';
import { openStore } from './open.js';
import { openPostgres } from './postgres.js';

const faultOf = async (work: Promise<unknown>): Promise<QueryFault> => {
  const fault: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (fault instanceof QueryFault) return fault;
  throw new Error(`it is no fault of a statement: ${String(fault)}`);
};

describe.each(KINDS)('a store on %s', (kind) => {
  let store: TestStore;
  let database: Database;
  beforeAll(async () => {
    store = await STORES[kind]();
    ({ database } = store);
    await database.query(
      'CREATE TABLE kept (id INTEGER PRIMARY KEY, n BIGINT NOT NULL DEFAULT 0, CHECK (n < 1000))',
    );
  });
  afterAll(() => store.remove());

  const kept = (id: number) =>
    database.query<{ n: number }>('SELECT n FROM kept WHERE id = $1', [id]);

  test('tells which engine it is', () => {
    expect(database.engine).toBe(kind);
  });

  test('values come back as what they are', async () => {
    const [row] = await database.query(
      `SELECT 9007199254740991::bigint AS large, 7::int AS whole, count(*) AS counted,
         1.5::float8 AS real, sum(3::bigint) AS added, '\\x00ff'::bytea AS bytes,
         DATE '2026-11-22' AS day, NULL::int AS nothing, true AS yes, '' AS empty,
         '{"a":[1]}'::json AS json, $1::text AS text, $2::bigint AS given, $3::boolean AS no`,
      ['دور "\\ \u200f', Number.MAX_SAFE_INTEGER, false],
    );
    const { bytes, ...rest } = row as { bytes: Uint8Array };
    expect([...bytes]).toEqual([0, 255]);
    expect(rest).toEqual({
      ...{ large: Number.MAX_SAFE_INTEGER, whole: 7, counted: 1, real: 1.5, added: '3' },
      ...{ day: '2026-11-22', nothing: null, yes: true, empty: '', json: { a: [1] } },
      ...{ text: 'دور "\\ \u200f', given: Number.MAX_SAFE_INTEGER, no: false },
    });
  });

  test.each([
    ['SELEC', [], '42601'],
    ['SELECT 1 / $1::int', [0], '22012'],
    ['SELECT $1::int', ['x'], '22P02'],
    ['SELECT $1::text', ['\u0000'], '22021'],
    ['SELECT * FROM nowhere', [], '42P01'],
    ['INSERT INTO kept VALUES (900, 1), (900, 2)', [], '23505'],
    ['INSERT INTO kept VALUES (901, 1000)', [], '23514'],
  ])('%s %j is refused with its state, and would be again', async (sql, values, state) => {
    const fault = await faultOf(database.query(sql, values));
    expect([fault.state, fault.isPassing]).toEqual([state, false]);
    expect(await database.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  test('a value of another kind than the statement takes is a fault of that alone', async () => {
    expect((await faultOf(database.query('SELECT $1::boolean', ['x']))).isPassing).toBe(false);
    const work = database.transaction(async (queries) => {
      await queries.query('INSERT INTO kept VALUES (800)');
      await queries.query('SELECT $1::boolean', ['x']).catch(() => undefined);
    });
    expect((await faultOf(work)).isPassing).toBe(false);
    expect(await kept(800)).toEqual([]);
  });

  test('a transaction is there whole', async () => {
    const given = await database.transaction(async (queries) => {
      await queries.query('INSERT INTO kept VALUES (1, 1)');
      await queries.query('INSERT INTO kept VALUES (2, 2)');
      return 'done';
    });
    expect(given).toBe('done');
    expect([await kept(1), await kept(2)]).toEqual([[{ n: 1 }], [{ n: 2 }]]);
  });

  test('a transaction whose work rejects has done nothing, and rejects likewise', async () => {
    const own = new Error('no');
    const work = database.transaction(async (queries) => {
      await queries.query('INSERT INTO kept VALUES (3, 1)');
      throw own;
    });
    await expect(work).rejects.toBe(own);
    expect(await kept(3)).toEqual([]);
  });

  test('a statement that failed has spoilt its transaction, also where nobody looked', async () => {
    const work = database.transaction(async (queries) => {
      await queries.query('INSERT INTO kept VALUES (4, 1)');
      await queries.query('SELECT 1 / 0').catch(() => undefined);
      return 'done';
    });
    expect((await faultOf(work)).state).toBe('22012');
    expect(await kept(4)).toEqual([]);
  });

  test('of those who write one row at once, one has seen the others', async () => {
    await database.query('INSERT INTO kept VALUES (5, 0)');
    const increment = (): Promise<boolean> =>
      database.transaction(async (queries) => {
        const [row] = await queries.query<{ n: number }>('SELECT n FROM kept WHERE id = 5');
        const moved = await queries.query(
          'UPDATE kept SET n = $1::bigint + 1 WHERE id = 5 AND n = $1::bigint RETURNING n',
          [row!.n],
        );
        return moved.length === 1;
      });
    const moved = await Promise.all(Array.from({ length: 20 }, increment));
    expect(await kept(5)).toEqual([{ n: moved.filter(Boolean).length }]);
  });

  test('statements beside a transaction see nothing of it', async () => {
    let beside: Promise<object[]> | undefined;
    await database
      .transaction(async (queries) => {
        await queries.query('INSERT INTO kept VALUES (6, 1)');
        beside = kept(6);
        await queries.query('SELECT 1');
        throw new Error('no');
      })
      .catch(() => undefined);
    expect(await beside).toEqual([]);
  });

  test('what was asked is answered before it closes; later nothing is', async () => {
    const other = kind === 'embedded' ? database : await store.again();
    const asked = other.query('SELECT 1 AS one');
    await Promise.all([other.close(), other.close()]);
    expect(await asked).toEqual([{ one: 1 }]);
    await expect(other.query('SELECT 1')).rejects.toBeInstanceOf(QueryFault);
    await other.close();
    if (kind !== 'embedded') return;
    const next = await store.again();
    expect(await next.query('SELECT n FROM kept WHERE id = 1')).toEqual([{ n: 1 }]);
    await next.close();
  });
});

describe('a server that goes away', () => {
  let server: PostgresServer;
  let database: Database;
  const faults: unknown[] = [];
  beforeAll(async () => {
    server = await PostgresServer.make();
    const url = await server.database('dawr');
    database = await openPostgres(url, (fault) => void faults.push(fault));
    await database.query('CREATE TABLE kept (id INTEGER PRIMARY KEY)');
  });
  afterAll(async () => {
    await database.close();
    await server.remove();
  });

  test('a connection that is cut is a passing fault, and nothing of it stays', async () => {
    const work = database.transaction(async (queries) => {
      await queries.query('INSERT INTO kept VALUES (1)');
      await server.cut('dawr');
      await queries.query('INSERT INTO kept VALUES (2)');
    });
    expect((await faultOf(work)).isPassing).toBe(true);
    expect(await database.query('SELECT * FROM kept')).toEqual([]);
  });

  test('a crash takes what was not committed, and the next statement connects anew', async () => {
    // One connection is used by the transaction, the other is at rest.
    await Promise.all([
      database.query('INSERT INTO kept VALUES (3)'),
      database.query('SELECT pg_sleep(0.05)'),
    ]);
    const open = database.transaction(async (queries) => {
      await queries.query('INSERT INTO kept VALUES (4)');
      await server.stop('crash');
      await queries.query('INSERT INTO kept VALUES (5)');
    });
    const [inside, away] = [await faultOf(open), await faultOf(database.query('SELECT 1'))];
    expect([inside.isPassing, away.isPassing]).toEqual([true, true]);
    await server.start();
    expect(await database.query('SELECT * FROM kept')).toEqual([{ id: 3 }]);
    expect(faults.length).toBeGreaterThan(0);
  });

  test('a server that comes back and keeps nothing is not used until it does', async () => {
    const careless = await server.database('changed');
    const store = await openPostgres(careless, () => undefined);
    await database.query('ALTER DATABASE changed SET synchronous_commit = off');
    await server.cut('changed');
    const unfit = async (): Promise<boolean> => {
      const fault = await faultOf(store.transaction((queries) => queries.query('SELECT 1')));
      return fault.isPassing && fault.message.includes('its synchronous_commit is off');
    };
    await expect.poll(unfit).toBe(true);
    await database.query('ALTER DATABASE changed RESET synchronous_commit');
    expect(await store.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await store.close();
  });

  test('a user who may not make tables is refused in a sentence', async () => {
    const url = new URL(await server.database('guests'));
    await database.query('CREATE ROLE guest LOGIN');
    url.username = 'guest';
    const opened = openStore({ databaseUrl: url.href, data: '' }, timers, () => undefined);
    const message = expect.stringContaining('GRANT CREATE ON SCHEMA public') as string;
    await expect(opened).rejects.toMatchObject({ name: 'StoreFault', message });
  });

  test('a database that is not there, or keeps nothing, is refused in a sentence', async () => {
    const refusal = async (url: string): Promise<string> => {
      const fault = await openPostgres(url, () => undefined).catch((error: unknown) => error);
      expect(fault).toMatchObject({ name: 'StoreFault', code: 'store.unusable' });
      return (fault as Error).message;
    };
    expect(await refusal(server.urlOf('nowhere'))).toContain('"nowhere" does not exist');
    expect(await refusal('postgresql://someone:hidden@127.0.0.1:1/dawr')).toBe(
      'The database at 127.0.0.1:1 (DATABASE_URL) cannot be the store: ' +
        'it cannot be reached (ECONNREFUSED): start it, or correct the address or the way to it',
    );
    expect(await refusal('postgresql://localhost:1/dawr')).toContain('reached (ECONNREFUSED)');
    expect(await refusal(server.urlOf('nowhere'))).toContain('make it with createdb');
    expect(await refusal('dawr')).toContain('write postgresql://');
    const careless = await server.database('careless');
    await database.query('ALTER DATABASE careless SET synchronous_commit = off');
    expect(await refusal(careless)).toContain('its synchronous_commit is off');
    const german = await server.database('german');
    await database.query(`ALTER DATABASE german SET datestyle = 'German, DMY'`);
    expect(await refusal(german)).toContain('its DateStyle is German, DMY');
    await database.query(`CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0`);
    expect(await refusal(server.urlOf('latin'))).toContain('its encoding is LATIN1');
  });
});
