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

/** The month (`YYYY-MM`) so many after another; before it, for a negative number. */
const monthAfter = (month: string, months: number): string => {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 1 + months, 1)).toISOString().slice(0, 7);
};

interface Part {
  readonly name: string;
  readonly month: string;
}

/** The months of a table, the oldest first. */
const partsOf = async (database: Database, table: string): Promise<readonly Part[]> => {
  const rows = await database.query<{ name: string }>(
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
      await database.query(`DROP TABLE ${name}`);
      dropped.push(name);
    }
  }
  if (dropped.length > 0) forgetMonths(database);
  return dropped;
};
