import type { Millis } from '../../core/configuration.js';
import type { Logged } from '../../core/events.js';
import type { Fact } from '../../core/facts.js';
import { byKind, fieldsOf, valuesOf } from '../../core/facts/fields.js';
import { eventOf } from '../../chain/chain.js';
import { raise } from '../ingest/alarms.js';
import { Overtaken, type Database, type Queries } from '../store/database.js';
import { factColumn, FACTS } from '../store/facttables.js';
import { keepMonths } from '../store/schema.js';
import { putSql } from '../store/tables.js';
import { Book, type Found } from './book.js';
import { nextAfter, segmentAt, type Place } from './line.js';
import { packDays, type CentreDay } from './packed.js';
import { eventsAfter, type EventRow, type Wanted } from './reading.js';
import { rewind } from './rewind.js';
import {
  addChange,
  noDeltas,
  putRollups,
  rolledUp,
  type Deltas,
  type RolledUp,
} from './rollups.js';
import { foundOf, type Sought } from './rows.js';
import { moveOn, standsOf, type Moved, type Stand } from './stands.js';

/** Events of one round, shared out among its centres. */
const EVENTS_MAX = 2000;
export const CENTRES_MAX = 80;

/** An event at which a centre's facts stop, until somebody has seen to it. */
export class Misfit extends Error {
  constructor(
    readonly centreId: string,
    readonly place: Place,
    why: string,
  ) {
    super(`no facts of ${centreId} from event ${place.seq} of ${place.stream} on: ${why}`);
  }
}

/** What one round brings for a centre. */
interface Folded {
  readonly stand: Stand;
  readonly book: Book | null;
  readonly place: Place;
  readonly eventDay: string | null;
  readonly misfit: Misfit | null;
}

const stopped = (stand: Stand, at: Place, why: string): Folded => ({
  ...{ stand, book: null, place: stand.place, eventDay: stand.eventDay },
  misfit: new Misfit(stand.centreId, at, why),
});

/** The event, or nothing for one that cannot be read. */
const readEvent = (row: EventRow): Logged | undefined => {
  try {
    return eventOf({ ...row, body: Buffer.from(row.body, 'utf8') });
  } catch {
    // Whoever takes the events in stops there and raises an alarm.
    return undefined;
  }
};

type Read = readonly { readonly row: EventRow; readonly event: Logged | undefined }[];

const soughtBy = (centreId: string, events: Read): Sought => {
  const tickets = new Set<string>();
  let all = false;
  for (const { event } of events) {
    if (event === undefined) continue;
    if ('ticketId' in event && typeof event.ticketId === 'string') tickets.add(event.ticketId);
    all ||= event.type === 'clock.corrected';
  }
  return { centreId, tickets, all };
};

/** Takes events in up to the first that does not fit. */
const fold = (stand: Stand, found: Found, events: Read): Folded => {
  const book = new Book(found);
  let { place, eventDay } = stand;
  for (const { row, event } of events) {
    const at = { stream: row.stream, seq: row.seq };
    try {
      if (event === undefined) throw new Error('it cannot be read');
      book.take(event);
    } catch (fault) {
      // Becomes the centre's alarm when the round is written.
      const misfit = new Misfit(stand.centreId, at, (fault as Error).message);
      return { stand, book, place, eventDay, misfit };
    }
    place = at;
    eventDay = row.business_day;
  }
  return { stand, book, place, eventDay, misfit: null };
};

const COLUMNS = byKind((table) => fieldsOf(table).map(factColumn));

const factRow = (centreId: string, fact: Fact, book: Book): object => {
  const row: Record<string, unknown> = { centre_id: centreId };
  const values = valuesOf(fact);
  for (const [index, column] of COLUMNS[fact.kind].entries()) row[column] = values[index];
  if (fact.kind !== 'day') return row;
  const { openedStream, openedSeq, configuration } = book.extras.get(fact.day)!;
  return { ...row, opened_stream: openedStream, opened_seq: openedSeq, configuration };
};

const PUT = Object.fromEntries(
  Object.entries(FACTS).map(([kind, table]) => [kind, putSql(table)]),
) as Readonly<Record<Fact['kind'], string>>;

const putFacts = async (queries: Queries, folded: readonly Folded[]): Promise<void> => {
  const rows = new Map<Fact['kind'], object[]>();
  for (const { stand, book } of folded) {
    for (const { now } of book?.changes.values() ?? []) {
      const row = factRow(stand.centreId, now, book!);
      const own = rows.get(now.kind);
      if (own === undefined) rows.set(now.kind, [row]);
      else own.push(row);
    }
  }
  for (const [kind, own] of rows) await queries.query(PUT[kind], [JSON.stringify(own)]);
};

const newestOf = ({ stand: { newestDay }, book }: Folded): string | null => {
  let newest = newestDay;
  for (const { now } of book?.changes.values() ?? []) {
    if (now.kind === 'day' && (newest === null || now.day > newest)) newest = now.day;
  }
  return newest;
};

const movedBy = (folded: Folded, at: Millis): Moved => ({
  ...{ stand: folded.stand, place: folded.place, eventDay: folded.eventDay },
  newestDay: newestOf(folded),
  stoppedAt: folded.misfit === null ? null : at,
});

const closedBy = ({ stand: { centreId }, book }: Folded): readonly CentreDay[] =>
  (book?.closed ?? []).map((day) => ({ centreId, day }));

