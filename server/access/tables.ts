import type Database from 'better-sqlite3';

/**
 * What may be forgotten, and so lies outside the log: names of staff, hashes of secrets and tokens,
 * sessions. Made when missing; the log's own tables are not touched.
 */
export const createAccessTables = (database: Database.Database): void => {
  database.exec(`
    CREATE TABLE IF NOT EXISTS device_token (
      device TEXT PRIMARY KEY,
      role TEXT NOT NULL,
      hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
      since INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS staff (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      role TEXT NOT NULL CHECK (role IN ('clerk', 'manager')),
      secret TEXT NOT NULL,
      active INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS session (
      hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
      staff TEXT NOT NULL REFERENCES staff (id),
      device TEXT NOT NULL,
      started_at INTEGER NOT NULL,
      used_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;`);
};
