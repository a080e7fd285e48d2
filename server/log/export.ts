import type Database from 'better-sqlite3';
import { exportedCheckpoint, exportedEvent, exportHead } from '../../chain/exported.js';
import { rowsFrom } from './read.js';

/**
 * The whole log in lines that can be verified without its programs: all streams, oldest first, and
 * the signed checkpoints at the end. Reads one moment of it, also while a server writes.
 */
export function* exportedLog(database: Database.Database, centreId: string): Generator<string> {
  database.exec('BEGIN');
  try {
    yield exportHead(centreId);
    for (const { body, hash, ...row } of rowsFrom(database)) {
      yield exportedEvent({ ...row, body: body.toString('utf8'), hash: hash.toString('hex') });
    }
    const notes = database
      .prepare(
        `SELECT note FROM checkpoint JOIN stream ON stream.id = checkpoint.stream
         ORDER BY stream.ordinal, size`,
      )
      .pluck()
      .iterate() as IterableIterator<string>;
    for (const note of notes) yield exportedCheckpoint(note);
  } finally {
    database.exec('COMMIT');
  }
}
