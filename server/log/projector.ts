import { createHash } from 'node:crypto';
import type Database from 'better-sqlite3';
import type { Logged } from '../../core/events.js';
import { eventOf } from '../../chain/chain.js';
import { rowsFrom } from './read.js';

/**
 * Keeps tables of its own that follow from the events alone. `apply` runs in the same transaction
 * as the event; it must not read a clock, nor tables of others.
 */
export interface Projector {
  readonly name: string;
  /** Raised when the tables or their meaning change: they are then made anew from the log. */
  readonly version: number;
  readonly tables: readonly string[];
  /** Makes the tables where they are missing. */
  migrate(database: Database.Database): void;
  apply(database: Database.Database, event: Logged): void;
  /** Empties the tables. */
  reset(database: Database.Database): void;
}

/** Empties the projectors' tables and fills them from the log, in one transaction. */
export const refill = (database: Database.Database, projectors: readonly Projector[]): void => {
  database.transaction(() => {
    for (const projector of projectors) projector.reset(database);
    for (const row of rowsFrom(database)) {
      const event = eventOf(row);
      for (const projector of projectors) projector.apply(database, event);
    }
  })();
};

/** Makes the tables, and fills those that are new or of another version. */
export const prepareProjectors = (
  database: Database.Database,
  projectors: readonly Projector[],
): void => {
  const known = database.prepare('SELECT version FROM projector WHERE name = ?').pluck();
  const note = database.prepare('INSERT OR REPLACE INTO projector VALUES (?, ?)');
  for (const projector of projectors) {
    const { version } = projector;
    database.transaction(() => {
      projector.migrate(database);
      if (known.get(projector.name) === version) return;
      refill(database, [projector]);
      note.run(projector.name, version);
    })();
  }
};

/** SHA-256 over the content of tables, whatever the order in which their rows were stored. */
export const contentHash = (database: Database.Database, tables: readonly string[]): string => {
  const sum = createHash('sha256');
  for (const table of [...tables].sort()) {
    const columns = database.prepare(`SELECT * FROM "${table}"`).columns();
    const order = columns.map((_, index) => index + 1).join(', ');
    sum.update(`${table}\n`);
    for (const row of database
      .prepare(`SELECT * FROM "${table}" ORDER BY ${order}`)
      .raw()
      .iterate()) {
      sum.update(`${JSON.stringify(row)}\n`);
    }
  }
  return sum.digest('hex');
};
