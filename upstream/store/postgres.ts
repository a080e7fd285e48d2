import pg from 'pg';
import {
  QueryFault,
  StoreFault,
  UnfitFault,
  watched,
  type Database,
  type Engine,
  type Queries,
  type Value,
} from './database.js';

const CONNECT_MS_MAX = 5_000;
const CONNECTIONS_MAX = 8;
/** Then a connection is closed and another one examined: a setting may change under it. */
const CONNECTION_S_MAX = 5 * 60;
/** A server that is cut off says nothing: then the statement is given up, and its connection. */
const ANSWER_MS_MAX = 5 * 60_000;
const { INT8, DATE } = pg.types.builtins;

const types = {
  getTypeParser: ((id: number, format: 'text') => {
    if (id === INT8) return Number;
    return id === DATE ? String : pg.types.getTypeParser(id, format);
  }) as typeof pg.types.getTypeParser,
};

const faultOf = (error: unknown): QueryFault => {
  if (error instanceof QueryFault) return error;
  const { message } = error as Error;
  const state = error instanceof pg.DatabaseError ? (error.code ?? '') : '';
  return new QueryFault(message, state, { cause: error });
};

const queriesOf = (client: pg.Pool | pg.PoolClient): Queries => ({
  async query<Row extends object>(sql: string, values: readonly Value[] = []): Promise<Row[]> {
    try {
      return (await client.query<Row>(sql, [...values])).rows;
    } catch (error) {
      throw faultOf(error);
    }
  },
});

const isCitus = async (queries: Queries): Promise<boolean> =>
  (await queries.query(`SELECT 1 FROM pg_extension WHERE extname = 'citus'`)).length > 0;

const VERSION_MIN = 15;
/** Settings of the server without which a commit is not durable, and what each may not be. */
const DURABLE = ['fsync', 'full_page_writes', 'synchronous_commit'] as const;
const NOT_DURABLE = 'off';
/** What texts and days are read in; by another one a row is not found under its day. */
const ENCODING = 'UTF8';
const DATE_STYLE = 'ISO';

/** Why a server cannot be the store, in a sentence; `undefined` if it can. */
const unfit = async (queries: Queries): Promise<string | undefined> => {
  const settings = DURABLE.map((name) => `current_setting('${name}') AS ${name}`);
  type Setting = (typeof DURABLE)[number] | 'version' | 'encoding' | 'dates';
  const [found] = await queries.query<Record<Setting, string>>(
    `SELECT current_setting('server_version') AS version, ${settings.join(', ')},
       current_setting('server_encoding') AS encoding, current_setting('DateStyle') AS dates`,
  );
  const version = found?.version ?? '';
  if (Number.parseInt(version, 10) < VERSION_MIN) {
    return `it is PostgreSQL ${version}: version ${VERSION_MIN} or later is needed`;
  }
  const { encoding = '', dates = '' } = found ?? {};
  if (encoding !== ENCODING) {
    return `its encoding is ${encoding}: make another one by createdb -T template0 -E ${ENCODING}`;
  }
  if (!dates.startsWith(DATE_STYLE)) return `its DateStyle is ${dates}: set it to ${DATE_STYLE}`;
  const name = DURABLE.find((setting) => found?.[setting] === NOT_DURABLE);
  if (name === undefined) return undefined;
  return `its ${name} is off: what is confirmed to a centre must outlast a power cut; set it on`;
};

/** Looks at each new connection: the server may have come back with other settings. */
const verify = (client: pg.PoolClient, done: (fault?: Error) => void): void => {
  unfit(queriesOf(client)).then((why) => done(why === undefined ? why : new UnfitFault(why)), done);
};

/** Without the user and secret that stand in it. */
const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : '');

/** What to do about a server that does not let us in, in a sentence. */
const remedyOf = ({ message, state, cause }: QueryFault): string => {
  // Of an address with several numbers the reason stands in the code alone.
  const { code = message } = (cause ?? {}) as { readonly code?: string };
  if (state === '') {
    return `it cannot be reached (${code}): start it, or correct the address or the way to it`;
  }
  if (state.startsWith('28')) return `${message}: correct the user and the secret in it`;
  if (state === '3D000') return `${message}: make it with createdb, or correct its name`;
  return message;
};

/** What is under way; the pool itself forgets at its end who still waits for a connection. */
class Gate {
  private readonly running = new Set<Promise<unknown>>();
  private closed: Promise<void> | undefined;

  through<T>(work: () => Promise<T>): Promise<T> {
    if (this.closed) return Promise.reject(new QueryFault('the store was closed', ''));
    const run = work();
    this.running.add(run);
    const gone = (): void => void this.running.delete(run);
    run.then(gone, gone);
    return run;
  }

  close(end: () => Promise<void>): Promise<void> {
    return (this.closed ??= Promise.allSettled(this.running).then(end));
  }
}

const transaction = async <T>(
  client: pg.PoolClient,
  work: (queries: Queries) => Promise<T>,
): Promise<T> => {
  const own = queriesOf(client);
  const { queries, fault } = watched(own);
  let broken: QueryFault | undefined;
  try {
    await own.query('BEGIN');
    const result = await work(queries);
    const spoilt = fault();
    if (spoilt !== undefined) throw spoilt;
    await own.query('COMMIT');
    return result;
  } catch (error) {
    // Who does not answer is not asked again: that would be waited for as long once more.
    if (error instanceof QueryFault && error.state === '') broken = error;
    else await own.query('ROLLBACK').catch((lost: QueryFault) => (broken = lost));
    throw error;
  } finally {
    client.release(broken);
  }
};

/**
 * A server of PostgreSQL 15 or later, by its `postgresql://` address. Connects when asked; what is
 * wrong with a connection at rest goes to `onFault`, and the next statement opens another. Rejects
 * with a `StoreFault` where there is none, or one that does not keep what it commits.
 */
export const openPostgres = async (
  url: string,
  onFault: (fault: unknown) => void,
): Promise<Database> => {
  const refused = (why: string, options?: ErrorOptions): StoreFault =>
    new StoreFault(
      'store.unusable',
      `The database at ${hostOf(url) || 'this address'} (DATABASE_URL) cannot be the store: ${why}`,
      options,
    );
  if (!/^postgres(ql)?:\/\//.test(url)) {
    throw refused('write postgresql://USER:SECRET@HOST:5432/DATABASE');
  }
  const pool = new pg.Pool({
    ...{ connectionString: url, max: CONNECTIONS_MAX, types },
    ...{ connectionTimeoutMillis: CONNECT_MS_MAX, application_name: 'dawr' },
    ...{ query_timeout: ANSWER_MS_MAX, keepAlive: true },
    ...{ maxLifetimeSeconds: CONNECTION_S_MAX, verify },
  });
  pool.on('error', onFault);
  // A database that goes away tells the connection and not only its statement.
  pool.on('connect', (client) => void client.on('error', () => undefined));
  const queries = queriesOf(pool);
  const gate = new Gate();
  const connected = (): Promise<pg.PoolClient> =>
    pool.connect().catch((error: unknown) => Promise.reject(faultOf(error)));
  try {
    const engine: Engine = (await isCitus(queries)) ? 'citus' : 'postgresql';
    return {
      engine,
      query: (sql, values) => gate.through(() => queries.query(sql, values)),
      transaction: (work) => gate.through(async () => transaction(await connected(), work)),
      close: () => gate.close(() => pool.end()),
    };
  } catch (fault) {
    await pool.end();
    if (fault instanceof UnfitFault) throw refused(fault.message);
    if (fault instanceof QueryFault) throw refused(remedyOf(fault), { cause: fault });
    throw fault;
  }
};
