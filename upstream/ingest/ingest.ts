import { grouped } from '../../core/figures.js';
import type { Millis } from '../../core/configuration.js';
import type { EventsPost, PostRefusal, Stored } from '../../core/protocol/upstream.js';
import { QueryFault, type Database, type Queries, type Timers } from '../store/database.js';
import { LAYOUTS } from '../store/layout.js';
import { keepMonths } from '../store/schema.js';
import { raise } from './alarms.js';
import { check, nothingOf, type CheckedRow, type Held, type Verdict } from './check.js';

/** Posts that come within so long of each other share a transaction. */
const WINDOW_MS = 15;
const TRIES_MAX = 5;

/** A post with what is known of its sender. */
export interface Arrived {
  readonly centreId: string;
  /** Verifier key of the centre's checkpoints. */
  readonly logKey: string;
  readonly post: EventsPost;
  readonly at: Millis;
}

/** What is stored, durably, after a post was taken or refused; `null` where there is nothing. */
export interface Taken {
  readonly refused: PostRefusal | null;
  readonly stored: Stored | null;
}

interface Cursor {
  readonly centre_id: string;
  readonly stream: string;
  readonly ordinal: number;
  readonly stored_seq: number;
  readonly stored_hash: string;
  readonly peaks: string;
}

const keyOf = (centreId: string, stream: string): string => `${centreId} ${stream}`;

/** The cursors of all streams of these centres. */
const cursorsOf = async (queries: Queries, centres: readonly string[]) => {
  const rows = await queries.query<Cursor>(
    `SELECT centre_id, stream, ordinal, stored_seq, encode(stored_hash, 'hex') AS stored_hash,
       encode(peaks, 'hex') AS peaks
     FROM stream WHERE centre_id = ANY (SELECT json_array_elements_text($1::json))`,
    [JSON.stringify(centres)],
  );
  return new Map(rows.map((row) => [keyOf(row.centre_id, row.stream), row]));
};

const heldOf = (stream: string, cursor: Cursor | undefined): Held =>
  cursor === undefined
    ? nothingOf(stream)
    : {
        seq: cursor.stored_seq,
        hash: Buffer.from(cursor.stored_hash, 'hex'),
        peaks: Buffer.from(cursor.peaks, 'hex'),
      };

/** The day under which a row is kept: its service day, or its date in UTC. Never changes. */
const businessDay = ({ day, occurred_at }: CheckedRow): string =>
  day ?? new Date(occurred_at).toISOString().slice(0, 10);

type Own<T> = T & { readonly centreId: string };

