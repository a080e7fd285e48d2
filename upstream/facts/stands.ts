import { Overtaken, type Queries } from '../store/database.js';
import { AMONG } from '../store/tables.js';
import { lineOf, type Place, type Segment, type Stream } from './line.js';

/** How far a centre's facts are made, and its log as it is stored. */
export interface Stand {
  readonly centreId: string;
  /** Of the row that was read; `null` where there is none yet. */
  readonly turn: number | null;
  readonly place: Place;
  /** Day under which the last event is kept, and the newest service day that has facts. */
  readonly eventDay: string | null;
  readonly newestDay: string | null;
  readonly isStopped: boolean;
  /** Or the stream that continues what is not stored. */
  readonly line: readonly Segment[] | string;
}

interface ProjectionRow {
  readonly centre_id: string;
  readonly turn: number;
  readonly stream: string;
  readonly seq: number;
  readonly event_day: string | null;
  readonly newest_day: string | null;
  readonly stopped_at: number | null;
}

type StreamRow = Omit<Stream, 'follows' | 'followsSeq'> & {
  readonly centre_id: string;
  readonly follows: string | null;
  readonly follows_seq: number | null;
};

interface FirstRow {
  readonly centre_id: string;
  readonly stream: string;
  readonly type: string;
  readonly body: string;
}

/** Names no stream: what cannot be read continues nothing that is stored. */
const UNREADABLE = { follows: '?', followsSeq: 0 };

const continued = ({ type, body }: FirstRow): { follows: string; followsSeq: number } => {
  if (type !== 'log.restored') return { follows: '', followsSeq: 0 };
  try {
    const told = JSON.parse(body) as { previousStream?: unknown; previousSeq?: unknown };
    const [follows, followsSeq] = [told.previousStream, told.previousSeq];
    const isWhole = typeof follows === 'string' && Number.isSafeInteger(followsSeq);
    return isWhole ? { follows, followsSeq: followsSeq as number } : UNREADABLE;
  } catch {
    return UNREADABLE;
  }
};

/** What a first event says is noted, and is found again when the event is no longer kept. */
const lookedUp = async (queries: Queries, unknown: readonly StreamRow[]): Promise<void> => {
  const firsts = await queries.query<FirstRow>(
    `SELECT e.centre_id, e.stream, e.type, e.body
     FROM json_to_recordset($1::json) AS r (centre_id TEXT, stream TEXT)
     JOIN event AS e ON e.centre_id = r.centre_id AND e.stream = r.stream AND e.seq = 1`,
    [JSON.stringify(unknown.map(({ centre_id, stream }) => ({ centre_id, stream })))],
  );
  const found = unknown.map(({ centre_id, stream }) => {
    const first = firsts.find((one) => one.centre_id === centre_id && one.stream === stream);
    const { follows, followsSeq } = first === undefined ? UNREADABLE : continued(first);
    return { centre_id, stream, follows, follows_seq: followsSeq };
  });
  await queries.query(
    `UPDATE stream SET follows = r.follows, follows_seq = r.follows_seq
     FROM json_to_recordset($1::json) AS r (centre_id TEXT, stream TEXT, follows TEXT,
       follows_seq BIGINT)
     WHERE stream.centre_id = r.centre_id AND stream.stream = r.stream`,
    [JSON.stringify(found)],
  );
};

const streamsOf = (queries: Queries, centres: readonly string[]) =>
  queries.query<StreamRow>(
    `SELECT centre_id, stream, ordinal, stored_seq AS stored, follows, follows_seq
     FROM stream WHERE centre_id ${AMONG}`,
    [JSON.stringify(centres)],
  );

