import type { StaffPost } from '../../core/protocol/upstream.js';
import { staffOf } from '../../node/forward/staff.js';
import type { Database } from '../store/database.js';

/**
 * Keeps what clerks are called in the place of all that the centre told before; none: forgets. What
 * was told before the post that held last is let pass: it comes late, or somebody sends it again.
 */
export const keepStaff = (
  database: Database,
  centreId: string,
  { names, at }: StaffPost,
): Promise<void> =>
  database.transaction(async (queries) => {
    const later = await queries.query(
      `SELECT 1 FROM centre
       WHERE centre_id = $1 AND heard_at + coalesce(clock_off_ms, 0) > $2::BIGINT`,
      [centreId, at],
    );
    if (later.length > 0) return;
    await queries.query('DELETE FROM staff_name WHERE centre_id = $1', [centreId]);
    const rows = Object.entries(names).map(([clerk, name]) => ({ clerk, name }));
    await queries.query(
      `INSERT INTO staff_name (centre_id, clerk, name)
       SELECT $1::text, clerk, name FROM json_to_recordset($2::json) AS r (clerk TEXT, name TEXT)`,
      [centreId, JSON.stringify(rows)],
    );
    await queries.query('UPDATE centre SET staff_hash = $2 WHERE centre_id = $1', [
      ...[centreId, staffOf(names).hash],
    ]);
  });
