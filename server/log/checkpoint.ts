import type Database from 'better-sqlite3';
import type { Millis } from '../../core/configuration.js';
import type { StoredRow } from '../../chain/chain.js';
import type { Journal } from './journal.js';
import { openNote, signNote, verifierKeyOf, type Signer } from '../../chain/note.js';
import { makeCheckpoint, parseCheckpoint } from '../../chain/checkpoint.js';
import { endsIn, lastRowOf, rowsFrom } from './read.js';
import { Tree } from '../../chain/tree.js';

/** A checkpoint is due after so many events, or so long after the last one if there are any. */
export const CHECKPOINT_EVENTS_MAX = 1000;
export const CHECKPOINT_AFTER_MS = 15 * 60_000;

export interface StoredCheckpoint {
  readonly stream: string;
  readonly size: number;
  readonly at: Millis;
  readonly note: string;
  readonly peaks: Buffer;
}

const lastCheckpoint = (
  database: Database.Database,
  stream: string,
  sizeMax = Number.MAX_SAFE_INTEGER,
): StoredCheckpoint | undefined =>
  database
    .prepare<[string, number], StoredCheckpoint>(
      'SELECT * FROM checkpoint WHERE stream = ? AND size <= ? ORDER BY size DESC LIMIT 1',
    )
    .get(stream, sizeMax);

/** Where a log ends before the events that it was signed for; not whether those there are hold. */
export interface SignedGap {
  readonly stream: string;
  /** The first event that is missing. */
  readonly seq: number;
  /** How many the stream's newest checkpoint was signed for. */
  readonly signed: number;
}

/**
 * The first stream that has lost its end. A checkpoint lies in the same file and is written with
 * its events or after them, so no power cut makes one that is ahead of them.
 */
export const signedGap = (database: Database.Database): SignedGap | undefined => {
  const ends = endsIn(database);
  const newest = database
    .prepare<[], { readonly stream: string; readonly signed: number | null }>(
      `SELECT id AS stream, (SELECT max(size) FROM checkpoint WHERE stream = id) AS signed
       FROM stream ORDER BY ordinal`,
    )
    .all();
  for (const { stream, signed } of newest) {
    const end = ends.get(stream) ?? 0;
    if (signed !== null && signed > end) return { stream, seq: end + 1, signed };
  }
  return undefined;
};

/** From a checkpoint on, over the events of its stream that this file holds, up to `size`. */
const grown = (
  database: Database.Database,
  stream: string,
  [from, size]: readonly [from: StoredCheckpoint | undefined, size: number],
): Tree => {
  const tree = from ? Tree.of(from.size, from.peaks) : Tree.empty();
  const head = lastRowOf(database, stream);
  if (head === undefined) return tree;
  for (const row of rowsFrom(database, head.position - head.seq + tree.size + 1)) {
    if (row.stream !== stream || tree.size === size) break;
    tree.append(row.hash);
  }
  return tree;
};

/** Over the events of a stream that this file holds, from its last checkpoint on. */
export const treeOf = (database: Database.Database, stream: string): Tree =>
  grown(database, stream, [lastCheckpoint(database, stream), Infinity]);

/** Events that lie there as they are not what was signed. */
export interface SignedOther {
  /** The last one before them; 0 where there is none. */
  readonly after: number;
  readonly last: number;
}

/**
 * The events of a stream from its last checkpoint but one to the last, where that was signed for
 * others. Only these are read; by whom it was signed is not looked at.
 */
export const signedOther = (
  database: Database.Database,
  stream: string,
): SignedOther | undefined => {
  const last = lastCheckpoint(database, stream);
  const claim = last && parseCheckpoint(last.note);
  if (!claim) return undefined;
  const before = lastCheckpoint(database, stream, last.size - 1);
  const tree = grown(database, stream, [before, last.size]);
  if (tree.root().equals(claim.root)) return undefined;
  return { after: before?.size ?? 0, last: last.size };
};

/** Signs the log's head now and then, in the committer's transactions. */
export class Checkpoints {
  /** Over the open stream up to its head. */
  private tree = Tree.empty();
  /** The same up to what is on disk. */
  private settled = Tree.empty();
  private stream = '';
  private size = 0;
  private at: Millis | null = null;

  constructor(
    private readonly journal: Journal,
    private readonly signer: Signer,
  ) {}

