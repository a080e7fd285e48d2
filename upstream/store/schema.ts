import { ACCESS_TABLES } from '../access/tables.js';
import { QueryFault, type Database, type Queries } from './database.js';
import { DERIVED } from './facttables.js';
import { LAYOUTS } from './layout.js';
import { monthAfter } from './month.js';
import { tableOf, type Table } from './tables.js';

/**
 * A centre, and what its last post told: `missing` events that it has and this store does not, and
 * `caught_up_at`, when last there were none. `staff_hash` is that of the names it told.
 */
const CENTRE: Table = {
  name: 'centre',
  columns: `
    centre_id TEXT PRIMARY KEY,
    governorate_id TEXT NOT NULL,
    name_ar TEXT NOT NULL,
    name_en TEXT NOT NULL,
    zone TEXT NOT NULL,
    log_key TEXT NOT NULL,
    enrolled_at BIGINT NOT NULL,
    relayed BOOLEAN NOT NULL,
    revoked_at BIGINT,
    heard_at BIGINT,
    missing BIGINT NOT NULL,
    caught_up_at BIGINT,
    live_since BIGINT,
    clock_off_ms BIGINT,
    live JSON,
    staff_hash TEXT`,
};

/** Bodies by the hash under which events name them; `NULL` until they come. */
const CONFIGURATION: Table = {
  name: 'configuration',
  columns: `
    centre_id TEXT NOT NULL,
    hash TEXT NOT NULL,
    body TEXT,
    received_at BIGINT,
    PRIMARY KEY (centre_id, hash)`,
};

/** Data centres below, which pass on what the centres of their governorate sent. */
const RELAY: Table = {
  name: 'relay',
  reference: true,
  columns: `
    relay_id TEXT PRIMARY KEY,
    governorate_id TEXT NOT NULL,
    enrolled_at BIGINT NOT NULL,
    revoked_at BIGINT`,
};

/** Keys with which a centre signs what it sends; those of a relay lie under `relay/<id>`. */
const CENTRE_KEY: Table = {
  name: 'centre_key',
  columns: `
    centre_id TEXT NOT NULL,
    key_id TEXT NOT NULL,
    public_key TEXT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (centre_id, key_id)`,
};

/** The one code of a sender, until `key_id` has used it; `made_by` is an account, if any. */
const ENROLMENT: Table = {
  name: 'enrolment',
  columns: `
    centre_id TEXT PRIMARY KEY,
    governorate_id TEXT NOT NULL,
    code_hash TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    made_by TEXT,
    key_id TEXT`,
};

/**
 * How far each stream is stored; `peaks` are those of the Merkle tree of its events. A stream that
 * says so `follows` another one, up to its event `follows_seq`; `''` for one that follows none, and
 * nothing where nobody has looked yet.
 */
const STREAM: Table = {
  name: 'stream',
  columns: `
    centre_id TEXT NOT NULL,
    stream TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    stored_seq BIGINT NOT NULL,
    stored_hash BYTEA NOT NULL,
    peaks BYTEA NOT NULL,
    follows TEXT,
    follows_seq BIGINT,
    PRIMARY KEY (centre_id, stream)`,
};

/** Rows of centres' logs, their bodies as they came. */
const EVENT: Table = {
  name: 'event',
  byTime: true,
  columns: `
    centre_id TEXT NOT NULL,
    business_day DATE NOT NULL,
    stream TEXT NOT NULL,
    seq BIGINT NOT NULL,
    day TEXT,
    occurred_at BIGINT NOT NULL,
    request TEXT NOT NULL,
    part INTEGER NOT NULL,
    parts INTEGER NOT NULL,
    actor TEXT NOT NULL,
    type TEXT NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    hash BYTEA NOT NULL,
    PRIMARY KEY (centre_id, stream, seq, business_day)`,
};

const CHECKPOINT: Table = {
  name: 'checkpoint',
  columns: `
    centre_id TEXT NOT NULL,
    stream TEXT NOT NULL,
    size BIGINT NOT NULL,
    note TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (centre_id, stream, size)`,
};

const ALARM: Table = {
  name: 'alarm',
  columns: `
    centre_id TEXT NOT NULL,
    alarm_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    stream TEXT NOT NULL,
    seq BIGINT NOT NULL,
    raised_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    times INTEGER NOT NULL,
    cleared_at BIGINT,
    cleared_by TEXT,
    PRIMARY KEY (centre_id, alarm_id)`,
};

/** What clerks are called, of centres whose policy tells it; what a centre told last, whole. */
const STAFF_NAME: Table = {
  name: 'staff_name',
  columns: `
    centre_id TEXT NOT NULL,
    clerk TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (centre_id, clerk)`,
};

