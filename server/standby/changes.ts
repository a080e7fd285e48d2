import type { Database } from 'better-sqlite3';

const VERBS = ['INSERT', 'UPDATE', 'DELETE'] as const;

/**
 * Counts the changes of some tables of a file, so that they need not be read to see whether there
 * were any. Nothing of it is written to the file: it lies in what SQLite keeps for this connection.
 */
export class Changes {
  private readonly times;

  constructor(
    private readonly database: Database,
    tables: readonly string[],
  ) {
    database.exec('CREATE TEMP TABLE changed (name TEXT PRIMARY KEY, times INTEGER NOT NULL)');
    for (const table of tables) {
      database.prepare('INSERT INTO temp.changed VALUES (?, 0)').run(table);
      for (const verb of VERBS) {
        database.exec(
          `CREATE TEMP TRIGGER changed_${table}_${verb} AFTER ${verb} ON main.${table} BEGIN
             UPDATE changed SET times = times + 1 WHERE name = '${table}'; END`,
        );
      }
    }
    this.times = database.prepare('SELECT times FROM temp.changed WHERE name = ?').pluck();
  }

  /**
   * Another one after any change of the table, also by another connection. Within a transaction
   * that is rolled back the count goes back too: to be asked outside of one.
   */
  stampOf(table: string): string {
    const others = this.database.pragma('data_version', { simple: true });
    return `${String(others)} ${String(this.times.get(table))}`;
  }
}

/** What was made of tables, for as long as they do not change. */
export class Remembered {
  private readonly changes: Changes;
  private readonly made = new Map<string, { readonly stamp: string; readonly value: string }>();

  constructor(
    private readonly database: Database,
    tables: readonly string[],
  ) {
    this.changes = new Changes(database, tables);
  }

  /** What `make` gives of the table as it is now. */
  of(table: string, make: () => string): string {
    if (this.database.inTransaction) return make();
    const stamp = this.changes.stampOf(table);
    const before = this.made.get(table);
    if (before?.stamp === stamp) return before.value;
    const value = make();
    this.made.set(table, { stamp, value });
    return value;
  }
}
