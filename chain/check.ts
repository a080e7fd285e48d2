import { parseCheckpoint } from './checkpoint.js';
import { hashOf, genesisOf, type Row } from './chain.js';
import { openNote } from './note.js';
import { Tree } from './tree.js';
import {
  keptDay,
  POST_MONTHS_MAX,
  type EventsPost,
  type PostRefusal,
  type SentRow,
} from '../core/protocol/upstream.js';

/** How far a stream is stored. */
export interface Held {
  readonly seq: number;
  readonly hash: Buffer;
  /** Roots of the whole subtrees of its events' hashes, as in a checkpoint's `peaks`. */
  readonly peaks: Buffer;
}

/** A row with the hash that follows from all before it. */
export interface CheckedRow extends Omit<Row, 'body'> {
  readonly body: string;
  readonly hash: Buffer;
}

/** A signed checkpoint that holds. */
export interface CheckedNote {
  readonly size: number;
  readonly note: string;
  /** Of the tree of so many events. */
  readonly peaks: Buffer;
}

export type Verdict =
  | { readonly refused: PostRefusal }
  | {
      /** Those that are new; all others are stored already. */
      readonly rows: readonly CheckedRow[];
      readonly held: Held;
      readonly notes: readonly CheckedNote[];
      /** A note that is not the centre's, or has another root than what was sent. */
      readonly wrongNote: boolean;
    };

export const nothingOf = (stream: string): Held => ({
  ...{ seq: 0, hash: genesisOf(stream), peaks: Buffer.alloc(0) },
});

/** Whole requests, one after the other, with their parts in order. */
const areWhole = (events: readonly SentRow[]): boolean => {
  let [open, wanted, all] = ['', 1, 0];
  for (const [, , request, part, parts] of events) {
    const isOther = part > 1 && (request !== open || parts !== all);
    if (part !== wanted || part > parts || isOther) return false;
    [open, wanted, all] = part === parts ? ['', 1, 0] : [request, part + 1, parts];
  }
  return wanted === 1;
};

const monthsOf = (events: readonly SentRow[]): number =>
  new Set(events.map(([day, at]) => keptDay(day, at).slice(0, 7))).size;

const isObject = (text: string): boolean => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
};

/** What is sent of a stream's events. */
type Sent = Pick<EventsPost, 'stream' | 'from' | 'previous' | 'events'>;

/** The events with the hashes that follow from what is sent. */
export const chained = ({ stream, from, previous, events }: Sent): readonly CheckedRow[] => {
  let hash: Buffer = Buffer.from(previous, 'hex');
  return events.map((sent, index) => {
    const [day, occurred_at, request, part, parts, actor, type, version, body] = sent;
    const seq = from + index;
    // Made once, and given its hash then: to spread a row costs more than to hash it.
    const row = {
      stream,
      seq,
      day,
      occurred_at,
      request,
      part,
      parts,
      actor,
      type,
      version,
      body,
      hash,
    };
    hash = hashOf(hash, row);
    row.hash = hash;
    return row;
  });
};

/** What the stream's signed checkpoints claim, by size; `undefined` for a note of somebody else. */
const claimsOf = ({ notes, stream }: EventsPost, origin: string, logKey: string) =>
  notes.map((note) => {
    const text = openNote(note, [logKey]);
    const claim = text === null ? null : parseCheckpoint(text);
    return claim?.origin === `${origin}/${stream}` ? { ...claim, note } : undefined;
  });

/**
 * Holds a post against what is stored of its stream. `logKey` is the verifier key of the centre's
 * checkpoints, whose name is their origin. Of a checkpoint of fewer events than are stored nothing
 * is said: the tree of that size is not known any more. No sender has one to send that it did not
 * send when the stream ended there.
 */
export const check = (post: EventsPost, held: Held, logKey: string): Verdict => {
  const { from, previous, head, events } = post;
  // First of all: a log that was written anew may have a request across the end of what is stored.
  if (from === held.seq + 1 && previous !== held.hash.toString('hex')) return { refused: 'fork' };
  if (!areWhole(events) || monthsOf(events) > POST_MONTHS_MAX) return { refused: 'malformed' };
  if (!events.every((event) => isObject(event[8]))) return { refused: 'malformed' };
  const rows = chained(post);
  if ((rows.at(-1)?.hash.toString('hex') ?? previous) !== head) return { refused: 'fork' };
  if (from > held.seq + 1) return { refused: 'gap' };
  const last = from - 1 + rows.length;
  const fresh = rows.slice(Math.max(0, held.seq + 1 - from));
  if (last < held.seq) return { rows: [], held, notes: [], wrongNote: false };
  const meeting =
    held.seq === from - 1 ? Buffer.from(previous, 'hex') : rows[held.seq - from]!.hash;
  if (!meeting.equals(held.hash)) return { refused: 'fork' };
  const [origin = ''] = logKey.split('+');
  const claims = claimsOf(post, origin, logKey);
  const tree = Tree.of(held.seq, held.peaks);
  const notes: CheckedNote[] = [];
  let wrongNote = claims.includes(undefined);
  const hold = (): void => {
    for (const claim of claims) {
      if (claim?.size !== tree.size) continue;
      const { size, note } = claim;
      if (claim.root.equals(tree.root())) notes.push({ size, note, peaks: tree.toBytes() });
      else wrongNote = true;
    }
  };
  hold();
  for (const { hash } of fresh) {
    tree.append(hash);
    hold();
  }
  const hash = fresh.at(-1)?.hash ?? held.hash;
  return { rows: fresh, held: { seq: last, hash, peaks: tree.toBytes() }, notes, wrongNote };
};
