import type { Verdict } from '../../chain/check.js';
import type { Queries } from '../store/database.js';
import { raise } from './alarms.js';
import type { Arrived } from './ingest.js';
import { CLOCK_OFF_MAX_MS } from './rows.js';

/** Raises what the sender itself says of its log and its clock. */
const keepTold = async (queries: Queries, { centreId, post, relayed, at }: Arrived) => {
  const { stream, from, damage } = post;
  // It speaks of events that it was told to be stored, and has them not.
  const isBehind = post.last < from - 1 && !post.ended && !relayed;
  if (isBehind) await raise(queries, { centreId, stream, at, kind: 'behind', seq: post.last });
  if (damage !== undefined && !(isBehind && damage.is === 'gone')) {
    await raise(queries, { ...damage, centreId, at, kind: damage.is });
  }
  if (!relayed && Math.abs(post.at - at) > CLOCK_OFF_MAX_MS) {
    await raise(queries, { centreId, at, kind: 'clock', stream: '', seq: 0 });
  }
};

/** Keeps the checkpoints that hold, and raises what an operator must look at. */
export const keepSigns = async (
  queries: Queries,
  arrived: Arrived,
  verdict: Verdict,
): Promise<void> => {
  const { centreId, post, at } = arrived;
  const { stream, from } = post;
  const place = { centreId, stream, at };
  await keepTold(queries, arrived);
  if ('refused' in verdict) {
    if (verdict.refused === 'fork') await raise(queries, { ...place, kind: 'fork', seq: from });
    return;
  }
  if (verdict.wrongNote) await raise(queries, { ...place, kind: 'checkpoint', seq: from });
  for (const { size, note } of verdict.notes) {
    await queries.query(
      `INSERT INTO checkpoint (centre_id, stream, size, note, received_at)
       VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
      [centreId, stream, size, note, at],
    );
  }
};
