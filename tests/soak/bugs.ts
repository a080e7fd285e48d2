import { Tree } from '../../chain/tree.js';
import { check, type Verdict } from '../../chain/check.js';
import { machineTimers } from '../../node/time.js';
import { Ingest } from '../../upstream/ingest/ingest.js';
import type { Database, Queries } from '../../upstream/store/database.js';

/** Mistakes that a receiver or a sender could make, each with the problem that must tell of it. */
export const BUGS = {
  'gap accepted': /:\d+ is not there$|: event \d+ stands where \d+ should$/,
  'fork overwritten': /^no fork rings of c-1$/,
  'request split': / ends within a request$/,
  'sent unanswered': / was told that \d+ events are stored: /,
} as const;
export type Bug = keyof typeof BUGS;

type Judge = typeof check;
type Good = Exclude<Verdict, { refused: unknown }>;

/** A tree of so many events that knows none of them. */
const hollow = (size: number): Buffer => {
  const tree = Tree.empty();
  for (let n = 0; n < size; n += 1) tree.append(Buffer.alloc(32));
  return tree.toBytes();
};

/** As if what is stored ended just before the post. */
const believing: Judge = (post, held, logKey) => {
  const before = { seq: post.from - 1, hash: Buffer.from(post.previous, 'hex') };
  const verdict = check(post, { ...before, peaks: hollow(before.seq) }, logKey);
  return 'refused' in verdict ? verdict : { ...verdict, notes: [], wrongNote: false };
};

const gapAccepted: Judge = (post, held, logKey) =>
  post.from > held.seq + 1 ? believing(post, held, logKey) : check(post, held, logKey);

const forkOverwritten: Judge = (post, held, logKey) => {
  const verdict = check(post, held, logKey);
  if (!('refused' in verdict) || verdict.refused !== 'fork') return verdict;
  return believing(post, held, logKey);
};

/** Stores the half of what came, wherever that ends. */
const requestSplit: Judge = (post, held, logKey) => {
  const verdict = check({ ...post, ...wholeOf(post) }, held, logKey);
  if ('refused' in verdict || verdict.rows.length < 2) return verdict;
  const rows = verdict.rows.slice(0, Math.ceil(verdict.rows.length / 2));
  const { seq, hash } = rows.at(-1)!;
  const good: Good = { rows, held: { seq, hash, peaks: hollow(seq) }, notes: [], wrongNote: false };
  return good;
};

const wholeOf = (post: Parameters<Judge>[0]) => ({ notes: [], events: post.events });

const JUDGES: Partial<Readonly<Record<Bug, Judge>>> = {
  'gap accepted': gapAccepted,
  'fork overwritten': forkOverwritten,
  'request split': requestSplit,
};

/** Writes events over those that are there. */
const overwriting = (database: Database): Database => {
  const of = ({ query }: Queries): Queries => ({
    query: (sql, values) => {
      const isEvents = sql.trimStart().startsWith('INSERT INTO event ');
      const over = ` ON CONFLICT (centre_id, business_day, stream, seq) DO UPDATE
        SET body = excluded.body, request = excluded.request, hash = excluded.hash`;
      return query(isEvents ? sql + over : sql, values);
    },
  });
  return {
    ...of(database),
    engine: database.engine,
    transaction: (work) => database.transaction((queries) => work(of(queries))),
    close: () => database.close(),
  };
};

/** An ingest with this mistake; a sound one without. */
export const ingestWith = (
  bug: Bug | undefined,
  database: Database,
  onStored: (centres: readonly string[]) => void,
): Ingest => {
  const judge = bug === undefined ? undefined : JUDGES[bug];
  if (judge === undefined) return new Ingest(database, machineTimers, onStored);
  class Wrong extends Ingest {
    protected override readonly judge = judge!;
  }
  const own = bug === 'fork overwritten' ? overwriting(database) : database;
  return new Wrong(own, machineTimers, onStored);
};
