import type { Millis } from '../../core/configuration.js';
import { centresBehind } from '../facts/stands.js';
import type { Database } from './database.js';
import { forgetMonths, TABLES_BY_TIME } from './schema.js';

/** For how many whole months rows are kept, the running one not counted; `null`: for ever. */
export interface Retention {
  readonly events: number | null;
  readonly facts: number | null;
}

const PARTITION = /_(\d{4})_(\d{2})$/;

/** The first month (`YYYY-MM`) that is still kept. */
const firstKept = (months: number, now: Millis): string => {
  const at = new Date(now);
  return new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() - months, 1))
    .toISOString()
    .slice(0, 7);
};

/** Whether every centre's facts are made from all its events, and none waits for a person. */
const areFactsMade = async (database: Database): Promise<boolean> => {
  const stopped = await database.query(
    'SELECT 1 FROM projection WHERE stopped_at IS NOT NULL LIMIT 1',
  );
  return stopped.length === 0 && (await centresBehind(database)).length === 0;
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
  if (!(await areFactsMade(database))) return [];
  const dropped: string[] = [];
  for (const table of TABLES_BY_TIME) {
    // Roll-ups are small, and kept for good.
    if (table.startsWith('rollup')) continue;
    const months = table === 'event' ? events : facts;
    if (months === null) continue;
    const kept = firstKept(months, now);
    const parts = await database.query<{ name: string }>(
      'SELECT relid::regclass::text AS name FROM pg_partition_tree($1::regclass) WHERE isleaf',
      [table],
    );
    for (const { name } of parts) {
      const [, year, month] = PARTITION.exec(name) ?? [];
      if (year === undefined || `${year}-${month}` >= kept) continue;
      await database.query(`DROP TABLE ${name}`);
      dropped.push(name);
    }
  }
  if (dropped.length > 0) forgetMonths(database);
  return dropped;
};
