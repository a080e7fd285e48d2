import { keptDay, namesConfiguration, type LiveNumbers } from '../../core/protocol/upstream.js';
import type { Millis } from '../../core/configuration.js';
import { MINUTE_MS } from '../../core/time.js';
import { Overtaken, type Queries } from '../store/database.js';
import { AMONG } from '../store/tables.js';
import { nothingOf, type CheckedRow, type Held } from '../../chain/check.js';

/** What ingest reads and writes; each statement takes the posts of a whole window. */

export interface Cursor {
  readonly centre_id: string;
  readonly stream: string;
  readonly ordinal: number;
  readonly stored_seq: number;
  readonly stored_hash: string;
  readonly peaks: string;
  /** What the stream says that it follows, as far as somebody has looked; `''` for nothing. */
  readonly follows: string | null;
  readonly follows_seq: number | null;
}

export const keyOf = (centreId: string, stream: string): string => `${centreId} ${stream}`;

/** The cursors of all streams of these centres. */
export const cursorsOf = async (queries: Queries, centres: readonly string[]) => {
  const rows = await queries.query<Cursor>(
    `SELECT centre_id, stream, ordinal, stored_seq, encode(stored_hash, 'hex') AS stored_hash,
       encode(peaks, 'hex') AS peaks, follows, follows_seq
     FROM stream WHERE centre_id ${AMONG}`,
    [JSON.stringify(centres)],
  );
  return new Map(rows.map((row) => [keyOf(row.centre_id, row.stream), row]));
};

export const heldOf = (stream: string, cursor: Cursor | undefined): Held =>
  cursor === undefined
    ? nothingOf(stream)
    : {
        seq: cursor.stored_seq,
        hash: Buffer.from(cursor.stored_hash, 'hex'),
        peaks: Buffer.from(cursor.peaks, 'hex'),
      };

/** What is new of a centre. */
export interface Fresh {
  readonly centreId: string;
  readonly rows: readonly CheckedRow[];
}

export const storeRows = async (queries: Queries, fresh: readonly Fresh[]): Promise<void> => {
  const kept = fresh.flatMap(({ centreId, rows }) =>
    // Field by field: to spread a row costs more than its hash.
    rows.map((row) => ({
      centre_id: centreId,
      business_day: keptDay(row.day, row.occurred_at),
      stream: row.stream,
      seq: row.seq,
      day: row.day,
      occurred_at: row.occurred_at,
      request: row.request,
      part: row.part,
      parts: row.parts,
      actor: row.actor,
      type: row.type,
      version: row.version,
      body: row.body,
      hash: row.hash.toString('hex'),
    })),
  );
  await queries.query(
    `INSERT INTO event (centre_id, business_day, stream, seq, day, occurred_at, request, part,
       parts, actor, type, version, body, hash)
     SELECT centre_id, business_day, stream, seq, day, occurred_at, request, part, parts, actor,
       type, version, body, decode(hash, 'hex')
     FROM json_to_recordset($1::json) AS r (centre_id TEXT, business_day DATE, stream TEXT,
       seq BIGINT, day TEXT, occurred_at BIGINT, request TEXT, part INTEGER, parts INTEGER,
       actor TEXT, type TEXT, version INTEGER, body TEXT, hash TEXT)`,
    [JSON.stringify(kept)],
  );
};

/** An event of a centre's log. */
export interface Point {
  readonly stream: string;
  readonly seq: number;
}

export interface Moved {
  readonly centreId: string;
  readonly stream: string;
  /** 1 for the first stream of the centre. */
  readonly ordinal: number;
  readonly from: number;
  readonly held: Held;
  /** The event after which a stream that begins goes on; `null` for the first. */
  readonly follows: Point | null;
}

/**
 * A cursor only grows, and only from where it was read: that is also the lock. Streams that begin
 * are numbered one after the other, so of two receivers who have the next one the other is first.
 */
