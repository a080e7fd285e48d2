import type { Database } from 'better-sqlite3';
import { genesisOf, type StoredRow } from '../../chain/chain.js';
import { POST_EVENTS_MAX, type EventsPost, type SentRow } from '../../core/protocol/upstream.js';

/** A stream of this file, with its last event. */
export interface Reach {
  readonly stream: string;
  /** 0 where it has no event. */
  readonly seq: number;
  readonly hash: string;
}

/** Of one post; a single request is sent whole, however long it is. */
const POST_BYTES = 500_000;

const sentOf = (row: StoredRow): SentRow => [
  ...([row.day, row.occurred_at, row.request, row.part, row.parts, row.actor] as const),
  ...([row.type, row.version, row.body.toString('utf8')] as const),
];

/** The log as those above it are sent it: nothing is written, and nothing is forgotten. */
export class Outbox {
  readonly #streams;
  readonly #last;
  readonly #rows;
  readonly #hash;
  readonly #notes;

  constructor(database: Database) {
    this.#streams = database.prepare<[], { id: string }>('SELECT id FROM stream ORDER BY ordinal');
    this.#last = database.prepare<[string], { seq: number; hash: Buffer }>(
      'SELECT seq, hash FROM event WHERE stream = ? ORDER BY position DESC LIMIT 1',
    );
    this.#rows = database.prepare<[string, number, number], StoredRow>(
      'SELECT * FROM event WHERE stream = ? AND seq >= ? ORDER BY position LIMIT ?',
    );
    this.#hash = database.prepare<[string, number], { hash: Buffer }>(
      'SELECT hash FROM event WHERE stream = ? AND seq = ?',
    );
    this.#notes = database.prepare<[string, number, number], { note: string }>(
      `SELECT note FROM checkpoint WHERE stream = ? AND size BETWEEN ? AND ?
       ORDER BY size LIMIT 20`,
    );
  }

  /** Oldest first: all but the last have ended. */
  streams(): readonly Reach[] {
    return this.#streams.all().map(({ id }) => {
      const last = this.#last.get(id);
      return {
        stream: id,
        seq: last?.seq ?? 0,
        hash: (last?.hash ?? genesisOf(id)).toString('hex'),
      };
    });
  }

  /** Number of the last event; 0 where it has none. */
  lastOf(stream: string): number {
    return this.#last.get(stream)?.seq ?? 0;
  }

  hashAt(stream: string, seq: number): string | undefined {
    if (seq === 0) return genesisOf(stream).toString('hex');
    return this.#hash.get(stream, seq)?.hash.toString('hex');
  }

  /** Whole requests from an event on, with the checkpoints of that part; `events` may be empty. */
  from(stream: string, seq: number): Pick<EventsPost, 'head' | 'previous' | 'events' | 'notes'> {
    const rows = this.#rows.all(stream, seq, POST_EVENTS_MAX);
    let bytes = 0;
    let whole = 0;
    for (const [index, row] of rows.entries()) {
      bytes += row.body.length;
      if (row.part === row.parts) whole = index + 1;
      if (bytes >= POST_BYTES && whole > 0) break;
    }
    const sent = rows.slice(0, whole);
    const previous = this.hashAt(stream, seq - 1) ?? '';
    const last = seq - 1 + sent.length;
    return {
      previous,
      head: sent.at(-1)?.hash.toString('hex') ?? previous,
      events: sent.map(sentOf),
      notes: this.#notes.all(stream, seq, last).map(({ note }) => note),
    };
  }
}