interface Written {
  readonly folded: readonly Folded[];
  readonly rollups: RolledUp;
  readonly packing: readonly CentreDay[];
  readonly at: Millis;
}

const write = async (
  queries: Queries,
  { folded, rollups, packing, at }: Written,
): Promise<void> => {
  await moveOn(
    queries,
    folded.map((one) => movedBy(one, at)),
  );
  await putFacts(queries, folded);
  await putRollups(queries, rollups);
  await packDays(queries, packing);
  for (const { misfit } of folded) {
    if (misfit === null) continue;
    const { centreId, place } = misfit;
    await raise(queries, { centreId, kind: 'facts', ...place, at });
  }
};

const deltasOf = (folded: readonly Folded[]): Deltas => {
  const deltas = noDeltas();
  for (const { stand, book } of folded) {
    for (const change of book?.changes.values() ?? []) addChange(deltas, stand.centreId, change);
  }
  return deltas;
};

/** Centres whose log goes on, those that it has led elsewhere, and those where it cannot go on. */
const planned = (stands: readonly Stand[]) => {
  const wanted: (Wanted & { readonly stand: Stand })[] = [];
  const astray: Stand[] = [];
  const broken: Folded[] = [];
  for (const stand of stands) {
    const { centreId, place, eventDay, isStopped, line } = stand;
    if (isStopped) continue;
    if (typeof line === 'string') {
      broken.push(stopped(stand, { stream: line, seq: 1 }, 'it continues what is not stored'));
      continue;
    }
    if (place.stream !== '' && segmentAt(line, place) < 0) {
      astray.push(stand);
      continue;
    }
    const after = nextAfter(line, place);
    if (after !== undefined) wanted.push({ centreId, after, eventDay, stand });
  }
  return { wanted, astray, broken };
};

const hasMore = ({ stand: { line }, place, misfit }: Folded): boolean =>
  misfit === null && typeof line !== 'string' && nextAfter(line, place) !== undefined;

/** What came of a round. */
export interface Done {
  /** Centres that have more. */
  readonly more: readonly string[];
  readonly misfits: readonly Misfit[];
}

/**
 * Makes the facts of the next events of these centres, in one transaction. Rejects with `Overtaken`
 * where another one was doing the same, and then nothing was done; at once again is right.
 */
export const round = async (
  database: Database,
  centres: readonly string[],
  at: Millis,
): Promise<Done> => {
  const stands = await standsOf(database, centres);
  try {
    return await roundFrom(database, stands, at);
  } catch (fault) {
    // Half of what was read another one may have written since: no event is at fault.
    const now = await standsOf(database, centres);
    if (now.some(({ turn }, index) => turn !== stands[index]!.turn)) throw new Overtaken();
    throw fault;
  }
};

const roundFrom = async (
  database: Database,
  stands: readonly Stand[],
  at: Millis,
): Promise<Done> => {
  const { wanted, astray, broken } = planned(stands);
  for (const stand of astray) await rewind(database, stand, at);
  const each = Math.ceil(EVENTS_MAX / Math.max(1, wanted.length));
  const rows = await eventsAfter(database, wanted, each);
  const read = new Map(
    [...rows].map(([centreId, own]): [string, Read] => [
      centreId,
      own.map((row) => ({ row, event: readEvent(row) })),
    ]),
  );
  const going = wanted.filter(({ centreId }) => rows.get(centreId)!.length > 0);
  const sought = going.map(({ centreId }) => soughtBy(centreId, read.get(centreId)!));
  const found = await foundOf(database, sought);
  const folded = [
    ...going.map(({ centreId, stand }) => fold(stand, found.get(centreId)!, read.get(centreId)!)),
    ...wanted
      .filter(({ centreId }) => rows.get(centreId)!.length === 0)
      .map(({ stand, after: { stream, seq } }) =>
        stopped(stand, { stream, seq: seq + 1 }, 'it is not stored'),
      ),
    ...broken,
  ];
  if (folded.length > 0) {
    const deltas = deltasOf(folded);
    const packing = folded.flatMap(closedBy);
    const days = [...deltas.days.values()].map((cell) => cell.business_day);
    await keepMonths(
      database,
      [...days, ...packing.map(({ day }) => day)].map((day) => day.slice(0, 7)),
    );
    const rollups = await rolledUp(database, deltas);
    await database.transaction((queries) => write(queries, { folded, rollups, packing, at }));
  }
  const goOn = [...folded.filter(hasMore).map(({ stand }) => stand), ...astray];
  return {
    more: goOn.map(({ centreId }) => centreId),
    misfits: folded.flatMap(({ misfit }) => misfit ?? []),
  };
};

/**
 * A centre whose next events cannot become facts stops before them, with an alarm; `null` for one
 * that has stopped before.
 */
export const stopAt = async (
  database: Database,
  centreId: string,
  { why, at }: { readonly why: string; readonly at: Millis },
): Promise<Misfit | null> => {
  const [stand] = await standsOf(database, [centreId]);
  const { place, line, isStopped } = stand!;
  if (isStopped) return null;
  const { stream, seq } = (typeof line === 'string' ? undefined : nextAfter(line, place)) ?? place;
  const folded = stopped(stand!, { stream, seq: seq + 1 }, why);
  const rollups = { quarters: [], days: [] };
  await database.transaction((queries) =>
    write(queries, { folded: [folded], rollups, packing: [], at }),
  );
  return folded.misfit;
};
