import type { Millis } from '../../core/configuration.js';
import { DAY_MS, MINUTE_MS } from '../../core/time.js';
import type { Database } from '../store/database.js';
import { raise } from './alarms.js';

/** A hall that was open when it was heard last. */
const OPEN_MAX_MS = 15 * MINUTE_MS;
/** Any centre: its machine may be off over a feast. */
const CLOSED_MAX_MS = 5 * DAY_MS;
/** Clocks of the receivers of one store differ by less. */
export const CLOCKS_APART_MS = MINUTE_MS;

/**
 * A clock here was ahead when it was written down, and was put right since: what was heard then
 * counts as heard now, or a hall that died meanwhile would look alive until that time comes. When
 * all was here last is known no more.
 */
const mendFuture = (database: Database, now: Millis): Promise<unknown> =>
  database.query(
    `UPDATE centre SET heard_at = least(heard_at, $1::BIGINT),
       live_since = least(live_since, $1::BIGINT),
       caught_up_at = CASE WHEN caught_up_at > $1::BIGINT THEN NULL ELSE caught_up_at END
     WHERE heard_at > $2::BIGINT OR live_since > $2::BIGINT OR caught_up_at > $2::BIGINT`,
    [now, now + CLOCKS_APART_MS],
  );

/** Raises the alarm of centres that have fallen silent, and ends that of those heard again. */
export const watchSilence = async (database: Database, now: Millis): Promise<void> => {
  await mendFuture(database, now);
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
