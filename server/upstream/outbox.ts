import type { Database } from 'better-sqlite3';
import { genesisOf, type StoredRow } from '../../chain/chain.js';
import { POST_EVENTS_MAX, POST_NOTES_MAX, type StaffPost } from '../../core/protocol/upstream.js';
import type { Part, Reach, Source } from '../../node/forward/source.js';
import { notesBy, requestsTo, sentOf, wholeRequests } from '../../node/forward/rows.js';
import { staffOf, type Staff } from '../../node/forward/staff.js';
import type { Timers } from '../../node/time.js';
import { storedBytes } from '../log/configurations.js';

/** Rows that are read in one go: more would hold up the hall for milliseconds. */
const SLICE_ROWS = 100;

/** What a centre tells of itself beside its log. */
interface Own {
  /** What clerks are called, where the centre's policy tells it. */
  readonly names?: () => StaffPost['names'];
  /** Verifier key that is known above: only what it has signed is sent. */
  readonly logKey?: string;
}

/** The log of this server, as those above it are sent it. */
export class Outbox implements Source {
  readonly #streams;
  readonly #head;
  readonly #at;
  readonly #rows;
  readonly #notes;
  /** Position of the event before the first, by stream: within one, positions have no gap. */
  private readonly offsets = new Map<string, number>();

  constructor(
    private readonly database: Database,
    private readonly timers: Pick<Timers, 'soon'>,
    private readonly own: Own = {},
  ) {
    this.#streams = database.prepare<[], { id: string }>('SELECT id FROM stream ORDER BY ordinal');
    const columns = 'SELECT stream, seq, position, hash FROM event';
    this.#head = database.prepare<[], StoredRow>(`${columns} ORDER BY position DESC LIMIT 1`);
    this.#at = database.prepare<[number], StoredRow>(`${columns} WHERE position = ?`);
    this.#rows = database.prepare<[number, string, number], StoredRow>(
      'SELECT * FROM event WHERE position >= ? AND stream = ? ORDER BY position LIMIT ?',
    );
    this.#notes = database.prepare<[string, number, number], { size: number; note: string }>(
      `SELECT size, note FROM checkpoint WHERE stream = ? AND size BETWEEN ? AND ?
       ORDER BY size LIMIT ${POST_NOTES_MAX}`,
    );
  }

  streams(): readonly Reach[] {
    const streams = this.#streams.all();
    const ends = this.ends();
    return streams.map(({ id: stream }, index) => {
      return { stream, seq: ends.get(stream) ?? 0, ended: index < streams.length - 1 };
    });
  }

  lastOf(stream: string): number {
    const head = this.#head.get();
    return (head?.stream === stream ? head.seq : this.ends().get(stream)) ?? 0;
  }

  hashAt(stream: string, seq: number): string | undefined {
    if (seq === 0) return genesisOf(stream).toString('hex');
    const row = this.#at.get(this.offsetOf(stream) + seq);
    return row?.stream === stream ? row.hash.toString('hex') : undefined;
  }

  staff(): Staff {
    return staffOf(this.own.names?.() ?? {});
  }

  configuration(hash: string): Buffer | undefined {
    return storedBytes(this.database, hash);
  }

  async from(stream: string, seq: number, noted = 0): Promise<Part> {
    const isEnd = seq > this.lastOf(stream);
    const rows = (count: number) => this.rowsFrom(stream, seq, count);
    const some = isEnd ? [] : await rows(POST_EVENTS_MAX);
    const parts = some[0]?.parts ?? 0;
    const whole = wholeRequests(parts > POST_EVENTS_MAX ? await rows(parts) : some);
    const previous = this.hashAt(stream, seq - 1) ?? '';
    const size = seq - 1 + whole.length;
    const notes = this.#notes.all(stream, Math.max(seq - 1, noted + 1), size);
    const last = notes[POST_NOTES_MAX - 1];
    const sent = last === undefined ? whole : requestsTo(whole, last.size);
    return {
      previous,
      head: sent.at(-1)?.hash.toString('hex') ?? previous,
      events: sent.map((row) => sentOf(row, row.body.toString('utf8'))),
      notes: notesBy(notes, this.own.logKey ?? null),
    };
  }

  /** Read slice by slice, and between them the hall is answered. */
  private async rowsFrom(
    stream: string,
    seq: number,
    count: number,
  ): Promise<readonly StoredRow[]> {
    const first = this.offsetOf(stream) + seq;
    const rows: StoredRow[] = [];
    while (rows.length < count) {
      const wanted = Math.min(SLICE_ROWS, count - rows.length);
      const slice = this.#rows.all(first + rows.length, stream, wanted);
      rows.push(...slice);
      if (slice.length < wanted) break;
      await new Promise<void>((resolve) => this.timers.soon(resolve));
    }
    return rows;
  }

  /** Last event of each stream that has one, found from the end of the file. */
  private ends(): ReadonlyMap<string, number> {
    const ends = new Map<string, number>();
    for (let row = this.#head.get(); row !== undefined;) {
      const before = row.position - row.seq;
      ends.set(row.stream, row.seq);
      this.offsets.set(row.stream, before);
      row = this.#at.get(before);
    }
    return ends;
  }

  private offsetOf(stream: string): number {
    if (!this.offsets.has(stream)) this.ends();
    return this.offsets.get(stream) ?? 0;
  }
}
