import { hash } from 'node:crypto';
import { makeCheckpoint } from '../../chain/checkpoint.js';
import { genesisOf, hashOf, type Row, type StoredRow } from '../../chain/chain.js';
import { signNote, type Signer } from '../../chain/note.js';
import { Tree } from '../../chain/tree.js';
import type { EventsPost, SentRow } from '../../core/protocol/upstream.js';
import { DAY_MS } from '../../core/time.js';
import { sentOf } from '../../node/forward/rows.js';
import { requestOf, template, type Piece } from '../bench/past.js';

/** One centre's log, told in posts. */
export interface Telling {
  readonly centreId: string;
  /** `YYYY-MM-DD`, in order. */
  readonly dates: readonly string[];
  /** Events of a post at most, unless a single request has more. */
  readonly size: number;
  /** Signs the checkpoints. */
  readonly signer: Signer;
  /** The posts go out as it happens: none tells of events to come. */
  readonly live?: boolean;
}

interface ToldRow {
  readonly row: Row;
  readonly text: string;
  readonly hash: Buffer;
  readonly note: string | undefined;
}

/** A day of a log that stands for those of many centres: each tells it on days of its own. */
export class Template {
  private readonly lines: readonly { readonly row: StoredRow; readonly text: Piece }[];
  private readonly date: string;
  /** Events of one day; before the first are those that begin the log. */
  private readonly ofDay: number;
  private readonly sizes: ReadonlySet<number>;

  /** `sizes` are those of the log's checkpoints. */
  constructor(
    rows: readonly StoredRow[],
    private readonly stream: string,
    sizes: readonly number[],
  ) {
    this.date = rows.at(-1)!.day!;
    const text = (row: StoredRow): Piece => template(row.body.toString(), stream, this.date);
    this.lines = rows.map((row) => ({ row, text: text(row) }));
    this.ofDay = rows.filter(({ day }) => day !== null).length;
    this.sizes = new Set(sizes);
  }

  events(days: number): number {
    return this.lines.length + (days - 1) * this.ofDay;
  }

  /** Requests of one day. */
  get requests(): number {
    return this.lines.filter(({ row }) => row.day !== null && row.part === row.parts).length;
  }

  /** Whole requests, with the checkpoints that the log had. */
  *posts({ centreId, dates, size, signer, live = false }: Telling): Generator<EventsPost> {
    const stream = streamOf(centreId);
    const all = this.events(dates.length);
    let previous: Buffer = genesisOf(stream);
    let [from, head] = [1, previous];
    let [events, notes]: [SentRow[], string[]] = [[], []];
    const post = (): EventsPost => ({
      ...{ stream, from, last: live ? from - 1 + events.length : all, ended: false },
      ...{ previous: previous.toString('hex'), head: head.toString('hex'), events, notes },
      ...{ at: Date.now(), live: null },
    });
    for (const { row, text, hash: own, note } of this.rows(centreId, { dates, signer })) {
      if (row.part === 1 && events.length > 0 && events.length + row.parts > size) {
        yield post();
        [from, previous, events, notes] = [from + events.length, head, [], []];
      }
      events.push(sentOf(row, text));
      head = own;
      if (note !== undefined) notes.push(note);
    }
    yield post();
  }

  private *rows(
    centreId: string,
    { dates, signer }: Pick<Telling, 'dates' | 'signer'>,
  ): Generator<ToldRow> {
    const stream = streamOf(centreId);
    const tree = Tree.empty();
    const salt = hash('sha256', stream, 'buffer').readUInt32BE();
    let before: Buffer = genesisOf(stream);
    for (const [index, day] of dates.entries()) {
      const seqs = this.ofDay * index;
      const ms = Date.parse(day) - Date.parse(this.date);
      const shift = { day, ms, seqs, salt: salt + index };
      for (const { row, text } of this.lines) {
        if (index > 0 && row.day === null) continue;
        const own = text(shift).replaceAll(this.stream, stream);
        const next: Row = {
          ...{ ...row, stream, seq: row.seq + seqs, day: row.day === null ? null : day },
          ...{ occurred_at: row.occurred_at + ms, request: requestOf(row.request, shift) },
          body: Buffer.from(own, 'utf8'),
        };
        before = hashOf(before, next);
        tree.append(before);
        const note = this.sizes.has(row.seq) ? noteOf(tree, { stream, signer }) : undefined;
        yield { row: next, text: own, hash: before, note };
      }
    }
  }
}

const noteOf = (tree: Tree, { stream, signer }: { stream: string; signer: Signer }): string => {
  const claim = { origin: `${signer.name}/${stream}`, size: tree.size, root: tree.root() };
  return signNote(makeCheckpoint(claim), signer);
};

/** A stream's id that follows from the centre's. */
export const streamOf = (centreId: string): string =>
  [...hash('sha256', centreId, 'buffer').subarray(0, 26)]
    .map((byte) => (byte % 32).toString(32))
    .join('');

/** So many days, the last of them today in UTC. */
export const daysUpTo = (now: number, days: number): readonly string[] =>
  Array.from({ length: days }, (_, index) =>
    new Date(now - (days - 1 - index) * DAY_MS).toISOString().slice(0, 10),
  );
