import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { genesisOf, hashOf, type StoredRow } from '../../chain/chain.js';
import type { EventsPost, SentRow } from '../../core/protocol/upstream.js';
import { sentOf } from '../../node/forward/forwarder.js';

/** A log that stands for that of many centres: each has it under a stream of its own. */
export class Template {
  constructor(
    private readonly rows: readonly StoredRow[],
    private readonly stream: string,
  ) {}

  get length(): number {
    return this.rows.length;
  }

  /** The posts of a centre's log, `size` events each or a few more: whole requests. */
  posts(centreId: string, size: number): readonly EventsPost[] {
    const stream = streamOf(centreId);
    const posts: EventsPost[] = [];
    let before: Buffer = genesisOf(stream);
    let previous = before;
    let events: SentRow[] = [];
    let from = 1;
    for (const row of this.rows) {
      // Ids of tickets begin with that of their stream.
      const body = row.body.toString('utf8').replaceAll(this.stream, stream);
      before = hashOf(before, { ...row, stream, body: Buffer.from(body, 'utf8') });
      events.push(sentOf(row, body));
      if (events.length < size || row.part !== row.parts) continue;
      posts.push(this.postOf(stream, { from, previous, head: before, events }));
      from += events.length;
      events = [];
      previous = before;
    }
    const left = { from, previous, head: before, events };
    if (events.length > 0) posts.push(this.postOf(stream, left));
    return posts;
  }

  private postOf(
    stream: string,
    part: { from: number; previous: Buffer; head: Buffer; events: readonly SentRow[] },
  ): EventsPost {
    const { from, previous, head, events } = part;
    return {
      ...{ stream, from, last: this.length, ended: false, notes: [], live: null, at: 0 },
      ...{ previous: previous.toString('hex'), head: head.toString('hex'), events: [...events] },
    };
  }
}

/** A stream's id that follows from the centre's. */
export const streamOf = (centreId: string): string =>
  [...hash('sha256', centreId, 'buffer').subarray(0, 26)]
    .map((byte) => (byte % 32).toString(32))
    .join('');

/** Bytes of a post on the wire, without what HTTP adds. */
export const packedBytes = (post: EventsPost): number => gzipSync(JSON.stringify(post)).length;
