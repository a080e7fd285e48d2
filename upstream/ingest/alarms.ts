import type { Millis } from '../../core/configuration.js';
import type { AlarmKind } from '../../core/protocol/overview.js';
import type { Queries } from '../store/database.js';

export interface Alarm {
  readonly centreId: string;
  readonly kind: AlarmKind;
  /** Where in which stream; `''` and 0 for what is of the whole centre. */
  readonly stream: string;
  readonly seq: number;
  readonly at: Millis;
}

/** The same alarm again only counts; one that was cleared rings anew. */
export const raise = async (queries: Queries, alarm: Alarm): Promise<void> => {
  const { centreId, kind, stream, seq, at } = alarm;
  await queries.query(
    `INSERT INTO alarm (centre_id, alarm_id, kind, stream, seq, raised_at, seen_at, times)
     VALUES ($1, $2, $3, $4, $5, $6, $6, 1)
     ON CONFLICT (centre_id, alarm_id) DO UPDATE SET
       raised_at = CASE WHEN alarm.cleared_at IS NULL
         THEN alarm.raised_at ELSE excluded.raised_at END,
       seen_at = excluded.seen_at, times = alarm.times + 1, cleared_at = NULL, cleared_by = NULL`,
    [centreId, [kind, stream, seq].join(' '), kind, stream, seq, at],
  );
};