const storeRows = async (queries: Queries, rows: readonly Own<CheckedRow>[]): Promise<void> => {
  const kept = rows.map(({ centreId, hash, ...row }) => ({
    ...row,
    centre_id: centreId,
    business_day: businessDay({ hash, ...row }),
    hash: hash.toString('hex'),
  }));
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

/** Two receivers have the same post at once: the other was first, and the work begins anew. */
class Overtaken extends Error {}

interface Moved {
  readonly centreId: string;
  readonly stream: string;
  readonly from: number;
  readonly held: Held;
}

/** A cursor only grows, and only from where it was read: that is also the lock. */
const moveCursors = async (queries: Queries, moved: readonly Moved[]): Promise<void> => {
  const rows = moved.map(({ centreId, stream, from, held }) => ({
    ...{ centre_id: centreId, stream, was: from, now: held.seq },
    ...{ hash: held.hash.toString('hex'), peaks: held.peaks.toString('hex') },
  }));
  const fresh = rows.filter(({ was }) => was === 0);
  const inserted = await queries.query(
    `INSERT INTO stream (centre_id, stream, ordinal, stored_seq, stored_hash, peaks, checked_size)
     SELECT centre_id, stream, 1 + (SELECT count(*) FROM stream AS s
         WHERE s.centre_id = r.centre_id), now, decode(hash, 'hex'), decode(peaks, 'hex'), 0
     FROM json_to_recordset($1::json) AS r (centre_id TEXT, stream TEXT, now BIGINT, hash TEXT,
       peaks TEXT) ON CONFLICT DO NOTHING RETURNING 1`,
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

interface Work {
  readonly arrived: Arrived;
  readonly verdict: Verdict;
}

const storedOf = ({ seq, hash }: Held): Stored | null =>
  seq === 0 ? null : { seq, hash: hash.toString('hex') };

/** Posts of one group, in the order in which they came, in one transaction. */
const storeGroup = async (queries: Queries, group: readonly Arrived[]): Promise<Taken[]> => {
  const cursors = await cursorsOf(
    queries,
    group.map(({ centreId }) => centreId),
  );
  const now = new Map<string, Held>();
  const work = group.map((arrived): Work => {
    const { centreId, post, logKey } = arrived;
    const key = keyOf(centreId, post.stream);
    const held = now.get(key) ?? heldOf(post.stream, cursors.get(key));
    const verdict = check(post, held, logKey);
    now.set(key, 'refused' in verdict ? held : verdict.held);
    return { arrived, verdict };
  });
  const rows = work.flatMap(({ arrived: { centreId }, verdict }) =>
    'refused' in verdict ? [] : verdict.rows.map((row) => ({ ...row, centreId })),
  );
  const moved = [...now].flatMap(([key, held]): Moved[] => {
    const [centreId = '', stream = ''] = key.split(' ');
    const from = cursors.get(key)?.stored_seq ?? 0;
    return held.seq === from ? [] : [{ centreId, stream, from, held }];
  });
  if (moved.length > 0) await moveCursors(queries, moved);
  if (rows.length > 0) await storeRows(queries, rows);
  for (const { arrived, verdict } of work) await keepNotes(queries, arrived, verdict);
  return work.map(({ arrived: { centreId, post }, verdict }) => ({
    refused: 'refused' in verdict ? verdict.refused : null,
    stored: storedOf(now.get(keyOf(centreId, post.stream))!),
  }));
};

const keepNotes = async (queries: Queries, arrived: Arrived, verdict: Verdict): Promise<void> => {
  const { centreId, post, at } = arrived;
  const place = { centreId, stream: post.stream, at };
  if ('refused' in verdict) {
    if (verdict.refused === 'fork')
      await raise(queries, { ...place, kind: 'fork', seq: post.from });
    return;
  }
  if (verdict.wrongNote) await raise(queries, { ...place, kind: 'checkpoint', seq: post.from });
  for (const { size, note } of verdict.notes) {
    await queries.query(
      `INSERT INTO checkpoint (centre_id, stream, size, note, received_at)
       VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
      [centreId, post.stream, size, note, at],
    );
  }
};

interface Waiting {
  readonly arrived: Arrived;
  readonly resolve: (taken: Taken) => void;
  readonly reject: (fault: unknown) => void;
}

/** Takes posts of many centres in; holds no state beyond those that are on their way. */
export class Ingest {
  private waiting: Waiting[] = [];
  private isGathering = false;

  constructor(
    private readonly database: Database,
    private readonly timers: Timers,
  ) {}

  /**
   * Resolves when the post is durable, or refused. Rejects with a `QueryFault` where the database
   * could not say: the centre sends it again.
   */
  take(arrived: Arrived): Promise<Taken> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ arrived, resolve, reject });
      if (this.isGathering) return;
      this.isGathering = true;
      this.timers.after(WINDOW_MS, () => void this.flush());
    });
  }

  private async flush(): Promise<void> {
    const group = this.waiting;
    this.waiting = [];
    this.isGathering = false;
    try {
      const keys = await LAYOUTS[this.database.engine].groupKeys(
        this.database,
        group.map(({ arrived }) => arrived.centreId),
      );
      const own = group.map((waiting, index) => ({ waiting, key: keys[index]! }));
      const groups = [...grouped(own, ({ key }) => key).values()];
      await Promise.all(groups.map((some) => this.store(some.map(({ waiting }) => waiting))));
    } catch (fault) {
      for (const { reject } of group) reject(fault);
    }
  }

  private async store(group: readonly Waiting[]): Promise<void> {
    const posts = group.map(({ arrived }) => arrived);
    const days = posts.flatMap(({ post: { events } }) =>
      events.map(([day, at]) => day ?? new Date(at).toISOString().slice(0, 10)),
    );
    await keepMonths(
      this.database,
      days.map((day) => day.slice(0, 7)),
    );
    const taken = await this.tried(posts);
    for (const [index, { resolve }] of group.entries()) resolve(taken[index]!);
  }

  private async tried(posts: readonly Arrived[]): Promise<Taken[]> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.database.transaction((queries) => storeGroup(queries, posts));
      } catch (fault) {
        const passes =
          fault instanceof Overtaken || (fault instanceof QueryFault && fault.isPassing);
        if (!passes || tries === TRIES_MAX) throw fault;
      }
    }
  }
}
