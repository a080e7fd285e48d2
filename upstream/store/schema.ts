import type { Database, Queries } from './database.js';
import { LAYOUTS } from './layout.js';

/** A table as every engine has it. The centre stands first in each key. */
interface Table {
  readonly name: string;
  readonly columns: string;
  /** Kept in parts of a month, by its `business_day`. */
  readonly byTime?: boolean;
  /** Small, and whole on every machine. */
  readonly reference?: boolean;
}

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
    clock_off_ms BIGINT,
    live JSON`,
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

const ENROLMENT: Table = {
  name: 'enrolment',
  columns: `
    centre_id TEXT PRIMARY KEY,
    governorate_id TEXT NOT NULL,
    code_hash TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    key_id TEXT`,
};

/** How far each stream is stored; `peaks` are those of the Merkle tree of its events. */
const STREAM: Table = {
  name: 'stream',
  columns: `
    centre_id TEXT NOT NULL,
    stream TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    stored_seq BIGINT NOT NULL,
    stored_hash BYTEA NOT NULL,
    peaks BYTEA NOT NULL,
    checked_size BIGINT NOT NULL,
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

const FIRST: readonly Table[] = [
  ...[CENTRE, CONFIGURATION, CENTRE_KEY, ENROLMENT, RELAY, STREAM],
  ...[EVENT, CHECKPOINT, ALARM],
];

/** In order, each run once, never changed after a release. */
const MIGRATIONS: readonly (readonly Table[])[] = [FIRST];

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
  for (const [index, tables] of MIGRATIONS.entries()) {
    if (index < version) continue;
    await database.transaction(async (queries) => {
      for (const table of tables) {
        const kept = table.byTime === true ? ` ${byTime}` : '';
        await queries.query(`CREATE TABLE ${table.name} (${table.columns})${kept}`);
        for (const sql of placed(table)) await queries.query(sql);
      }
      await queries.query('INSERT INTO migration VALUES ($1)', [index + 1]);
    });
  }
};

/** `2026-11` and the month after it, as days. */
const boundsOf = (month: string): readonly [string, string] => {
  const [year = 0, number = 0] = month.split('-').map(Number);
  const next = number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`;
  return [`${month}-01`, `${next}-01`];
};

/** Makes room for the months (`YYYY-MM`) of what is kept by time. Repeats are harmless. */
export const keepMonths = async (queries: Queries, months: Iterable<string>): Promise<void> => {
  for (const month of new Set(months)) {
    const [from, to] = boundsOf(month);
    await queries.query(
      `CREATE TABLE IF NOT EXISTS event_${month.replace('-', '_')}
       PARTITION OF event FOR VALUES FROM ('${from}') TO ('${to}')`,
    );
  }
};
