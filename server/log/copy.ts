import type Database from 'better-sqlite3';
import { eventOf, genesisOf, type Row } from '../../chain/chain.js';
import { nothingOf, type CheckedNote, type CheckedRow, type Held } from '../../chain/check.js';
import { keyIdOfKey } from '../../chain/note.js';
import type { Tree } from '../../chain/tree.js';
import type { Logged } from '../../core/events.js';
import { namesConfiguration } from '../../core/protocol/upstream.js';
import type { Done } from '../../core/protocol/wire.js';
import { emptyState, type Configurations, type State } from '../../core/state.js';
import { ANY_PAYLOAD, ANYBODY } from './answers.js';
import { treeOf } from './checkpoint.js';
import { configurationHash } from './configurations.js';
import { noFaults } from './faults.js';
import { Journal } from './journal.js';
import { beginStream } from './log.js';
import type { Projector } from './projector.js';
import { lastRow, lastRowOf, openStream, rowAt } from './read.js';
import { fold, replay, type Rules } from './replay.js';
import type { Verified } from './verify.js';

/** The first event of a stream as far as it says what it follows. */
interface FirstEvent {
  readonly training?: boolean;
  readonly previousStream?: string;
  readonly previousSeq?: number;
  readonly previousHash?: string;
}

/** Rows of one stream that were held against its chain. */
export interface Checked {
  readonly stream: string;
  readonly rows: readonly CheckedRow[];
  readonly notes: readonly CheckedNote[];
  /** Whose checkpoints these are. */
  readonly logKey: string;
}

export interface CopyParts {
  readonly database: Database.Database;
  readonly rules: Rules;
  readonly configurations: Configurations;
  readonly projectors: readonly Projector[];
  readonly answerTo: (state: State, events: readonly Logged[]) => Done;
}

type Head = NonNullable<Verified['head']>;

/**
 * A log's file that follows another's: it takes rows as they were stored there, and makes what a
 * server keeps beside them, the answers and the reports' tables, anew. Nothing else writes to it.
 */
export class Copy {
  private readonly journal: Journal;
  private state: State;
  private readonly trees = new Map<string, Tree>();

  constructor(private readonly parts: CopyParts) {
    this.journal = new Journal(parts.database, noFaults);
    this.state = this.folded();
  }

  /** Its last event; `null` while it is empty. */
  get head(): Head | null {
    const row = lastRow(this.parts.database);
    return row ? { stream: row.stream, seq: row.seq, hash: row.hash.toString('hex') } : null;
  }

  /** How far it has a stream. */
  held(stream: string): Held {
    const last = lastRowOf(this.parts.database, stream);
    if (last === undefined) return nothingOf(stream);
    return { seq: last.seq, hash: last.hash, peaks: this.treeOf(stream).toBytes() };
  }

  /** In hex; `undefined` where it has no such event. 0 is the stream's beginning. */
  hashAt(stream: string, seq: number): string | undefined {
    if (seq === 0) return genesisOf(stream).toString('hex');
    const last = lastRowOf(this.parts.database, stream);
    if (last === undefined || seq > last.seq) return undefined;
    return rowAt(this.parts.database, last.position - last.seq + seq)?.hash.toString('hex');
  }

  /** Hashes of configurations that these rows name and the file has not. */
  lacks(rows: readonly Pick<CheckedRow, 'type' | 'body'>[]): readonly string[] {
    const named = rows
      .filter(({ type }) => namesConfiguration(type))
      .map(({ body }) => (JSON.parse(body) as { readonly configuration: string }).configuration);
    return [...new Set(named)].filter((key) => !this.parts.configurations.has(key));
  }

  /** Keeps a configuration's body under its hash, which is given back. */
  keepConfiguration(body: Buffer): string {
    const key = configurationHash(body);
    this.parts.database.prepare('INSERT OR IGNORE INTO configuration VALUES (?, ?)').run(key, body);
    return key;
  }

  /** Whether rows may begin a stream here: the very first, or one that goes on from the end. */
  mayBegin([first]: readonly Pick<CheckedRow, 'type' | 'body'>[]): boolean {
    const { head } = this;
    if (first === undefined) return true;
    const begins = JSON.parse(first.body) as FirstEvent;
    if (head === null) return first.type === 'log.started' && begins.training !== true;
    const { previousStream, previousSeq, previousHash } = begins;
    return (
      first.type === 'log.restored' &&
      previousStream === head.stream &&
      previousSeq === head.seq &&
      previousHash === head.hash
    );
  }

  /**
   * Stores rows that follow its end, whole requests with their configurations there, in one
   * transaction; durable on return. Throws, and has stored nothing, where the rules do not accept
   * an event.
   */
  take(checked: Checked): void {
    const { database } = this.parts;
    try {
      database.transaction(() => this.store(checked))();
    } catch (error) {
      this.state = this.folded();
      this.trees.clear();
      throw error;
    }
  }

  private store({ stream, rows, notes, logKey }: Checked): void {
    const { database } = this.parts;
    const at = rows.at(-1)?.occurred_at ?? lastRowOf(database, stream)?.occurred_at ?? 0;
    if (rows.length > 0 && openStream(database) !== stream) beginStream(database, stream, at);
    const tree = this.treeOf(stream);
    let position = lastRow(database)?.position ?? 0;
    let done: Logged[] = [];
    for (const { hash, body, ...named } of rows) {
      const row: Row = { ...named, body: Buffer.from(body, 'utf8') };
      const event = eventOf(row);
      position += 1;
      fold(this.state, { ...row, hash, position }, [this.parts.rules, this.parts.configurations]);
      this.journal.append(position, row, hash);
      tree.append(hash);
      for (const projector of this.parts.projectors) projector.apply(database, event);
      done.push(event);
      if (row.part < row.parts) continue;
      this.answer(row.request, done);
      done = [];
    }
    if (notes.length > 0) this.journal.keepSigner(keyIdOfKey(logKey), logKey, at);
    const keep = database.prepare('INSERT OR IGNORE INTO checkpoint VALUES (?, ?, ?, ?, ?)');
    for (const { size, note, peaks } of notes) keep.run(stream, size, at, note, peaks);
  }

  /** A repeat hears what was done, from whichever device: which one it was, no event tells. */
  private answer(requestId: string, events: readonly Logged[]): void {
    const kept = { payload: ANY_PAYLOAD, answer: this.parts.answerTo(this.state, events) };
    const stoodFor = events.flatMap((event) =>
      event.type === 'ticket.issued' && event.standsFor !== undefined ? [event.standsFor] : [],
    );
    for (const id of new Set([requestId, ...stoodFor])) {
      const key = { deviceId: ANYBODY, requestId: id };
      if (this.journal.answered(key) === undefined) this.journal.keepAnswer(key, kept);
    }
  }

  private treeOf(stream: string): Tree {
    const known = this.trees.get(stream);
    if (known !== undefined) return known;
    const tree = treeOf(this.parts.database, stream);
    this.trees.set(stream, tree);
    return tree;
  }

  private folded(): State {
    const { database, rules, configurations } = this.parts;
    if (openStream(database) === undefined) return emptyState('');
    return replay(database, [rules, configurations], true).state;
  }
}
