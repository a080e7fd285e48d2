import { z } from 'zod';
import { STREAM } from '../../core/protocol/upstream.js';
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

/** As much of the first event of a stream as is looked at, whatever stands there. */
interface Beginning {
  readonly training?: unknown;
  readonly previousStream?: unknown;
  readonly previousSeq?: unknown;
  readonly previousHash?: unknown;
}

const placeBefore = z.object({ stream: z.string().regex(STREAM), seq: z.int().min(1) });

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
  const { previousStream: stored, previousSeq: seq, previousHash } = begins;
  const before = placeBefore.safeParse({ stream: stored, seq }).data;
  const hash = before && (await hashAt(queries, { centreId, ...before }));
  if (hash === undefined || hash !== previousHash) return { refused: 'fork' };
  await raise(queries, { centreId, stream, seq: 1, at, kind: 'restored' });
  return verdict;
};
