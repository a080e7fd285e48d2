import type { Row } from './chain.js';

/** Layout of an exported log; a change of it needs another name. */
const FORMAT = 'dawr-export-1';

/** An event with its hash in hex, its body as text. */
export type ExportedRow = Omit<Row, 'body'> & { readonly body: string; readonly hash: string };

/** The lines of an exported log, as docs/log-format.md describes them: its first, … */
export const exportHead = (centreId: string): string =>
  `${JSON.stringify({ export: FORMAT, centre: centreId })}\n`;

/** … one for each event, … */
export const exportedEvent = (row: ExportedRow): string => {
  const { stream, seq, day, occurred_at, request, part, parts, actor, type } = row;
  const { version, body, hash } = row;
  const head = { stream, seq, day, occurred_at, request, part, parts, actor, type };
  return `${JSON.stringify({ ...head, version, body, hash })}\n`;
};

/** … and one for each signed checkpoint. */
export const exportedCheckpoint = (note: string): string =>
  `${JSON.stringify({ checkpoint: note })}\n`;
