import type Database from 'better-sqlite3';
import type { Millis } from '../../core/configuration.js';
import type { StoredRow } from './chain.js';
import type { Journal } from './journal.js';
import { openNote, signNote, verifierKeyOf, type Signer } from './note.js';
import { lastRow, rowsFrom } from './read.js';
import { Tree } from './tree.js';

/** A checkpoint is due after so many events, or so long after the last one if there are any. */
export const CHECKPOINT_EVENTS_MAX = 1000;
export const CHECKPOINT_AFTER_MS = 15 * 60_000;

/** A claim that a stream of so many events has this Merkle root (RFC 6962 over event hashes). */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
}

export interface StoredCheckpoint {
  readonly stream: string;
  readonly size: number;
  readonly at: Millis;
  readonly note: string;
  readonly peaks: Buffer;
}

/** The text of C2SP tlog-checkpoint: origin, size, root, a line each. */
export const makeCheckpoint = ({ origin, size, root }: Checkpoint): string =>
  `${origin}\n${size}\n${root.toString('base64')}\n`;

/** `null` for what is not a checkpoint. Lines after the third are extensions and are let pass. */
export const parseCheckpoint = (text: string): Checkpoint | null => {
  const [origin = '', size = '', root = ''] = text.split('\n');
  const bytes = Buffer.from(root, 'base64');
  if (origin === '' || !/^(0|[1-9]\d{0,14})$/.test(size) || bytes.length !== 32) return null;
  return { origin, size: Number(size), root: bytes };
};

const lastCheckpoint = (
  database: Database.Database,
  stream: string,
): StoredCheckpoint | undefined =>
  database
    .prepare<[string], StoredCheckpoint>(
      'SELECT * FROM checkpoint WHERE stream = ? ORDER BY size DESC LIMIT 1',
    )
    .get(stream);

/** Signs the log's head now and then, in the committer's transactions. */
export class Checkpoints {
  /** Over the open stream up to its head. */
  private tree = Tree.empty();
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
    this.tree = last ? Tree.of(last.size, last.peaks) : Tree.empty();
    const head = lastRow(database);
    if (head?.stream !== stream) return;
    const from = head.position - head.seq + this.size + 1;
    for (const row of rowsFrom(database, from)) this.tree.append(row.hash);
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

/** Compares signed checkpoints with the events, row by row. */
export class CheckpointCheck {
  private tree = Tree.empty();
  private stream = '';
  private readonly waiting: StoredCheckpoint[];
  /** Checkpoints that were found to hold. */
  held = 0;

  constructor(
    database: Database.Database,
    private readonly keys: readonly string[],
  ) {
    this.waiting = database
      .prepare<[], StoredCheckpoint>(
        `SELECT checkpoint.* FROM checkpoint JOIN stream ON stream.id = checkpoint.stream
         ORDER BY ordinal, size`,
      )
      .all();
  }

  /** What is wrong with a checkpoint at this row, or `null`. */
  take(row: StoredRow): string | null {
    if (row.stream !== this.stream) {
      this.stream = row.stream;
      this.tree = Tree.empty();
    }
    this.tree.append(row.hash);
    const [next] = this.waiting;
    if (next?.stream !== row.stream || next.size !== row.seq) return null;
    this.waiting.shift();
    this.held += 1;
    return this.faultOf(next);
  }

  /** Checkpoints beyond the last event: the log's tail was cut off. */
  left(): readonly StoredCheckpoint[] {
    return this.waiting;
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