const FIRST: readonly Table[] = [
  ...[CENTRE, CONFIGURATION, CENTRE_KEY, ENROLMENT, RELAY, STREAM],
  ...[EVENT, CHECKPOINT, ALARM, STAFF_NAME],
  ...DERIVED.map(tableOf),
  ...ACCESS_TABLES,
];

/** What one version has more than the one before it. */
interface Change {
  readonly tables?: readonly Table[];
  readonly statements?: readonly string[];
}

/** A centre's streams are numbered one after the other, so that no two can be its first. */
const NUMBERED: readonly string[] = [
  `UPDATE stream SET ordinal = r.place
   FROM (SELECT centre_id, stream, row_number() OVER (PARTITION BY centre_id
           ORDER BY ordinal, stream) AS place FROM stream) AS r
   WHERE stream.centre_id = r.centre_id AND stream.stream = r.stream
     AND stream.ordinal <> r.place`,
  'CREATE UNIQUE INDEX stream_ordinal ON stream (centre_id, ordinal)',
];

/** In order, each run once, never changed after a release. */
const MIGRATIONS: readonly Change[] = [{ tables: FIRST }, { statements: NUMBERED }];

/** A store that a newer program has written. */
export class StoreNewer extends Error {}

const versionOf = async (queries: Queries): Promise<number> => {
  await queries.query('CREATE TABLE IF NOT EXISTS migration (version INTEGER PRIMARY KEY)');
  const [row] = await queries.query<{ version: number | null }>(
    'SELECT max(version) AS version FROM migration',
  );
  return row?.version ?? 0;
};

/** Brings the tables up to date. Rejects with `StoreNewer`, or with what the database says. */
export const migrate = async (database: Database): Promise<void> => {
  const { byTime, placed } = LAYOUTS[database.engine];
  const version = await versionOf(database);
  if (version > MIGRATIONS.length) {
    throw new StoreNewer(`the store was written by a newer Dawr (${version}): start that one`);
  }
  for (const [index, { tables = [], statements = [] }] of MIGRATIONS.entries()) {
    if (index < version) continue;
    await database.transaction(async (queries) => {
      for (const table of tables) {
        const kept = table.byTime === true ? ` ${byTime}` : '';
        await queries.query(`CREATE TABLE ${table.name} (${table.columns})${kept}`);
        for (const sql of placed(table)) await queries.query(sql);
        for (const index of table.indexes ?? []) await queries.query(`CREATE INDEX ${index}`);
      }
      for (const sql of statements) await queries.query(sql);
      await queries.query('INSERT INTO migration VALUES ($1)', [index + 1]);
    });
  }
};

/** What is kept by time. */
export const TABLES_BY_TIME = FIRST.filter(({ byTime }) => byTime === true).map(({ name }) => name);

/** Months for which there is room, or is being made, by the store that was asked for it. */
const roomy = new WeakMap<Queries, Map<string, Promise<void>>>();

/** A table, a type of its name or a lock: another process makes the same one at this moment. */
const MADE_BY_ANOTHER = /^(42P07|42710|23505|40P01|55P03)$/;
const TRIES_MAX = 5;

const makeRoom = async (queries: Queries, month: string): Promise<void> => {
  const [from, to] = [`${month}-01`, `${monthAfter(month, 1)}-01`];
  for (const table of TABLES_BY_TIME) {
    for (let tries = 1; ; tries += 1) {
      try {
        await queries.query(
          `CREATE TABLE IF NOT EXISTS ${table}_${month.replace('-', '_')}
           PARTITION OF ${table} FOR VALUES FROM ('${from}') TO ('${to}')`,
        );
        break;
      } catch (fault) {
        const isMade = fault instanceof QueryFault && MADE_BY_ANOTHER.test(fault.state);
        if (!isMade || tries === TRIES_MAX) throw fault;
      }
    }
  }
};

/** Months for which there is room. */
const made = new WeakMap<Queries, Set<string>>();

/** The store was put back from before: which months have room is asked anew. */
export const forgetMonths = (queries: Database): void => {
  roomy.delete(queries);
  made.delete(queries);
};

/** Those of the months for which room must be made first, as far as is known. */
export const roomless = (queries: Database, months: Iterable<string>): readonly string[] =>
  [...new Set(months)].filter((month) => made.get(queries)?.has(month) !== true);

/**
 * Makes room for the months (`YYYY-MM`) of what is kept by time, outside of any transaction.
 * Repeats are harmless, and cost nothing.
 */
export const keepMonths = async (queries: Database, months: Iterable<string>): Promise<void> => {
  const known = roomy.get(queries) ?? new Map<string, Promise<void>>();
  roomy.set(queries, known);
  for (const month of new Set(months)) {
    const making = known.get(month) ?? makeRoom(queries, month);
    known.set(month, making);
    try {
      await making;
      made.set(queries, (made.get(queries) ?? new Set()).add(month));
    } catch (fault) {
      known.delete(month);
      throw fault;
    }
  }
};
