import { z } from 'zod';
import { STREAM, type PostRefusal } from '../../core/protocol/upstream.js';
import type { Queries } from '../store/database.js';
import { raise } from './alarms.js';
import type { Verdict } from '../../chain/check.js';
import type { Arrived } from './ingest.js';
import { CLOCK_OFF_MAX_MS, laterBegan, storedHash, type Point } from './rows.js';
import type { Window } from './window.js';

/** What a check found of the first post of a stream, beside all that is known of the centre. */
interface Begun {
  readonly verdict: Exclude<Verdict, { refused: unknown }>;
  readonly window: Window;
}

/** As much of the first event of a stream as is looked at, whatever stands there. */
interface FirstEvent {
  readonly training?: unknown;
  readonly previousStream?: unknown;
  readonly previousSeq?: unknown;
  readonly previousHash?: unknown;
}

const placeBefore = z.object({ stream: z.string().regex(STREAM), seq: z.int().min(1) });

/**
 * The event after which a stream goes on that may begin; `null` for a centre's first. A centre that
 * has been heard before begins another only after a restore, and names that event; anything else is
 * a fork of its log. Training is nobody's business above the centre.
 */
export const newStream = async (
  queries: Queries,
  { centreId, post: { stream }, at }: Arrived,
  { verdict, window }: Begun,
): Promise<{ readonly follows: Point | null } | { readonly refused: PostRefusal }> => {
  const first = verdict.rows[0]!;
  const begins = JSON.parse(first.body) as FirstEvent;
  if (first.type === 'log.started' && begins.training === true) return { refused: 'malformed' };
  if (first.type !== 'log.started' && first.type !== 'log.restored') {
    return { refused: 'malformed' };
  }
  if (window.newest(centreId) === 0) return { follows: null };
  const { previousStream: stored, previousSeq: seq, previousHash } = begins;
  const follows = placeBefore.safeParse({ stream: stored, seq }).data;
  if (follows === undefined) return { refused: 'fork' };
  const hash =
    window.hashAt(centreId, follows) ?? (await storedHash(queries, { centreId, ...follows }));
  if (hash === undefined || hash !== previousHash) return { refused: 'fork' };
  await raise(queries, { centreId, stream, seq: 1, at, kind: 'restored' });
  return { follows };
};

/**
 * Whether a post that goes on in a stream after which another one began comes from a second
 * machine: it brings events of its own, or was written long after the other one began. One that was
 * only late on its way is none, and one that a data centre below passes on tells what that knows.
 */
export const isSecondMachine = async (
  queries: Queries,
  { centreId, post: { stream, at }, relayed }: Arrived,
  checked: Verdict,
): Promise<boolean> => {
  if ('rows' in checked && checked.rows.length > 0) return true;
  if (relayed) return false;
  const began = await laterBegan(queries, { centreId, stream });
  return began !== null && at > began + CLOCK_OFF_MAX_MS;
};
