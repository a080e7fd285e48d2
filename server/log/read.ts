import type Database from 'better-sqlite3';
import type { StoredRow } from '../../chain/chain.js';

const CHUNK_ROWS = 2000;

/** The events from a position on, in order, read in chunks so that the connection stays free. */
export function* rowsFrom(
  database: Database.Database,
  position = 1,
  chunkRows = CHUNK_ROWS,
): Generator<StoredRow, void> {
  const chunk = database.prepare<[number, number], StoredRow>(
    'SELECT * FROM event WHERE position >= ? ORDER BY position LIMIT ?',
  );
  for (let from = position; ;) {
    const rows = chunk.all(from, chunkRows);
    yield* rows;
    if (rows.length < chunkRows) return;
    from = rows.at(-1)!.position + 1;
  }
}

/** A log's last event. */
export type End = Pick<StoredRow, 'position' | 'stream' | 'seq' | 'hash'>;

/** The first event that is not as it should be at a file's end; `undefined` where it ends right. */
export const otherEnd = (
  end: End | undefined,
  should: End,
): Pick<End, 'stream' | 'seq'> | undefined => {
  const { stream, seq, position, hash } = should;
  if (end === undefined) return { stream, seq: 1 };
  if (end.position < position) return { stream, seq: end.stream === stream ? end.seq + 1 : 1 };
  if (end.position > position) return { stream, seq: seq + 1 };
  return end.hash.equals(hash) ? undefined : { stream, seq };
};

/** Events of the centre before a position. */
export const centreRowsBefore = (database: Database.Database, position: number): StoredRow[] =>
  database
    .prepare<[number], StoredRow>(
      'SELECT * FROM event WHERE day IS NULL AND position < ? ORDER BY position',
    )
    .all(position);

export const rowAt = (database: Database.Database, position: number): StoredRow | undefined =>
  database.prepare<[number], StoredRow>('SELECT * FROM event WHERE position = ?').get(position);

export const lastRow = (database: Database.Database): StoredRow | undefined =>
  database.prepare<[], StoredRow>('SELECT * FROM event ORDER BY position DESC LIMIT 1').get();

/** The last event of a stream, wherever in the file that lies. */
export const lastRowOf = (database: Database.Database, stream: string): StoredRow | undefined => {
  const before = database.prepare<[number], StoredRow>('SELECT * FROM event WHERE position = ?');
  // Within a stream positions have no gap, so each step passes a whole stream.
  let row = lastRow(database);
  while (row !== undefined && row.stream !== stream) row = before.get(row.position - row.seq);
  return row;
};

/** The last number of each stream that has events. */
export const endsIn = (database: Database.Database): ReadonlyMap<string, number> => {
  const ends = new Map<string, number>();
  // Within a stream positions have no gap, so each step passes a whole stream.
  for (let row = lastRow(database); row !== undefined;) {
    if (!ends.has(row.stream)) ends.set(row.stream, row.seq);
    row = rowAt(database, Math.min(row.position - row.seq, row.position - 1));
  }
  return ends;
};

/** The stream that events go to; all others have ended. */
export const openStream = (database: Database.Database): string | undefined =>
  database.prepare('SELECT id FROM stream ORDER BY ordinal DESC LIMIT 1').pluck().get() as
    string | undefined;

/** Where the last `days` service days begin; 1 when the log has no more than these. */
export const positionOfDays = (database: Database.Database, days: number): number =>
  (database
    .prepare(
      `SELECT position FROM event WHERE type = 'day.opened'
       ORDER BY position DESC LIMIT 1 OFFSET ?`,
    )
    .pluck()
    .get(days - 1) as number | undefined) ?? 1;
