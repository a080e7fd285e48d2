import type { Millis } from '../../core/configuration.js';
import { centresBehind } from '../facts/stands.js';
import type { Database, Queries } from './database.js';
import { monthAfter } from './month.js';
import { forgetMonths, TABLES_BY_TIME } from './schema.js';
import { AMONG } from './tables.js';

/** For how many whole months rows are kept, the running one not counted; `null`: for ever. */
interface Retention {
  readonly events: number | null;
  readonly facts: number | null;
}

const PARTITION = /_(\d{4})_(\d{2})$/;

interface Part {
  readonly name: string;
  /** `YYYY-MM`. */
  readonly month: string;
}

/** The months of a table that are still kept, the oldest first. */
export const partsOf = async (queries: Queries, table: string): Promise<readonly Part[]> => {
  const rows = await queries.query<{ name: string }>(
    'SELECT relid::regclass::text AS name FROM pg_partition_tree($1::regclass) WHERE isleaf',
    [table],
  );
  return rows
    .flatMap(({ name }): Part[] => {
      const [, year, month] = PARTITION.exec(name) ?? [];
      return year === undefined ? [] : [{ name, month: `${year}-${month}` }];
    })
    .sort((a, b) => (a.month < b.month ? -1 : 1));
};

/**
 * The month that runs, as far as what is stored bears it out: at most the one after the newest
 * event, so that a clock that is far ahead drops nothing; `null` where there is no event.
 */
const runningMonth = async (database: Database, now: Millis): Promise<string | null> => {
  const today = new Date(now).toISOString().slice(0, 7);
  const parts = (await partsOf(database, 'event')).filter(({ month }) => month <= today);
  for (const { name, month } of parts.toReversed()) {
    const some = await database.query(`SELECT 1 FROM ${name} LIMIT 1`);
    if (some.length === 0) continue;
    const next = monthAfter(month, 1);
    return next < today ? next : today;
  }
  return null;
};

/** A centre whose facts are still to be made of events of this day on. */
export interface Unmade {
  readonly centreId: string;
  readonly day: string | null;
  readonly why: string;
}

/** Centres whose facts are not made from all their events, but for those that were revoked. */
export const unmade = async (database: Database): Promise<readonly Unmade[]> => {
  const behind = await centresBehind(database);
  return database.query<Unmade>(
    `SELECT s.centre_id AS "centreId", p.event_day::text AS day,
       CASE WHEN p.stopped_at IS NULL THEN 'facts are behind' ELSE 'facts are stopped' END AS why
     FROM (SELECT DISTINCT centre_id FROM stream) AS s
     LEFT JOIN projection AS p ON p.centre_id = s.centre_id
     LEFT JOIN centre AS c ON c.centre_id = s.centre_id
     WHERE c.revoked_at IS NULL AND (p.stopped_at IS NOT NULL
       OR s.centre_id ${AMONG})
     ORDER BY s.centre_id`,
    [JSON.stringify(behind)],
  );
};

/**
 * Drops the months that need not be kept any more, unless facts are still to be made of events;
 * gives the names of their tables. Call it only when those above have all events.
 */
export const dropOld = async (
  database: Database,
  { events, facts }: Retention,
  now: Millis,
): Promise<readonly string[]> => {
  const running = await runningMonth(database, now);
  if (running === null) return [];
  const dropped: string[] = [];
  for (const table of TABLES_BY_TIME) {
    // Roll-ups are small, and kept for good.
    if (table.startsWith('rollup')) continue;
    const months = table === 'event' ? events : facts;
    if (months === null) continue;
    const kept = monthAfter(running, -months);
    for (const { name, month } of await partsOf(database, table)) {
      if (month >= kept) continue;
      // Old events may come at any time, of a centre that was long away.
      if ((await unmade(database)).length > 0) return dropped;
      await database.query(`DROP TABLE ${name}`);
      forgetMonths(database);
      dropped.push(name);
    }
  }
  return dropped;
};