export const moveCursors = async (queries: Queries, moved: readonly Moved[]): Promise<void> => {
  const rows = moved.map(({ centreId, stream, ordinal, from, held, follows }) => ({
    ...{ centre_id: centreId, stream, ordinal, was: from, now: held.seq },
    ...{ hash: held.hash.toString('hex'), peaks: held.peaks.toString('hex') },
    ...{ follows: follows?.stream ?? null, follows_seq: follows?.seq ?? null },
  }));
  const fresh = rows.filter(({ was }) => was === 0);
  const inserted = await queries.query(
    `INSERT INTO stream (centre_id, stream, ordinal, stored_seq, stored_hash, peaks, follows,
       follows_seq)
     SELECT centre_id, stream, ordinal, now, decode(hash, 'hex'), decode(peaks, 'hex'), follows,
       follows_seq
     FROM json_to_recordset($1::json) AS r (centre_id TEXT, stream TEXT, ordinal INTEGER,
       now BIGINT, hash TEXT, peaks TEXT, follows TEXT, follows_seq BIGINT)
     ON CONFLICT DO NOTHING RETURNING 1`,
    [JSON.stringify(fresh)],
  );
  const updated = await queries.query(
    `UPDATE stream SET stored_seq = r.now, stored_hash = decode(r.hash, 'hex'),
       peaks = decode(r.peaks, 'hex')
     FROM json_to_recordset($1::json) AS r (centre_id TEXT, stream TEXT, was BIGINT, now BIGINT,
       hash TEXT, peaks TEXT)
     WHERE stream.centre_id = r.centre_id AND stream.stream = r.stream
       AND stream.stored_seq = r.was RETURNING 1`,
    [JSON.stringify(rows.filter(({ was }) => was > 0))],
  );
  if (inserted.length + updated.length !== moved.length) throw new Overtaken();
};

/** A centre that says nothing for so long is silent. */
export const SILENT_MS = 3 * MINUTE_MS;

/** A centre's clock that is further off than this is told to an operator. */
export const CLOCK_OFF_MAX_MS = 10 * MINUTE_MS;

/** What a post tells of its centre. */
export interface Heard {
  readonly centreId: string;
  readonly at: Millis;
  /** Events that the centre has and the store has not; `null` where the post tells not. */
  readonly missing: number | null;
  /** `null` where it is not known. */
  readonly clockOffMs: Millis | null;
  readonly live: LiveNumbers | null;
  /** Events that were not stored before. */
  readonly isNew: boolean;
}

/** When a post was written, by its sender's clock. */
const writtenAt = ({ at, clockOffMs }: Heard): Millis => at + (clockOffMs ?? 0);

/** The news of a centre of several posts, in the order in which they came. */
const newest = (heard: readonly Heard[]): Iterable<Heard> => {
  const newest = new Map<string, Heard>();
  for (const one of heard) {
    const before = newest.get(one.centreId);
    const isLater = before === undefined || one.isNew || writtenAt(one) > writtenAt(before);
    const isNew = one.isNew || before?.isNew === true;
    if (isLater) newest.set(one.centreId, { ...one, isNew });
  }
  return newest.values();
};

/**
 * What a post tells holds when it was written after the one that held last, or when it brings what
 * only the centre can have now: one that comes late, or again, hides no silence. A centre whose
 * clock was set back is heard with its next event.
 */
export const hear = async (queries: Queries, heard: readonly Heard[]): Promise<void> => {
  const rows = [...newest(heard)].map(({ centreId, at, missing, clockOffMs, live, isNew }) => ({
    ...{ centre_id: centreId, heard: at, missing, off: clockOffMs, live, fresh: isNew },
  }));
  await queries.query(
    `UPDATE centre SET heard_at = r.heard, missing = coalesce(r.missing, centre.missing),
       clock_off_ms = r.off, live = r.live,
       caught_up_at = CASE WHEN r.missing = 0 THEN r.heard ELSE caught_up_at END,
       live_since = CASE
         WHEN coalesce(r.missing, centre.missing) > 0 THEN live_since
         WHEN live_since IS NULL OR centre.missing > 0 OR heard_at < r.heard - $2 THEN r.heard
         ELSE live_since END
     FROM json_to_recordset($1::json) AS r (centre_id TEXT, heard BIGINT, missing BIGINT,
       off BIGINT, live JSON, fresh BOOLEAN)
     WHERE centre.centre_id = r.centre_id AND (r.fresh OR heard_at IS NULL
       OR (r.off IS NULL AND r.heard = heard_at)
       OR r.heard + coalesce(r.off, 0) > heard_at + coalesce(clock_off_ms, 0))`,
    [JSON.stringify(rows), SILENT_MS],
  );
};

