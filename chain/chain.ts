import { hash } from 'node:crypto';
import type { Event, Logged } from '../core/events.js';

/** Layout of the hashed fields; a change of it needs another name. */
const FORMAT = 'dawr-log-1';
/** Version of the events' shapes that this program writes. */
export const EVENT_VERSION = 1;

/** One event as it lies in the log. docs/log-format.md describes each field. */
export interface Row {
  readonly stream: string;
  readonly seq: number;
  /** Service day it belongs to; `null` for an event of the centre. */
  readonly day: string | null;
  readonly occurred_at: number;
  readonly request: string;
  readonly part: number;
  readonly parts: number;
  readonly actor: string;
  readonly type: string;
  readonly version: number;
  /** UTF-8 JSON, never written anew: these very bytes are hashed. */
  readonly body: Buffer;
}

export interface StoredRow extends Row {
  /** Place in this file over all its streams, from 1 without a gap. */
  readonly position: number;
  readonly hash: Buffer;
}

/** By way of a string: a buffer that Node makes by itself costs more than the hash in it. */
export const sha256 = (bytes: Buffer): Buffer =>
  Buffer.from(hash('sha256', bytes, 'binary'), 'latin1');

const NOTHING = Buffer.alloc(0);
/** Of UTF-8 for a unit of a string, at most. */
const BYTES_OF_UNIT = 3;
/** Where short rows are framed, one after the other: nothing of it is kept. */
const scratch = Buffer.allocUnsafeSlow(65_536);

/** What was hashed before, and then each field with its length before it. */
const hashFramed = (before: Buffer, fields: readonly (string | Buffer)[]): Buffer => {
  const most = fields.reduce((sum, { length }) => sum + 4 + BYTES_OF_UNIT * length, before.length);
  const bytes = most <= scratch.length ? scratch : Buffer.allocUnsafe(most);
  let at = before.copy(bytes);
  for (const field of fields) {
    const from = at + 4;
    const size = typeof field === 'string' ? bytes.write(field, from) : field.copy(bytes, from);
    bytes.writeUInt32BE(size, at);
    at = from + size;
  }
  return sha256(bytes.subarray(0, at));
};

/** What the first event of a stream follows. */
export const genesisOf = (stream: string): Buffer => hashFramed(NOTHING, [FORMAT, stream]);

/** A row as it is hashed: its body as bytes, or as their text. */
type HashedRow = Omit<Row, 'body'> & { readonly body: Buffer | string };

/** The row's hash, given the hash before it. */
export const hashOf = (previous: Buffer, row: HashedRow): Buffer =>
  hashFramed(previous, [
    row.stream,
    String(row.seq),
    row.day ?? '',
    String(row.occurred_at),
    row.request,
    String(row.part),
    String(row.parts),
    row.actor,
    row.type,
    String(row.version),
    row.body,
  ]);

/** The stored bytes of an event: everything but its type, which has a column. */
export const bodyOf = (event: Event): Buffer => {
  const { type: _, ...body } = event;
  return Buffer.from(JSON.stringify(body), 'utf8');
};

/** The event as the rules get it. Throws on a version that this program does not know. */
export const eventOf = (row: Row): Logged => {
  if (row.version !== EVENT_VERSION) {
    throw new Error(`${row.stream}:${row.seq} has the unknown version ${row.version}`);
  }
  const body: object = JSON.parse(row.body.toString('utf8')) as object;
  const { stream, seq, actor } = row;
  return { ...body, type: row.type, at: row.occurred_at, seq, stream, actor } as Logged;
};
