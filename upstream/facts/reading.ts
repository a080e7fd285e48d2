import type { Row } from '../../chain/chain.js';
import { DAY_MS } from '../../core/time.js';
import type { Queries } from '../store/database.js';
import type { Place, Segment } from './line.js';

/** A stored event, as far as facts need it. */
export interface EventRow extends Omit<Row, 'body'> {
  readonly centre_id: string;
  readonly business_day: string;
  readonly body: string;
}

/** Which events of a centre are wanted: those after a place of the log. */
export interface Wanted {
  readonly centreId: string;
  readonly after: Place & Segment;
  /** Day under which the last one before them is kept. */
  readonly eventDay: string | null;
}

/** Events lie under their days: only so many around the last one are looked through at first. */
const DAYS_AROUND = 4;

const shifted = (day: string, days: number): string =>
  new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);

const read = async (
  queries: Queries,
  wanted: readonly Wanted[],
  limits: { readonly each: number; readonly around: number },
): Promise<EventRow[]> => {
  if (wanted.length === 0) return [];
  const { each, around } = limits;
  const rows = wanted.map(({ centreId, after: { stream, seq, upTo }, eventDay }) => ({
    ...{ centre_id: centreId, stream, seq, up_to: Math.min(upTo, seq + each) },
    first: eventDay === null || around === 0 ? '-infinity' : shifted(eventDay, -around),
    last: eventDay === null || around === 0 ? 'infinity' : shifted(eventDay, around),
  }));
  const first = rows.map((row) => row.first).sort()[0]!;
  const last = rows
    .map((row) => row.last)
    .sort()
    .at(-1)!;
  return queries.query<EventRow>(
    `SELECT e.centre_id, e.stream, e.seq, e.business_day::text, e.day, e.occurred_at, e.request,
       e.part, e.parts, e.actor, e.type, e.version, e.body
     FROM json_to_recordset($1::json) AS r (centre_id TEXT, stream TEXT, seq BIGINT, up_to BIGINT,
       first DATE, last DATE)
     JOIN event AS e ON e.centre_id = r.centre_id AND e.stream = r.stream
       AND e.seq > r.seq AND e.seq <= r.up_to AND e.business_day BETWEEN r.first AND r.last
     WHERE e.business_day BETWEEN $2::date AND $3::date`,
    [JSON.stringify(rows), first, last],
  );
};

/** As many as follow each other without a gap, ending with a whole request where that can be. */
const following = (rows: readonly EventRow[], seq: number): readonly EventRow[] => {
  const ordered = rows.toSorted((a, b) => a.seq - b.seq);
  const gap = ordered.findIndex((row, index) => row.seq !== seq + 1 + index);
  const whole = gap < 0 ? ordered : ordered.slice(0, gap);
  const end = whole.findLastIndex(({ part, parts }) => part === parts);
  return end < 0 ? whole : whole.slice(0, end + 1);
};

const byCentre = (wanted: readonly Wanted[], rows: readonly EventRow[]) => {
  const found = new Map<string, EventRow[]>(wanted.map(({ centreId }) => [centreId, []]));
  for (const row of rows) found.get(row.centre_id)?.push(row);
  return new Map(
    wanted.map(({ centreId, after }) => [centreId, following(found.get(centreId)!, after.seq)]),
  );
};

/**
 * The next events of each centre, at most `each`, whole requests where one is not longer. None for
 * a centre whose next event is not kept any more.
 */
export const eventsAfter = async (
  queries: Queries,
  wanted: readonly Wanted[],
  each: number,
): Promise<ReadonlyMap<string, readonly EventRow[]>> => {
  const near = byCentre(wanted, await read(queries, wanted, { each, around: DAYS_AROUND }));
  const missed = wanted.filter(({ centreId }) => near.get(centreId)!.length === 0);
  const far = byCentre(missed, await read(queries, missed, { each, around: 0 }));
  return new Map([...near, ...far]);
};
