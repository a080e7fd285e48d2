import { join } from 'node:path';
import { machineTimers } from '../../node/time.js';
import { connect, LOG_FILE } from '../../server/log/database.js';
import { Projector } from '../../upstream/facts/projector.js';
import { openEmbedded } from '../../upstream/store/embedded.js';
import { openPostgres } from '../../upstream/store/postgres.js';
import { expectAsHall } from '../upstream/factsbed.js';
import { wholeness } from '../upstream/wholeness.js';
import type { CentreProcess } from './process.js';

const throwIt = (fault: unknown): never => {
  throw fault;
};

export interface Compared {
  readonly legs: number;
  /** In words; empty where both sides have the same. */
  readonly problems: readonly string[];
}

/** What each centre's log has of each stream, taken when the logs were sound. */
export type Truth = readonly {
  readonly centre: CentreProcess;
  readonly own: ReturnType<CentreProcess['events']>;
}[];

/**
 * Opens a store that nobody else uses, and holds it against the halls: rows by their hashes, then
 * facts, roll-ups with counts, sums and histograms, and reports against the hall's own tables.
 */
export const compare = async (
  store: string,
  truth: Truth,
  isOfRowsAlone = false,
): Promise<Compared> => {
  const database = store.startsWith('postgresql:')
    ? await openPostgres(store, throwIt)
    : await openEmbedded(store, machineTimers, throwIt);
  const problems: string[] = [];
  try {
    const { problems: found, hashes } = await wholeness(database);
    problems.push(...found);
    const outside = { timers: machineTimers, now: () => 1, onFault: throwIt };
    const projector = new Projector(database, outside);
    await projector.catchUp();
    await projector.stop();
    for (const { centre, own } of truth) {
      const { centreId } = centre;
      const streams = [...own.hashes];
      for (const [index, [stream, rows]] of streams.entries()) {
        const stored = hashes.get(`${centreId} ${stream}`) ?? [];
        // What a restore cut off lies above alone, and stays there.
        const there = index < streams.length - 1 ? stored.slice(0, rows.length) : stored;
        if (JSON.stringify(there) === JSON.stringify(rows)) continue;
        problems.push(`${centreId} ${stream}: ${there.length} rows there, ${rows.length} here`);
      }
      if (isOfRowsAlone) continue;
      const hall = connect(join(centre.directory, LOG_FILE), { readonly: true });
      try {
        await expectAsHall(database, centreId, { log: own.log, hall });
      } catch (error) {
        problems.push(`${centreId}: other figures: ${(error as Error).message.slice(0, 2_000)}`);
      } finally {
        hall.close();
      }
    }
    const [row] = await database.query<{ n: number }>('SELECT count(*) AS n FROM leg');
    return { legs: row!.n, problems };
  } finally {
    await database.close();
  }
};
