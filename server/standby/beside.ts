import { hash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { STANDBY_ID } from '../../core/protocol/standby.js';
import { writeKept } from '../../node/folder.js';
import { KEY_PATHS, requestKeysIn } from '../log/keys.js';
import { Remembered } from './changes.js';

/**
 * What a server needs and its log does not hold: tables of what may be forgotten, and the keys. It
 * goes to the centre's own standby and to nobody else.
 */

/** A table beside the log; `stamp` tells its changes where to read it all is too much. */
interface Kept {
  readonly name: string;
  readonly stamp?: string;
}

/** Those of which others depend first. */
const TABLES: readonly Kept[] = [
  { name: 'device_token' },
  { name: 'staff' },
  { name: 'session' },
  { name: 'machine' },
  { name: 'sms_number' },
  { name: 'sms_message' },
  { name: 'quarantine' },
  { name: 'voice_clip', stamp: 'SELECT id, hash FROM voice_clip ORDER BY id' },
];

/** The audit table only grows: it is sent in pieces, and its newest tells how far. */
const AUDIT = 'audit';
const AUDIT_ROWS = 5_000;

/** Grows by each day, and of each day while it lasts: it is sent month by month. */
const TIMES = 'device_time';
const MONTHS = `SELECT substr(day, 1, 7), count(*), sum(connected_ms) FROM ${TIMES} GROUP BY 1`;
const OF_MONTH = `FROM ${TIMES} WHERE day >= ? AND day < ? || '~'`;

const OWN_KEY = join('keys', `upstream-${STANDBY_ID}.pem`);
const isKeyFile = (path: string): boolean =>
  KEY_PATHS.includes(path) || (/^keys\/upstream-[a-z0-9-]+\.pem$/.test(path) && path !== OWN_KEY);

const sha256 = (text: string): string => hash('sha256', text, 'hex');

/** Bytes stand in JSON under a sign of their own. */
type Cell = string | number | null | { readonly b: string };
const cellOf = (value: unknown): Cell =>
  Buffer.isBuffer(value) ? { b: value.toString('base64') } : (value as Cell);
const valueOf = (cell: Cell): unknown =>
  typeof cell === 'object' && cell !== null ? Buffer.from(cell.b, 'base64') : cell;

const rowsOf = (database: Database, sql: string, values: readonly unknown[] = []): string => {
  const rows = database
    .prepare(sql)
    .raw()
    .all(...values) as unknown[][];
  return JSON.stringify(rows.map((row) => row.map(cellOf)));
};

/** A sum for each month: the times of a day only ever grow. */
const timesOf = (database: Database, remembered: Remembered): [string, string][] => {
  const sums = JSON.parse(remembered.of(TIMES, () => rowsOf(database, MONTHS))) as Cell[][];
  return sums.map(([month, ...sum]) => [`${TIMES}/${String(month)}`, sha256(JSON.stringify(sum))]);
};

const newestAudit = (database: Database): number =>
  database.prepare('SELECT coalesce(max(id), 0) FROM audit').pluck().get() as number;

/** Where the parts lie: a log's file and the folder of its keys. */
export interface Place {
  readonly directory: string;
  readonly database: Database;
}

/** Hashes of the tables of an open file: they are read only when they have changed. */
const hashes = new WeakMap<Database, Remembered>();

const hashesOf = (database: Database): Remembered => {
  const known = hashes.get(database);
  if (known !== undefined) return known;
  const begun = new Remembered(database, [...TABLES.map(({ name }) => name), TIMES]);
  hashes.set(database, begun);
  return begun;
};

/** The parts of a place now, each by its name, with a hash that is another when it has changed. */
export const partsOf = ({ directory, database }: Place): Readonly<Record<string, string>> => {
  const files = [...KEY_PATHS, ...requestKeysIn(directory)].filter(
    (path) => isKeyFile(path) && existsSync(join(directory, path)),
  );
  const remembered = hashesOf(database);
  return Object.fromEntries([
    ...files.map((path) => [path, sha256(readFileSync(join(directory, path), 'base64'))]),
    ...TABLES.map(({ name, stamp = `SELECT * FROM ${name} ORDER BY 1, 2` }) => [
      name,
      remembered.of(name, () => sha256(rowsOf(database, stamp))),
    ]),
    ...timesOf(database, remembered),
    [AUDIT, sha256(String(newestAudit(database)))],
  ]) as Readonly<Record<string, string>>;
};

/** Names of parts that are told otherwise than a place has them. */
export const lacking = (place: Place, told: Readonly<Record<string, string>>): string[] => {
  const own = partsOf(place);
  const wanted = Object.entries(told).filter(([name, sum]) => own[name] !== sum);
  return wanted.map(([name]) =>
    name === AUDIT ? `${AUDIT}/${newestAudit(place.database)}` : name,
  );
};

/** A month as the two values of `OF_MONTH`; `null` for a part that is none. */
const monthIn = (name: string): readonly [string, string] | null => {
  const [, month] = /^device_time\/(\d{4}-\d{2})$/.exec(name) ?? [];
  return month === undefined ? null : [month, month];
};

const auditFrom = (name: string): number | null =>
  name.startsWith(`${AUDIT}/`) ? Number(name.slice(AUDIT.length + 1)) : null;

/** A part by the name under which it was wanted; `undefined` for what is none. */
export const contentOf = ({ directory, database }: Place, name: string): string | undefined => {
  const from = auditFrom(name);
  if (from !== null) {
    return rowsOf(database, 'SELECT * FROM audit WHERE id > ? ORDER BY id LIMIT ?', [
      ...[from, AUDIT_ROWS],
    ]);
  }
  const month = monthIn(name);
  if (month !== null) return rowsOf(database, `SELECT * ${OF_MONTH} ORDER BY 1, 2`, month);
  if (isKeyFile(name)) {
    const file = join(directory, name);
    return existsSync(file) ? readFileSync(file, 'base64') : undefined;
  }
  const table = TABLES.find((kept) => kept.name === name);
  return table && rowsOf(database, `SELECT * FROM ${name} ORDER BY 1, 2`);
};

/** Where a part's rows lie. */
const tableOf = (name: string): string | undefined => {
  if (auditFrom(name) !== null) return AUDIT;
  return monthIn(name) === null ? TABLES.find((kept) => kept.name === name)?.name : TIMES;
};

/** Puts a part in the place of what was there, durably. Throws on what is no part. */
export const takePart = (place: Place, name: string, content: string): void => {
  const { directory, database } = place;
  if (isKeyFile(name)) return writeKept(join(directory, name), Buffer.from(content, 'base64'));
  const from = auditFrom(name);
  const month = monthIn(name);
  const table = tableOf(name);
  if (table === undefined) throw new Error(`${name} is no part of what lies beside a log`);
  const rows = (JSON.parse(content) as Cell[][]).map((row) => row.map(valueOf));
  const marks = database
    .prepare(`SELECT * FROM ${table}`)
    .columns()
    .map(() => '?');
  database.transaction(() => {
    // Sessions name their staff: both are whole again when all parts have come.
    database.pragma('defer_foreign_keys = ON');
    if (month !== null) database.prepare(`DELETE ${OF_MONTH}`).run(...month);
    else if (from === null) database.prepare(`DELETE FROM ${table}`).run();
    const verb = from === null ? 'INSERT' : 'INSERT OR IGNORE';
    const insert = database.prepare(`${verb} INTO ${table} VALUES (${marks.join(', ')})`);
    for (const row of rows) insert.run(...row);
  })();
};