/** What is known of these centres; one that nobody has heard of has an empty line. */
export const standsOf = async (
  queries: Queries,
  centres: readonly string[],
): Promise<readonly Stand[]> => {
  const projections = await queries.query<ProjectionRow>(
    `SELECT centre_id, turn, stream, seq, event_day::text, newest_day::text, stopped_at
     FROM projection WHERE centre_id ${AMONG}`,
    [JSON.stringify(centres)],
  );
  let streams = await streamsOf(queries, centres);
  const unknown = streams.filter(({ ordinal, follows }) => ordinal > 1 && follows === null);
  if (unknown.length > 0) {
    await lookedUp(queries, unknown);
    streams = await streamsOf(queries, centres);
  }
  const rows = new Map(projections.map((row) => [row.centre_id, row]));
  return centres.map((centreId): Stand => {
    const own = streams.filter(({ centre_id }) => centre_id === centreId);
    const row = rows.get(centreId);
    return {
      centreId,
      turn: row?.turn ?? null,
      place: { stream: row?.stream ?? '', seq: row?.seq ?? 0 },
      eventDay: row?.event_day ?? null,
      newestDay: row?.newest_day ?? null,
      isStopped: (row?.stopped_at ?? null) !== null,
      line: lineOf(
        own.map(({ stream, ordinal, stored, follows, follows_seq }) => ({
          ...{ stream, ordinal, stored, follows: follows ?? '', followsSeq: follows_seq ?? 0 },
        })),
      ),
    };
  });
};

/** Centres whose facts are behind what is stored, or whose log continues elsewhere. */
export const centresBehind = async (queries: Queries): Promise<readonly string[]> => {
  const rows = await queries.query<{ centre_id: string }>(
    `SELECT newest.centre_id
     FROM (SELECT DISTINCT ON (centre_id) centre_id, stream, stored_seq
           FROM stream ORDER BY centre_id, ordinal DESC) AS newest
     LEFT JOIN projection AS p ON p.centre_id = newest.centre_id
     WHERE p.centre_id IS NULL OR (p.stopped_at IS NULL
       AND (p.stream <> newest.stream OR p.seq < newest.stored_seq))`,
  );
  return rows.map(({ centre_id }) => centre_id);
};

/** Where a centre's facts are from now on. */
export interface Moved {
  readonly stand: Stand;
  readonly place: Place;
  readonly eventDay: string | null;
  readonly newestDay: string | null;
  readonly stoppedAt: number | null;
}

const COLUMNS = `r (centre_id TEXT, turn BIGINT, stream TEXT, seq BIGINT, event_day DATE,
  newest_day DATE, stopped_at BIGINT)`;

/**
 * Moves projections on from where they were read, in the transaction that writes the facts. Throws
 * `Overtaken` where one has moved meanwhile.
 */
export const moveOn = async (queries: Queries, moved: readonly Moved[]): Promise<void> => {
  const rows = moved
    .map(({ stand: { centreId, turn }, place, eventDay, newestDay, stoppedAt }) => ({
      ...{ centre_id: centreId, turn, ...place, event_day: eventDay, newest_day: newestDay },
      stopped_at: stoppedAt,
    }))
    .sort((a, b) => (a.centre_id < b.centre_id ? -1 : 1));
  const fresh = rows.filter(({ turn }) => turn === null);
  const known = rows.filter(({ turn }) => turn !== null);
  const inserted =
    fresh.length === 0
      ? []
      : await queries.query(
          `INSERT INTO projection (centre_id, turn, stream, seq, event_day, newest_day, stopped_at)
           SELECT centre_id, 1, stream, seq, event_day, newest_day, stopped_at
           FROM json_to_recordset($1::json) AS ${COLUMNS} ON CONFLICT DO NOTHING RETURNING turn`,
          [JSON.stringify(fresh)],
        );
  const updated =
    known.length === 0
      ? []
      : await queries.query(
          `UPDATE projection SET turn = r.turn + 1, stream = r.stream, seq = r.seq,
             event_day = r.event_day, newest_day = r.newest_day, stopped_at = r.stopped_at
           FROM json_to_recordset($1::json) AS ${COLUMNS}
           WHERE projection.centre_id = r.centre_id AND projection.turn = r.turn
           RETURNING projection.turn`,
          [JSON.stringify(known)],
        );
  if (inserted.length + updated.length !== moved.length) throw new Overtaken();
};
