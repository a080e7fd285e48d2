import type { Database } from 'better-sqlite3';
import type { Logged } from '../../core/events.js';
import { factsOf } from '../../core/facts.js';
import type { Projector } from '../log/projector.js';
import { Rows } from './rows.js';
import { TABLES } from './tables.js';

const opened = new WeakMap<Database, Rows>();

const rowsIn = (db: Database): Rows => {
  const known = opened.get(db);
  if (known !== undefined) return known;
  const rows = new Rows(db);
  opened.set(db, rows);
  return rows;
};

/**
 * The report's tables. All that it knows lies in them, none in memory, so a transaction that rolls
 * back takes its facts with it, and applying the whole log again to empty tables gives the same.
 * A change of the tables or of the rules in `core/facts` needs a higher `version`: the log is then
 * applied again.
 */
export const reportProjector: Projector = {
  name: 'report',
  version: 5,
  tables: TABLES.map(({ name }) => name),

  migrate(db: Database): void {
    const found = db.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?');
    for (const { name, sql } of TABLES) if (found.get(name) === undefined) db.exec(sql);
  },

  /** Call once for each event in the order of the log, in the transaction that stores it. */
  apply(db: Database, event: Logged): void {
    const rows = rowsIn(db);
    for (const fact of factsOf(event, rows)) rows.put(fact);
  },

  /** Makes the tables anew, empty and with the columns of this version. */
  reset(db: Database): void {
    for (const { name, sql } of TABLES) db.exec(`DROP TABLE IF EXISTS ${name}; ${sql}`);
  },
};