  /** Begins with what the log holds: at the start, and after a transaction that was rolled back. */
  reload(stream: string): void {
    const { database } = this.journal;
    const last = lastCheckpoint(database, stream);
    this.size = last?.size ?? 0;
    this.at = last?.at ?? null;
    this.tree = treeOf(database, stream);
    this.stream = stream;
    this.settle();
  }

  /** Call after the commit. */
  settle(): void {
    this.settled = Tree.of(this.tree.size, this.tree.toBytes());
  }

  /**
   * Signs what was on disk once, in a transaction of its own, for a file that has it no more, or
   * something else in its place: then no start goes on from there, and whoever looks through the
   * file finds it.
   */
  signLost(now: Millis): void {
    const { journal, stream, settled } = this;
    const signed = lastCheckpoint(journal.database, stream)?.size ?? 0;
    if (signed >= settled.size) return;
    this.tree = settled;
    this.size = signed;
    journal.begin();
    this.write(stream, now);
    journal.commit();
  }

  /** Call with each event’s hash, in order, in the transaction that stores it. */
  append(hash: Buffer): void {
    this.tree.append(hash);
  }

  isDue(seq: number, now: Millis): boolean {
    if (seq === this.size) return false;
    this.at ??= now;
    return seq - this.size >= CHECKPOINT_EVENTS_MAX || now - this.at >= CHECKPOINT_AFTER_MS;
  }

  /** Must run in a transaction. Does nothing when the head is signed already. */
  write(stream: string, now: Millis): void {
    const { tree, signer } = this;
    if (tree.size === this.size) return;
    const origin = `${signer.name}/${stream}`;
    const text = makeCheckpoint({ origin, size: tree.size, root: tree.root() });
    const key = verifierKeyOf(signer);
    this.journal.keepSigner(key.split('+')[1]!, key, now);
    this.journal.keepCheckpoint(stream, tree.size, [now, signNote(text, signer), tree.toBytes()]);
    this.size = tree.size;
    this.at = now;
  }
}

const CHUNK_CHECKPOINTS = 20;

/** All checkpoints, stream after stream, read in chunks so that the connection stays free. */
function* checkpointsIn(database: Database.Database): Generator<StoredCheckpoint, void> {
  const streams = database.prepare('SELECT id FROM stream ORDER BY ordinal').pluck().all();
  const chunk = database.prepare<[string, number, number], StoredCheckpoint>(
    'SELECT * FROM checkpoint WHERE stream = ? AND size > ? ORDER BY size LIMIT ?',
  );
  for (const stream of streams as string[]) {
    for (let size = -1; ;) {
      const some = chunk.all(stream, size, CHUNK_CHECKPOINTS);
      yield* some;
      if (some.length < CHUNK_CHECKPOINTS) break;
      size = some.at(-1)!.size;
    }
  }
}

/** Compares signed checkpoints with the events, row by row. */
export class CheckpointCheck {
  private tree = Tree.empty();
  private stream = '';
  private readonly waiting: Iterator<StoredCheckpoint, void>;
  private next: StoredCheckpoint | undefined;
  /** Checkpoints that were found to hold. */
  held = 0;

  constructor(
    database: Database.Database,
    private readonly keys: readonly string[],
  ) {
    this.waiting = checkpointsIn(database);
    this.step();
  }

  /** What is wrong with a checkpoint at this row, or `null`. */
  take(row: StoredRow): string | null {
    if (row.stream !== this.stream) {
      this.stream = row.stream;
      this.tree = Tree.empty();
    }
    this.tree.append(row.hash);
    const { next } = this;
    if (next?.stream !== row.stream || next.size !== row.seq) return null;
    this.step();
    this.held += 1;
    return this.faultOf(next);
  }

  /** Takes the next checkpoint beyond the last event: the log's tail was cut off. */
  left(): StoredCheckpoint | undefined {
    const { next } = this;
    this.step();
    return next;
  }

  private step(): void {
    this.next = this.waiting.next().value ?? undefined;
  }

  private faultOf({ note, stream, size }: StoredCheckpoint): string | null {
    const text = openNote(note, this.keys);
    if (text === null) return 'its checkpoint is not signed by a known key';
    const claim = parseCheckpoint(text);
    if (claim === null || !claim.origin.endsWith(`/${stream}`) || claim.size !== size) {
      return 'its checkpoint is about something else';
    }
    return claim.root.equals(this.tree.root()) ? null : 'the signed checkpoint has another root';
  }
}
