import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { machineTimers } from '../../node/time.js';
import type { Database } from '../../upstream/store/database.js';
import { openEmbedded } from '../../upstream/store/embedded.js';
import { openPostgres } from '../../upstream/store/postgres.js';
import { newStore } from './template.js';
import { PostgresServer } from './postgres.js';

/** A database that a test may crash; what a contract asks is asked of each kind. */
export interface TestStore {
  readonly database: Database;
  /** What was reported beside the answers to statements. */
  readonly faults: unknown[];
  /** Opens it a second time, as another process would, or as the next one after a crash. */
  again(): Promise<Database>;
  remove(): Promise<void>;
}

const embedded = async (): Promise<TestStore> => {
  const folder = mkdtempSync(join(tmpdir(), 'dawr-store-'));
  const faults: unknown[] = [];
  await newStore(join(folder, 'store'));
  const open = (): Promise<Database> =>
    openEmbedded(join(folder, 'store'), machineTimers, (fault) => void faults.push(fault));
  const database = await open();
  return {
    database,
    faults,
    again: open,
    remove: async () => {
      await database.close();
      rmSync(folder, { recursive: true });
    },
  };
};

const postgresql = async (): Promise<TestStore & { readonly server: PostgresServer }> => {
  const server = await PostgresServer.make();
  const faults: unknown[] = [];
  const url = await server.database('dawr');
  const open = (): Promise<Database> => openPostgres(url, (fault) => void faults.push(fault));
  const database = await open();
  return {
    database,
    faults,
    server,
    again: open,
    remove: async () => {
      await database.close();
      await server.remove();
    },
  };
};

/** Each kind of store by its name. */
export const STORES = { embedded, postgresql } as const;
export const KINDS = Object.keys(STORES) as (keyof typeof STORES)[];
