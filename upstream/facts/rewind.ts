import type { Millis } from '../../core/configuration.js';
import { raise } from '../ingest/alarms.js';
import type { Database, Queries } from '../store/database.js';
import { DAY_SUM, FACTS, PACKED_DAY, QUARTER } from '../store/facttables.js';
import { keepMonths } from '../store/schema.js';
import { BEGINNING, isBefore, segmentAt, type Place, type Segment } from './line.js';
import { packDays } from './packed.js';
import { moveOn, type Stand } from './stands.js';

interface Opening {
  readonly day: string;
  readonly place: Place;
}

const openingsOf = async (queries: Queries, centreId: string): Promise<Opening[]> => {
  const rows = await queries.query<Place & { readonly day: string }>(
    `SELECT business_day::text AS day, opened_stream AS stream, opened_seq AS seq
     FROM service_day WHERE centre_id = $1 ORDER BY business_day`,
    [centreId],
  );
  return rows.map(({ day, stream, seq }) => ({ day, place: { stream, seq } }));
};

/** Day under which an event is kept; `null` for one that is not kept any more. */
const eventDay = async (
  queries: Queries,
  centreId: string,
  { stream, seq }: Place,
): Promise<string | null> => {
  const [row] = await queries.query<{ day: string }>(
    `SELECT business_day::text AS day FROM event
     WHERE centre_id = $1 AND stream = $2 AND seq = $3`,
    [centreId, stream, seq],
  );
  return row?.day ?? null;
};

/** From where facts are made anew, the newest day whose facts stay, and those that go. */
interface Anew {
  readonly from: Place;
  readonly eventDay: string | null;
  readonly newestDay: string | null;
  readonly gone: readonly Opening[];
}

const OF_DAYS: readonly string[] = [
  ...[FACTS.day, FACTS.visit, FACTS.leg, FACTS.span, FACTS.integrity],
  ...[DAY_SUM, QUARTER, PACKED_DAY],
].map(({ name }) => name);

/** Late tickets that were written down after the place from which facts are made anew. */
const lateGone = async (
  queries: Queries,
  { centreId, line }: Stand,
  from: Place,
): Promise<readonly (Place & { readonly day: string })[]> => {
  const late = await queries.query<Place & { readonly day: string }>(
    `SELECT business_day::text AS day, stream, seq FROM late_ticket WHERE centre_id = $1`,
    [centreId],
  );
  const segments = line as readonly Segment[];
  const isKept = (place: Place): boolean =>
    from.stream !== '' && segmentAt(segments, place) >= 0 && !isBefore(segments, from, place);
  return late.filter((row) => !isKept(row));
};

/** What goes away: facts of whole days, and these late tickets. */
const deleteRest = async (
  queries: Queries,
  centreId: string,
  { gone, late }: { readonly gone: Anew['gone']; readonly late: readonly object[] },
): Promise<void> => {
  const days = JSON.stringify(gone.map(({ day }) => day));
  for (const table of OF_DAYS) {
    await queries.query(
      `DELETE FROM ${table} WHERE centre_id = $1
         AND business_day = ANY (SELECT json_array_elements_text($2::json)::date)`,
      [centreId, days],
    );
  }
  await queries.query(
    `DELETE FROM late_ticket AS t USING json_to_recordset($2::json) AS r (day DATE, stream TEXT,
       seq BIGINT)
     WHERE t.centre_id = $1 AND t.business_day = r.day AND t.stream = r.stream AND t.seq = r.seq`,
    [centreId, JSON.stringify(late)],
  );
};

const writeAnew = async (database: Database, stand: Stand, anew: Anew): Promise<void> => {
  const { from: place, eventDay: day, newestDay, gone } = anew;
  const { centreId } = stand;
  const late = await lateGone(database, stand, place);
  const lighter = [...new Set(late.map((one) => one.day))];
  await keepMonths(
    database,
    lighter.map((one) => one.slice(0, 7)),
  );
  await database.transaction(async (queries) => {
    await moveOn(queries, [{ stand, place, eventDay: day, newestDay, stoppedAt: null }]);
    await deleteRest(queries, centreId, { gone, late });
    await packDays(
      queries,
      lighter.map((one) => ({ centreId, day: one })),
    );
  });
};

const stopThere = async (queries: Queries, stand: Stand, at: Millis): Promise<void> => {
  const { centreId, place, eventDay: day, newestDay } = stand;
  await moveOn(queries, [{ stand, place, eventDay: day, newestDay, stoppedAt: at }]);
  await raise(queries, { centreId, kind: 'facts', ...place, at });
};

/**
 * How to make facts anew from the opening of a day on, which the line holds, or from the beginning;
 * `null` where the events for that are not kept any more.
 */
const anewFrom = async (
  queries: Queries,
  { centreId, line }: Stand,
  [openings, opening]: [readonly Opening[], Opening | undefined],
): Promise<Anew | null> => {
  const segments = line as readonly Segment[];
  const first = segments[0];
  if (first === undefined) return null;
  const next = opening?.place ?? { stream: first.stream, seq: 1 };
  const day = await eventDay(queries, centreId, next);
  if (day === null) return null;
  if (opening === undefined) {
    return { from: BEGINNING, eventDay: null, newestDay: null, gone: openings };
  }
  const { stream, seq } = opening.place;
  const stays = ({ place }: Opening): boolean =>
    segmentAt(segments, place) >= 0 && isBefore(segments, place, opening.place);
  return {
    from: { stream, seq: seq - 1 },
    eventDay: day,
    newestDay: openings.findLast(stays)?.day ?? null,
    gone: openings.filter((one) => !stays(one)),
  };
};

/**
 * The log goes on elsewhere than the facts were made from: those of the last day that both share,
 * and of all days after it, are thrown away and will be made anew.
 */
export const rewind = async (database: Database, stand: Stand, at: Millis): Promise<void> => {
  const line = stand.line as readonly Segment[];
  const openings = await openingsOf(database, stand.centreId);
  const shared = openings.filter(({ place }) => segmentAt(line, place) >= 0);
  const last = shared.reduce<Opening | undefined>(
    (found, one) => (found && isBefore(line, one.place, found.place) ? found : one),
    undefined,
  );
  const anew = await anewFrom(database, stand, [openings, last]);
  if (anew !== null) return writeAnew(database, stand, anew);
  await database.transaction((queries) => stopThere(queries, stand, at));
};

/**
 * Throws away what follows from a centre's events, so that it is made again: from its first event,
 * or, where the oldest are not kept any more, from the first day that is there whole. False where
 * nothing can be made anew, and then nothing was changed.
 */
export const forget = async (database: Database, stand: Stand): Promise<boolean> => {
  if (typeof stand.line === 'string') return false;
  const openings = await openingsOf(database, stand.centreId);
  const line = stand.line;
  const shared = openings.filter(({ place }) => segmentAt(line, place) >= 0);
  for (const opening of [undefined, ...shared]) {
    const anew = await anewFrom(database, stand, [openings, opening]);
    if (anew === null) continue;
    await writeAnew(database, stand, anew);
    return true;
  }
  return false;
};
