import { civil } from '../../core/calendar.js';
import type { Millis } from '../../core/configuration.js';
import { serviceLevel } from '../../core/kpi/counts.js';
import {
  parseHistogram,
  percentileOf,
  together,
  type Histogram,
} from '../../core/kpi/histogram.js';
import type { CentreLine, FleetFigures, LineState, Scope } from '../../core/protocol/overview.js';
import type { LiveNumbers } from '../../core/protocol/upstream.js';
import { SILENT_MS } from '../ingest/rows.js';
import type { Queries } from '../store/database.js';

/** Holds for a `centre AS c` of the scope that is parameter 1, a JSON list or `NULL` for all. */
export const IN_SCOPE = `($1::json IS NULL
  OR c.governorate_id = ANY (SELECT json_array_elements_text($1::json)))`;

export const scopeValue = (scope: Scope): string | null =>
  scope === null ? null : JSON.stringify(scope);

interface LineRow {
  readonly centre_id: string;
  readonly governorate_id: string;
  readonly name_ar: string;
  readonly name_en: string;
  readonly zone: string;
  readonly relayed: boolean;
  readonly enrolled_at: Millis;
  readonly revoked_at: Millis | null;
  readonly heard_at: Millis | null;
  readonly caught_up_at: Millis | null;
  readonly live_since: Millis | null;
  readonly missing: number;
  readonly live: LiveNumbers | null;
  readonly day: string | null;
  readonly visits: number | null;
  readonly served: number | null;
  readonly within: number | null;
  readonly queued: number | null;
  readonly walk_out: number | null;
  readonly waits: string | null;
}

/** The sums of one or several days from which figures are made. */
interface Sums {
  readonly visits: number;
  readonly served: number;
  readonly within: number;
  readonly queued: number;
  readonly walk_out: number;
  readonly waits: Histogram;
}

/** A centre as the pages show it, with what the sums of several are made of. */
export interface Line {
  readonly line: CentreLine;
  readonly sums: Sums;
}

const sumsOf = (row: LineRow): Sums => ({
  visits: row.visits ?? 0,
  served: row.served ?? 0,
  within: row.within ?? 0,
  queued: row.queued ?? 0,
  walk_out: row.walk_out ?? 0,
  waits: parseHistogram(Buffer.from(row.waits ?? '', 'hex')),
});

/** Figures of one day, or of several centres' days put together. */
export const figuresOf = (days: readonly Sums[]): FleetFigures => {
  const sum = (of: (day: Sums) => number): number =>
    days.reduce((total, day) => total + of(day), 0);
  const [first] = days;
  const waits =
    first !== undefined && days.length === 1 ? first.waits : together(days.map((day) => day.waits));
  const [p50Ms, p90Ms] = [percentileOf(waits, 0.5), percentileOf(waits, 0.9)];
  const count = [...waits.values()].reduce((total, one) => total + one, 0);
  return {
    visits: sum(({ visits }) => visits),
    served: sum(({ served }) => served),
    waits: p50Ms === null || p90Ms === null ? null : { count, p50Ms, p90Ms },
    serviceLevel: serviceLevel({
      within: sum(({ within }) => within),
      queued: sum(({ queued }) => queued),
      walk_out: sum(({ walk_out }) => walk_out),
    }),
  };
};

const stateOf = (row: LineRow, now: Millis): { state: LineState; since: Millis | null } => {
  const { revoked_at, heard_at, caught_up_at, live_since, enrolled_at, missing } = row;
  if (revoked_at !== null) return { state: 'revoked', since: revoked_at };
  if (heard_at === null) return { state: 'expected', since: null };
  if (now - heard_at > SILENT_MS) return { state: 'silent', since: heard_at };
  if (missing === 0) return { state: 'live', since: live_since };
  return { state: 'behind', since: caught_up_at ?? enrolled_at };
};

interface Around {
  readonly now: Millis;
  /** The date of now in a zone. */
  readonly dateIn: (zone: string) => string;
}

const lineOf = (row: LineRow, alarms: number, { now, dateIn }: Around): Line => {
  const sums = sumsOf(row);
  const { state, since } = stateOf(row, now);
  const { centre_id: centreId, governorate_id: governorateId, missing, day, zone, relayed } = row;
  const live = state === 'live' && row.live?.open === true ? row.live : null;
  const name = { ar: row.name_ar, en: row.name_en };
  // A hall that is open past midnight is still in the day that it opened.
  const isToday = day !== null && (day === dateIn(zone) || live !== null);
  return {
    line: {
      ...{
        centreId,
        governorateId,
        name,
        relayed,
        zone,
        state,
        since,
        missing,
        day,
        isToday,
        live,
      },
      ...{ alarms, ...figuresOf([sums]) },
    },
    sums,
  };
};

/** Whose lines are read: all of the scope, or one centre of it. */
export interface Asked {
  readonly scope: Scope;
  readonly now: Millis;
  readonly centreId?: string;
}

const rowsOf = (queries: Queries, { scope, centreId }: Asked): Promise<LineRow[]> =>
  queries.query<LineRow>(
    `SELECT c.centre_id, c.governorate_id, c.name_ar, c.name_en, c.zone, c.relayed, c.enrolled_at,
       c.revoked_at, c.heard_at, c.caught_up_at, c.live_since, c.missing, c.live,
       p.newest_day::text AS day,
       d.visit_joined AS visits, d.visit_served AS served, d.leg_within AS within,
       d.leg_queued AS queued, d.leg_walk_out AS walk_out, encode(d.waits, 'hex') AS waits
     FROM centre AS c
     LEFT JOIN projection AS p ON p.centre_id = c.centre_id
     LEFT JOIN rollup_day AS d ON d.centre_id = c.centre_id AND d.business_day = p.newest_day
     WHERE ${IN_SCOPE} AND ($2::text IS NULL OR c.centre_id = $2)`,
    [scopeValue(scope), centreId ?? null],
  );

/** How many alarms are open, by centre. */
const alarmsOf = async (
  queries: Queries,
  centreId: string | undefined,
): Promise<ReadonlyMap<string, number>> => {
  const counts = await queries.query<{ readonly centre_id: string; readonly open: number }>(
    `SELECT centre_id, count(*) AS open FROM alarm
     WHERE cleared_at IS NULL AND ($1::text IS NULL OR centre_id = $1) GROUP BY centre_id`,
    [centreId ?? null],
  );
  return new Map(counts.map(({ centre_id, open }) => [centre_id, open]));
};

/** In the order of the centres' ids. */
export const linesOf = async (queries: Queries, asked: Asked): Promise<readonly Line[]> => {
  const { now, centreId } = asked;
  const [rows, alarms] = await Promise.all([rowsOf(queries, asked), alarmsOf(queries, centreId)]);
  // A nation has few zones, and to ask for a date takes longer than all else of a line.
  const dates = new Map(rows.map(({ zone }) => [zone, '']));
  for (const zone of dates.keys()) dates.set(zone, civil(now, zone).date);
  const around = { now, dateIn: (zone: string) => dates.get(zone)! };
  return rows
    .map((row) => lineOf(row, alarms.get(row.centre_id) ?? 0, around))
    .sort((a, b) => (a.line.centreId < b.line.centreId ? -1 : 1));
};
