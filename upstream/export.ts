import {
  exportedCheckpoint,
  exportedEvent,
  exportHead,
  type ExportedRow,
} from '../chain/exported.js';
import type { Queries } from './store/database.js';

const ROWS_MAX = 2_000;

/**
 * What is kept of one centre's log, in the lines that the centre's own `export` writes: all
 * streams, oldest first, then the signed checkpoints. Rejects with a `QueryFault`.
 */
export async function* exportedLog(queries: Queries, centreId: string): AsyncGenerator<string> {
  yield exportHead(centreId);
  const streams = await queries.query<{ stream: string; stored_seq: number }>(
    'SELECT stream, stored_seq FROM stream WHERE centre_id = $1 ORDER BY ordinal',
    [centreId],
  );
  for (const { stream, stored_seq } of streams) {
    for (let from = 1; from <= stored_seq; from += ROWS_MAX) {
      const rows = await queries.query<ExportedRow>(
        `SELECT stream, seq, day, occurred_at, request, part, parts, actor, type, version, body,
           encode(hash, 'hex') AS hash
         FROM event WHERE centre_id = $1 AND stream = $2 AND seq >= $3 AND seq < $4 ORDER BY seq`,
        [centreId, stream, from, Math.min(from + ROWS_MAX, stored_seq + 1)],
      );
      for (const row of rows) yield exportedEvent(row);
    }
  }
  for (const { stream, stored_seq } of streams) {
    const notes = await queries.query<{ note: string }>(
      `SELECT note FROM checkpoint WHERE centre_id = $1 AND stream = $2 AND size <= $3
       ORDER BY size`,
      [centreId, stream, stored_seq],
    );
    for (const { note } of notes) yield exportedCheckpoint(note);
  }
}
