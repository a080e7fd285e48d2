import type Database from 'better-sqlite3';
import { LogFault } from './faults.js';

const APPEND_ONLY = [
  'stream',
  'event',
  'answer',
  'configuration',
  'signer',
  'checkpoint',
  'audit',
] as const;

const forbid = (table: string): string => `
  CREATE TRIGGER ${table}_kept BEFORE DELETE ON ${table}
  BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END;
  CREATE TRIGGER ${table}_fixed BEFORE UPDATE ON ${table}
  BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END;`;

const FIRST = `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE stream (
    ordinal INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    started_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE event (
    position INTEGER PRIMARY KEY,
    stream TEXT NOT NULL,
    seq INTEGER NOT NULL,
    day TEXT CHECK (day <> ''),
    occurred_at INTEGER NOT NULL,
    request TEXT NOT NULL,
    part INTEGER NOT NULL CHECK (part >= 1),
    parts INTEGER NOT NULL CHECK (parts >= part),
    actor TEXT NOT NULL,
    type TEXT NOT NULL,
    version INTEGER NOT NULL,
    body BLOB NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32)
  ) STRICT;
  CREATE INDEX event_centre ON event (position) WHERE day IS NULL;
  CREATE INDEX event_opening ON event (position) WHERE type = 'day.opened';
  CREATE TRIGGER event_follows BEFORE INSERT ON event BEGIN
    SELECT RAISE(ABORT, 'a stream that has ended is read-only')
      WHERE NEW.stream IS NOT (SELECT id FROM stream ORDER BY ordinal DESC LIMIT 1);
    SELECT RAISE(ABORT, 'an event goes to the end of the log')
      WHERE NEW.position IS NOT (SELECT coalesce(max(position), 0) + 1 FROM event)
      OR NEW.seq <> 1 + coalesce(
        (SELECT seq FROM event WHERE position = NEW.position - 1 AND stream = NEW.stream), 0);
  END;
  CREATE TABLE answer (
    device TEXT NOT NULL,
    request TEXT NOT NULL,
    payload BLOB NOT NULL CHECK (length(payload) = 32),
    body TEXT NOT NULL,
    PRIMARY KEY (device, request)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE quarantine (
    device TEXT NOT NULL,
    request TEXT NOT NULL,
    at INTEGER NOT NULL,
    command TEXT NOT NULL,
    fault TEXT NOT NULL,
    PRIMARY KEY (device, request)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE configuration (hash TEXT PRIMARY KEY, body BLOB NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE signer (
    id TEXT PRIMARY KEY,
    key TEXT NOT NULL,
    since INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE checkpoint (
    stream TEXT NOT NULL REFERENCES stream (id),
    size INTEGER NOT NULL,
    at INTEGER NOT NULL,
    note TEXT NOT NULL,
    peaks BLOB NOT NULL,
    PRIMARY KEY (stream, size)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    device TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL
  ) STRICT;
  CREATE TABLE projector (name TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  ${APPEND_ONLY.map(forbid).join('\n')}`;

/** In order, each run once, never changed after a release. */
const MIGRATIONS: readonly string[] = [FIRST];

/** Brings the tables up to date. Refuses a file that a newer program has written. */
export const migrate = (database: Database.Database): void => {
  const version = database.pragma('user_version', { simple: true }) as number;
  if (version > MIGRATIONS.length) {
    throw new LogFault(
      'log.newer',
      `${database.name} was written by a newer Dawr (${version}): start that one`,
    );
  }
  for (const [index, sql] of MIGRATIONS.entries()) {
    if (index < version) continue;
    database.transaction(() => {
      database.exec(sql);
      database.pragma(`user_version = ${index + 1}`);
    })();
  }
};
