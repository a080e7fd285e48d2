import Database from 'better-sqlite3';
import { join } from 'node:path';

const LOCK_FILE = 'lock';

export interface Lock {
  release(): void;
}

const isBusy = (error: unknown): boolean =>
  error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');

/**
 * Holds a folder for one process; the system lets go when the process ends, however it ends. Gives
 * `null` at once when another holds it; throws what SQLite says when the folder takes no lock.
 * Nothing else may open the lock's file by plain file calls in this process: closing it would drop
 * the system's lock.
 */
export const takeLock = (folder: string): Lock | null => {
  const lock = new Database(join(folder, LOCK_FILE), { timeout: 0 });
  try {
    lock.pragma('journal_mode = MEMORY');
    lock.exec('BEGIN EXCLUSIVE');
    return { release: () => lock.close() };
  } catch (error) {
    lock.close();
    if (isBusy(error)) return null;
    throw error;
  }
};
