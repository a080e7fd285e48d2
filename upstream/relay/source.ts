import { genesisOf, type Row } from '../../chain/chain.js';
import { POST_EVENTS_MAX, POST_NOTES_MAX } from '../../core/protocol/upstream.js';
import type { Part, Reach, Source } from '../../node/forward/source.js';
import { notesBy, requestsTo, sentOf, wholeRequests } from '../../node/forward/rows.js';
import { staffOf, type Staff } from '../../node/forward/staff.js';
import { clerksOf } from '../read/names.js';
import type { Queries } from '../store/database.js';

interface StoredRow extends Omit<Row, 'body'> {
  readonly body: string;
  readonly hash: string;
}

interface StoredNote {
  readonly size: number;
  readonly note: string;
  /** Of the centre now: that which those above are told of. */
  readonly log_key: string | null;
}

/** The log of one centre as it is stored here. */
export class StoredSource implements Source {
  constructor(
    private readonly queries: Queries,
    private readonly centreId: string,
  ) {}

  async streams(): Promise<readonly Reach[]> {
    const rows = await this.queries.query<{ stream: string; stored_seq: number }>(
      'SELECT stream, stored_seq FROM stream WHERE centre_id = $1 ORDER BY ordinal',
      [this.centreId],
    );
    return rows.map(({ stream, stored_seq: seq }, index) => {
      return { stream, seq, ended: index < rows.length - 1 };
    });
  }

  async lastOf(stream: string): Promise<number> {
    const [row] = await this.queries.query<{ stored_seq: number }>(
      'SELECT stored_seq FROM stream WHERE centre_id = $1 AND stream = $2',
      [this.centreId, stream],
    );
    return row?.stored_seq ?? 0;
  }

  async hashAt(stream: string, seq: number): Promise<string | undefined> {
    if (seq === 0) return genesisOf(stream).toString('hex');
    const place = [this.centreId, stream, seq];
    // The last one is known also when its month is not kept any more.
    const [end] = await this.queries.query<{ hash: string }>(
      `SELECT encode(stored_hash, 'hex') AS hash FROM stream
       WHERE centre_id = $1 AND stream = $2 AND stored_seq = $3`,
      place,
    );
    if (end !== undefined) return end.hash;
    const [row] = await this.queries.query<{ hash: string }>(
      `SELECT encode(hash, 'hex') AS hash FROM event
       WHERE centre_id = $1 AND stream = $2 AND seq = $3`,
      place,
    );
    return row?.hash;
  }

  async staff(): Promise<Staff> {
    return staffOf(await clerksOf(this.queries, this.centreId));
  }

  async configuration(hash: string): Promise<Buffer | undefined> {
    const [row] = await this.queries.query<{ body: string | null }>(
      'SELECT body FROM configuration WHERE centre_id = $1 AND hash = $2',
      [this.centreId, hash],
    );
    return row?.body === undefined || row.body === null ? undefined : Buffer.from(row.body, 'utf8');
  }

  async from(stream: string, seq: number, noted = 0): Promise<Part> {
    const rows = async (count: number): Promise<StoredRow[]> => {
      const kept = await this.queries.query<StoredRow>(
        `SELECT stream, seq, day, occurred_at, request, part, parts, actor, type, version, body,
           encode(hash, 'hex') AS hash
         FROM event WHERE centre_id = $1 AND stream = $2 AND seq >= $3 ORDER BY seq LIMIT $4`,
        [this.centreId, stream, seq, count],
      );
      // Months that were dropped leave a hole, and their events lie between others of later days.
      const hole = kept.findIndex((row, index) => row.seq !== seq + index);
      return hole < 0 ? kept : kept.slice(0, hole);
    };
    const some = await rows(POST_EVENTS_MAX);
    const parts = some[0]?.parts ?? 0;
    const whole = wholeRequests(parts > POST_EVENTS_MAX ? await rows(parts) : some);
    const previous = (await this.hashAt(stream, seq - 1)) ?? '';
    const notes = await this.queries.query<StoredNote>(
      `SELECT n.size, n.note, c.log_key FROM checkpoint AS n
         LEFT JOIN centre AS c ON c.centre_id = n.centre_id
       WHERE n.centre_id = $1 AND n.stream = $2 AND n.size BETWEEN $3 AND $4
       ORDER BY n.size LIMIT $5`,
      [this.centreId, stream, Math.max(seq - 1, noted + 1), seq - 1 + whole.length, POST_NOTES_MAX],
    );
    const last = notes[POST_NOTES_MAX - 1];
    const sent = last === undefined ? whole : requestsTo(whole, last.size);
    return {
      previous,
      head: sent.at(-1)?.hash ?? previous,
      events: sent.map((row) => sentOf(row, row.body)),
      notes: notesBy(notes, notes[0]?.log_key ?? null),
    };
  }
}
