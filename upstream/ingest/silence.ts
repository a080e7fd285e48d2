import type { Millis } from '../../core/configuration.js';
import { DAY_MS, MINUTE_MS } from '../../core/time.js';
import type { Database } from '../store/database.js';
import { raise } from './alarms.js';

/** A hall that was open when it was heard last. */
const OPEN_MAX_MS = 15 * MINUTE_MS;
/** Any centre: its machine may be off over a feast. */
const CLOSED_MAX_MS = 5 * DAY_MS;

/** Raises the alarm of centres that have fallen silent, and ends that of those heard again. */
export const watchSilence = async (database: Database, now: Millis): Promise<void> => {
  const silent = await database.query<{ centre_id: string }>(
    `SELECT centre_id FROM centre
     WHERE revoked_at IS NULL
       AND heard_at < CASE WHEN live ->> 'open' = 'true' THEN $1::BIGINT ELSE $2::BIGINT END
       AND NOT EXISTS (SELECT 1 FROM alarm WHERE alarm.centre_id = centre.centre_id
         AND kind = 'silent' AND cleared_at IS NULL)`,
    [now - OPEN_MAX_MS, now - CLOSED_MAX_MS],
  );
  for (const { centre_id: centreId } of silent) {
    await raise(database, { centreId, kind: 'silent', stream: '', seq: 0, at: now });
  }
  await database.query(
    `UPDATE alarm SET cleared_at = $1, cleared_by = NULL
     WHERE kind = 'silent' AND cleared_at IS NULL AND EXISTS (SELECT 1 FROM centre
       WHERE centre.centre_id = alarm.centre_id AND heard_at >= $2)`,
    [now, now - OPEN_MAX_MS],
  );
};