/** Hash of the names that each centre has told of its clerks; `''` for none. */
export const staffHashes = async (
  queries: Queries,
  centres: readonly string[],
): Promise<ReadonlyMap<string, string>> => {
  const told = await queries.query<{ centre_id: string; staff_hash: string | null }>(
    `SELECT centre_id, staff_hash FROM centre
     WHERE centre_id ${AMONG}`,
    [JSON.stringify(centres)],
  );
  return new Map(told.map(({ centre_id, staff_hash }) => [centre_id, staff_hash ?? '']));
};

const HASH = /^[0-9a-f]{64}$/;

/** Hash of a configuration, with its centre. */
interface Named {
  readonly centre_id: string;
  readonly hash: string;
}

/** Notes which configurations the events name; their bodies are asked for until they come. */
export const noteNamed = async (queries: Queries, fresh: readonly Fresh[]): Promise<void> => {
  const named = fresh
    .flatMap(({ centreId, rows }) =>
      rows
        .filter(({ type }) => namesConfiguration(type))
        .map(({ body }) => {
          const { configuration } = JSON.parse(body) as { readonly configuration?: unknown };
          return { centre_id: centreId, hash: configuration };
        }),
    )
    .filter((one): one is Named => typeof one.hash === 'string' && HASH.test(one.hash));
  if (named.length === 0) return;
  await queries.query(
    `INSERT INTO configuration (centre_id, hash)
     SELECT DISTINCT centre_id, hash
     FROM json_to_recordset($1::json) AS r (centre_id TEXT, hash TEXT) ON CONFLICT DO NOTHING`,
    [JSON.stringify(named)],
  );
};

/** Configurations of these centres that are named and were never sent, by centre. */
export const wantedOf = async (
  queries: Queries,
  centres: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> => {
  const rows = await queries.query<Named>(
    `SELECT centre_id, hash FROM configuration
     WHERE body IS NULL AND centre_id ${AMONG}`,
    [JSON.stringify(centres)],
  );
  const wanted = new Map<string, string[]>();
  for (const { centre_id, hash } of rows) {
    wanted.set(centre_id, [...(wanted.get(centre_id) ?? []), hash]);
  }
  return wanted;
};

/** Hash of a stored event; `undefined` where there is none. */
export const storedHash = async (
  queries: Queries,
  place: { readonly centreId: string; readonly stream: string; readonly seq: number },
): Promise<string | undefined> => {
  const [row] = await queries.query<{ hash: string }>(
    `SELECT encode(hash, 'hex') AS hash FROM event
     WHERE centre_id = $1 AND stream = $2 AND seq = $3`,
    [place.centreId, place.stream, place.seq],
  );
  return row?.hash;
};

/** When a stream began after this one, by its own clock; `null` where none is stored. */
export const laterBegan = async (
  queries: Queries,
  { centreId, stream }: { readonly centreId: string; readonly stream: string },
): Promise<Millis | null> => {
  const [row] = await queries.query<{ began: Millis | null }>(
    `SELECT min(e.occurred_at) AS began
     FROM stream AS own
     JOIN stream AS later ON later.centre_id = own.centre_id AND later.ordinal > own.ordinal
     JOIN event AS e ON e.centre_id = later.centre_id AND e.stream = later.stream AND e.seq = 1
     WHERE own.centre_id = $1 AND own.stream = $2`,
    [centreId, stream],
  );
  return row?.began ?? null;
};
