import type { Millis } from '../../core/configuration.js';
import type { AlarmLine, AlarmsAnswer, Scope } from '../../core/protocol/overview.js';
import type { Queries } from '../store/database.js';
import { IN_SCOPE, scopeValue } from './lines.js';

const ALARMS_LISTED_MAX = 1000;

type AlarmRow = Omit<AlarmLine, 'name'> & { readonly name_ar: string; readonly name_en: string };

interface Asked {
  readonly scope: Scope;
  /** All of the scope for `null`. */
  readonly centreId: string | null;
  readonly now: Millis;
}

/** Open alarms and then those that were cleared, the newest of each first. */
export const readAlarms = async (
  queries: Queries,
  { scope, centreId, now }: Asked,
): Promise<AlarmsAnswer> => {
  const rows = await queries.query<AlarmRow>(
    `SELECT a.centre_id AS "centreId", c.name_ar, c.name_en, a.alarm_id AS "alarmId", a.kind,
       a.stream, a.seq, a.raised_at AS "raisedAt", a.seen_at AS "seenAt", a.times,
       a.cleared_at AS "clearedAt", coalesce(account.name, a.cleared_by) AS "clearedBy"
     FROM alarm AS a JOIN centre AS c ON c.centre_id = a.centre_id
       LEFT JOIN account ON account.account_id = a.cleared_by
     WHERE ${IN_SCOPE} AND ($2::text IS NULL OR c.centre_id = $2)
     ORDER BY a.cleared_at IS NOT NULL, coalesce(a.cleared_at, a.raised_at) DESC,
       a.centre_id, a.alarm_id
     LIMIT ${ALARMS_LISTED_MAX}`,
    [scopeValue(scope), centreId],
  );
  return {
    now,
    alarms: rows.map(({ name_ar, name_en, ...row }) => ({
      ...row,
      name: { ar: name_ar, en: name_en },
    })),
  };
};

interface Named {
  readonly scope: Scope;
  readonly centreId: string;
  readonly alarmId: string;
}

const isSeen = async (queries: Queries, { scope, centreId }: Named): Promise<boolean> => {
  const seen = await queries.query(
    `SELECT 1 FROM centre AS c WHERE ${IN_SCOPE} AND c.centre_id = $2`,
    [scopeValue(scope), centreId],
  );
  return seen.length > 0;
};

/** False where there is no such open alarm that the account may see. */
export const clearAlarm = async (
  queries: Queries,
  asked: Named & { readonly by: string; readonly now: Millis },
): Promise<boolean> => {
  if (!(await isSeen(queries, asked))) return false;
  const { centreId, alarmId, by, now } = asked;
  const cleared = await queries.query(
    `UPDATE alarm SET cleared_at = $3, cleared_by = $4
     WHERE centre_id = $1 AND alarm_id = $2 AND cleared_at IS NULL RETURNING 1`,
    [centreId, alarmId, now, by],
  );
  return cleared.length > 0;
};

/** False where there is no such alarm that somebody has cleared and the account may see. */
export const reopenAlarm = async (queries: Queries, asked: Named): Promise<boolean> => {
  if (!(await isSeen(queries, asked))) return false;
  const opened = await queries.query(
    `UPDATE alarm SET cleared_at = NULL, cleared_by = NULL
     WHERE centre_id = $1 AND alarm_id = $2 AND cleared_by IS NOT NULL RETURNING 1`,
    [asked.centreId, asked.alarmId],
  );
  return opened.length > 0;
};
