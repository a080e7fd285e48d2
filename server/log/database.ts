import Database from 'better-sqlite3';
import { takeLock as lockFolder, type Lock } from '../../node/lock.js';
import { LogFault } from './faults.js';

export const LOG_FILE = 'log.db';

/** Below this, a data race in resetting the write-ahead log can corrupt a file. */
const LIBRARY_MIN = '3.51.3';

/** Every connection sets these and reads them back; the driver's own default would lose commits. */
const SETTINGS: readonly (readonly [name: string, set: string, read: string | number])[] = [
  ['journal_mode', 'WAL', 'wal'],
  ['synchronous', 'FULL', 2],
  ['foreign_keys', 'ON', 1],
  ['trusted_schema', 'OFF', 0],
  ['cell_size_check', 'ON', 1],
  ['recursive_triggers', 'ON', 1],
  ['busy_timeout', '5000', 5000],
  ['journal_size_limit', '67108864', 67108864],
  ['mmap_size', '0', 0],
  ['temp_store', 'MEMORY', 2],
];

const isOlder = (version: string, than: string): boolean => {
  const [a, b] = [version, than].map((text) => text.split('.').map(Number));
  const at = [0, 1, 2].find((i) => a![i] !== b![i]);
  return at !== undefined && a![at]! < b![at]!;
};

/** Refuses a library that is too old to be trusted with the log. */
export const checkLibrary = (version: string): void => {
  if (!isOlder(version, LIBRARY_MIN)) return;
  throw new LogFault('log.library', `SQLite ${version} is too old: ${LIBRARY_MIN} is needed`);
};

/**
 * Opens a connection with the settings that make an acknowledged commit survive a power cut, and
 * refuses one that does not take them. A read-only connection leaves the file as it is.
 */
export const connect = (file: string, options: Database.Options = {}): Database.Database => {
  const database = opened(file, options);
  try {
    checkLibrary(database.prepare('SELECT sqlite_version()').pluck().get() as string);
    for (const [name, set, expected] of SETTINGS) {
      if (options.readonly !== true || name !== 'journal_mode') {
        database.pragma(`${name} = ${set}`);
      }
      const read = database.pragma(name, { simple: true });
      if (read === expected) continue;
      throw new LogFault('log.settings', `${file}: ${name} is ${String(read)}, not ${expected}`);
    }
  } catch (error) {
    database.close();
    throw asFault(file, error);
  }
  return database;
};

const opened = (file: string, options: Database.Options): Database.Database => {
  try {
    return new Database(file, options);
  } catch (error) {
    throw asFault(file, error);
  }
};

/** What keeps a file from being opened, in a sentence with its name. */
const asFault = (file: string, error: unknown): unknown => {
  if (!(error instanceof Database.SqliteError)) return error;
  const code = /^SQLITE_(NOTADB|CORRUPT)/.test(error.code) ? 'log.corrupt' : 'data.unusable';
  return new LogFault(code, `${file} cannot be opened: ${error.message} (${error.code})`, {
    cause: error,
  });
};

/** What `quick_check` finds wrong with the file's structure; empty when it is sound. */
export const faultsOfFile = (database: Database.Database): readonly string[] => {
  const found = database.pragma('quick_check(20)') as { quick_check: string }[];
  return found.map((row) => row.quick_check).filter((text) => text !== 'ok');
};

/**
 * Holds the data directory for one process. Throws `log.inUse` at once when another holds it. What
 * `node/lock.ts` says of the lock's file is true of the log's too.
 */
export const takeLock = (directory: string): Lock => {
  const lock = lockOn(directory);
  if (lock !== null) return lock;
  const message = `${directory} is used by another process: stop the server there first`;
  throw new LogFault('log.inUse', message);
};

const lockOn = (directory: string): Lock | null => {
  try {
    return lockFolder(directory);
  } catch (error) {
    throw asFault(directory, error);
  }
};
