import Sqlite from 'better-sqlite3';
import { expect } from 'vitest';
import type { Logged } from '../../core/events.js';
import type { LegFact } from '../../core/facts.js';
import { grouped } from '../../core/figures.js';
import { histogramBytes } from '../../core/kpi/histogram.js';
import { dayReport } from '../../core/report.js';
import { addLeg, addVisit, noLegs, noVisits, slotOf } from '../../core/kpi/rollup.js';
import { zoneOffset } from '../../core/calendar.js';
import { createDeviceTable } from '../../server/report/devices.js';
import { reportOfDay } from '../../server/report/day.js';
import { reportProjector } from '../../server/report/projection.js';
import { factsOfDay as hallsFacts } from '../../server/report/rows.js';
import { packedFactsOfDay } from '../../upstream/facts/packed.js';
import { factsOfDay } from '../../upstream/facts/rows.js';
import type { Database, Queries } from '../../upstream/store/database.js';
import { countColumn, DERIVED } from '../../upstream/store/facttables.js';
import { CENTRE } from '../fixtures/randomday.js';

/** The centre's own tables, from the same log. */
export const hallOf = (log: readonly Logged[]): Sqlite.Database => {
  const db = new Sqlite(':memory:');
  createDeviceTable(db);
  reportProjector.migrate(db);
  db.transaction(() => {
    for (const event of log) reportProjector.apply(db, event);
  })();
  return db;
};

const daysOf = (log: readonly Logged[]): string[] =>
  log.flatMap((event) => (event.type === 'day.opened' ? [event.day] : []));

/** A day's roll-ups, from its legs and visits alone. */
const expectedRollups = (hall: Sqlite.Database, day: string) => {
  const facts = hallsFacts(hall, day)!;
  const sums = (legs: readonly LegFact[]) => {
    const all = noLegs();
    for (const leg of legs) addLeg(all, leg, 1);
    const { counts, waits, handlings } = all;
    const columns = Object.entries(counts).map(([name, sum]) => [countColumn('leg', name), sum]);
    const hex = (map: Map<number, number>) => Buffer.from(histogramBytes(map)).toString('hex');
    return { ...Object.fromEntries(columns), waits: hex(waits), handlings: hex(handlings) };
  };
  const visits = noVisits();
  for (const visit of facts.visits) addVisit(visits, visit, 1);
  const cells = grouped(facts.legs, (leg) => `${slotOf(leg)} ${leg.serviceId}`);
  return {
    day: {
      ...sums(facts.legs),
      ...Object.fromEntries(
        Object.entries(visits).map(([name, sum]) => [countColumn('visit', name), sum]),
      ),
    },
    quarters: new Map([...cells].map(([key, legs]) => [key, sums(legs)])),
  };
};

const storedRollups = async (queries: Queries, centreId: string, day: string) => {
  const read = async (table: string) => {
    const rows = await queries.query<Record<string, string | number>>(
      `SELECT t.*, encode(waits, 'hex') AS waits, encode(handlings, 'hex') AS handlings
       FROM ${table} AS t WHERE centre_id = $1 AND business_day = $2::date`,
      [centreId, day],
    );
    return rows.map(({ centre_id: _, business_day: __, ...row }) => row);
  };
  const quarters = (await read('rollup_quarter')).map(({ slot, service_id, ...row }) => {
    return [`${slot} ${service_id}`, row] as const;
  });
  return { day: (await read('rollup_day'))[0], quarters: new Map(quarters) };
};

/** Facts, roll-ups and report are those of the hall that wrote this log. */
export const expectAsIn = (
  queries: Queries,
  centreId: string,
  log: readonly Logged[],
): Promise<void> => expectAsHall(queries, centreId, { log, hall: hallOf(log) });

/** Facts, roll-ups and report are those in the hall's own tables. */
export const expectAsHall = async (
  queries: Queries,
  centreId: string,
  { log, hall }: { readonly log: readonly Logged[]; readonly hall: Sqlite.Database },
): Promise<void> => {
  for (const day of new Set(daysOf(log))) {
    const own = hallsFacts(hall, day);
    const found = await factsOfDay(queries, centreId, day);
    expect(found).toEqual(own);
    expect(await packedFactsOfDay(queries, centreId, day)).toEqual(own);
    if (own === undefined || found === undefined) continue;
    const now = log.at(-1)!.at;
    const zone = CENTRE.centre.zone;
    const offsetMs = zoneOffset(zone)(found.day.openedAt);
    expect(dayReport(found, { now, offsetMs })).toEqual(reportOfDay(hall, day, { now, zone }));
    expect(await storedRollups(queries, centreId, day)).toEqual(expectedRollups(hall, day));
  }
  const kept = await queries.query<{ day: string }>(
    `SELECT business_day::text AS day FROM service_day WHERE centre_id = $1 ORDER BY 1`,
    [centreId],
  );
  const days = hall.prepare('SELECT day FROM service_day ORDER BY 1').all();
  expect(kept).toEqual(days);
  const packed = await queries.query<{ day: string }>(
    `SELECT business_day::text AS day FROM packed_day WHERE centre_id = $1 ORDER BY 1`,
    [centreId],
  );
  const closed = 'SELECT day FROM service_day WHERE closed_at IS NOT NULL ORDER BY 1';
  expect(packed).toEqual(hall.prepare(closed).all());
};

/** All that follows from a centre's events, byte for byte. */
export const dump = async (queries: Queries, centreId: string): Promise<unknown[]> => {
  const tables = DERIVED.filter(({ name }) => name !== 'projection');
  const found: unknown[] = [];
  for (const { name, columns } of tables) {
    const said = columns.map(({ name: column }) => `coalesce(${column}::text, '-')`);
    found.push(
      await queries.query(
        `SELECT ${said.join(` || ' ' || `)} AS row FROM ${name} WHERE centre_id = $1 ORDER BY 1`,
        [centreId],
      ),
    );
  }
  return found;
};

export const alarmsOf = (queries: Queries, centreId: string) =>
  queries.query('SELECT kind, stream, seq FROM alarm WHERE centre_id = $1', [centreId]);

/** Its transactions fail before they are committed, as often as the dice say. */
export const failing = (database: Database, random: () => number): Database => ({
  ...database,
  transaction: (work) =>
    database.transaction(async (queries) => {
      const result = await work(queries);
      if (random() < 0.5) throw Object.assign(new Error('cut'), { isCut: true });
      return result;
    }),
});

/** In so many of its first transactions somebody else has moved the figures of a centre on. */
export const overtaken = (database: Database, centreId: string, times: number): Database => {
  let left = times;
  return {
    ...database,
    transaction: async (work) => {
      const sql = 'UPDATE projection SET turn = turn + 1 WHERE centre_id = $1';
      if (left > 0) await database.query(sql, [centreId]);
      left -= 1;
      return database.transaction(work);
    },
  };
};
