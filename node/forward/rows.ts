import type { Row } from '../../chain/chain.js';
import { namesKey } from '../../chain/note.js';
import { keptDay, POST_MONTHS_MAX, type SentRow } from '../../core/protocol/upstream.js';

/** Of one post; a single request is sent whole, however long it is. */
const POST_BYTES = 500_000;

/** As many of these rows as one post takes: whole requests alone. */
export const wholeRequests = <
  Sent extends Pick<Row, 'day' | 'occurred_at' | 'part' | 'parts'> & {
    readonly body: { readonly length: number };
  },
>(
  rows: readonly Sent[],
): readonly Sent[] => {
  let bytes = 0;
  let whole = 0;
  const months = new Set<string>();
  for (const [index, row] of rows.entries()) {
    months.add(keptDay(row.day, row.occurred_at).slice(0, 7));
    if (months.size > POST_MONTHS_MAX && whole > 0) break;
    bytes += row.body.length;
    if (row.part === row.parts) whole = index + 1;
    if (bytes >= POST_BYTES && whole > 0) break;
  }
  return rows.slice(0, whole);
};

/**
 * As many of these whole requests as are sent with checkpoints of which the last is of this size.
 * Only where its stream ends can the other end check one: those that come after it need a post that
 * begins there.
 */
export const requestsTo = <
  Row extends { readonly seq: number; readonly part: number; readonly parts: number },
>(
  rows: readonly Row[],
  size: number,
): readonly Row[] => {
  const last = rows.findIndex(({ seq, part, parts }) => seq >= size && part === parts);
  return last < 0 ? rows : rows.slice(0, last + 1);
};

/** A row as it is sent. */
export const sentOf = (row: Omit<Row, 'body'>, body: string): SentRow => [
  ...([row.day, row.occurred_at, row.request, row.part, row.parts, row.actor] as const),
  ...([row.type, row.version, body] as const),
];

/**
 * Those of some checkpoints that a key has signed; all, where none is named. Who knows a log by a
 * new key, since the old one was lost, takes what that signed for somebody else's.
 */
export const notesBy = (
  notes: readonly { readonly note: string }[],
  logKey: string | null,
): string[] =>
  notes.map(({ note }) => note).filter((note) => logKey === null || namesKey(note, logKey));
