import type { Database } from 'better-sqlite3';
import type { Logged } from '../../core/events.js';
import { factsOf } from '../../core/facts.js';
import { Rows } from './rows.js';
import { TABLES } from './tables.js';

const tables = Object.values(TABLES);
const opened = new WeakMap<Database, Rows>();

const rowsIn = (db: Database): Rows => {
  const known = opened.get(db) ?? new Rows(db);
  opened.set(db, known);
  return known;
};

/**
 * The report's tables. All that it knows lies in them, none in memory, so a transaction that rolls
 * back takes its facts with it, and applying the whole log again to empty tables gives the same.
 * A change of the rules in `core/facts` needs a higher `version`, so that the tables are rebuilt.
 */
export const reportProjector = {
  name: 'report',
  version: 1,
  tables: tables.map(({ name }) => name),

  /** Makes the tables that are missing. */
  migrate(db: Database): void {
    const found = db.prepare<[], string>(`SELECT name FROM sqlite_schema`).pluck().all();
    for (const { name, sql } of tables) if (!found.includes(name)) db.exec(sql);
  },

  /** Call once for each event in the order of the log, in the transaction that stores it. */
  apply(db: Database, event: Logged): void {
    const rows = rowsIn(db);
    for (const fact of factsOf(event, rows)) rows.put(fact);
  },

  /** Drops all facts; the tables stay, empty. */
  reset(db: Database): void {
    for (const { name } of tables) db.exec(`DELETE FROM ${name}`);
  },
};
