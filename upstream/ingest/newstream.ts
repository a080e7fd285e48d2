import type { Queries } from '../store/database.js';
import { raise } from './alarms.js';
import type { Verdict } from '../../chain/check.js';
import type { Arrived } from './ingest.js';
import { hashAt, type Cursor } from './rows.js';

/** What a check found of the first post of a stream, beside the centres' other streams. */
interface Begun {
  readonly verdict: Exclude<Verdict, { refused: unknown }>;
  readonly cursors: ReadonlyMap<string, Cursor>;
}

/** As much of the first event of a stream as is looked at. */
interface Beginning {
  readonly training?: boolean;
  readonly previousStream?: string;
  readonly previousSeq?: number;
  readonly previousHash?: string;
}

/**
 * What becomes of the first events of a stream. A centre that has been heard before begins another
 * only after a restore, and names the event after which it goes on; anything else is a fork of its
 * log. Training is nobody's business above the centre.
 */
export const newStream = async (
  queries: Queries,
  { centreId, post: { stream }, at }: Arrived,
  { verdict, cursors }: Begun,
): Promise<Verdict> => {
  const [first] = verdict.rows;
  if (first === undefined) return verdict;
  const begins = JSON.parse(first.body) as Beginning;
  if (first.type === 'log.started' && begins.training === true) return { refused: 'malformed' };
  if (first.type !== 'log.started' && first.type !== 'log.restored') {
    return { refused: 'malformed' };
  }
  const isFirst = ![...cursors.values()].some((cursor) => cursor.centre_id === centreId);
  if (isFirst) return verdict;
  const { previousStream = '', previousSeq = 0, previousHash } = begins;
  const before = { centreId, stream: previousStream, seq: previousSeq };
  const isAfter = previousHash !== undefined && (await hashAt(queries, before)) === previousHash;
  if (!isAfter) return { refused: 'fork' };
  await raise(queries, { centreId, stream, seq: 1, at, kind: 'restored' });
  return verdict;
};
