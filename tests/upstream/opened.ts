import type { Timers } from '../../node/time.js';
import type { Database } from '../../upstream/store/database.js';
import { migrate } from '../../upstream/store/schema.js';
import { STORES, type KINDS } from './stores.js';

/** Windows close at once, and nothing happens by the hour. */
export const timers: Pick<Timers, 'after' | 'every'> = {
  after: (_, run) => {
    setImmediate(run);
    return () => undefined;
  },
  every: () => () => undefined,
};

export interface OpenStore {
  readonly database: Database;
  /** What was reported beside the answers to statements. */
  readonly faults: readonly unknown[];
  remove(): Promise<void>;
}

/** An empty store with its tables. */
export const openStore = async (kind: (typeof KINDS)[number]): Promise<OpenStore> => {
  const store = await STORES[kind]();
  await migrate(store.database);
  return store;
};
