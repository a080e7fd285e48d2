import { join } from 'node:path';
import type { Timers } from '../../node/time.js';
import type { Settings } from '../settings.js';
import { QueryFault, StoreFault, type Database } from './database.js';
import { openEmbedded } from './embedded.js';
import { openPostgres } from './postgres.js';
import { migrate } from './schema.js';

/** SQLSTATE of what the user of the database may not do. */
const DENIED = '42501';

/**
 * The store of a data centre, its tables up to date. Rejects with a sentence where another process
 * has it, a newer program has written it, or it does not answer.
 */
export const openStore = async (
  { databaseUrl, data }: Pick<Settings, 'databaseUrl' | 'data'>,
  timers: Pick<Timers, 'every'>,
  onFault: (fault: unknown) => void,
): Promise<Database> => {
  const database =
    databaseUrl === null
      ? await openEmbedded(join(data, 'store'), timers, onFault)
      : await openPostgres(databaseUrl, onFault);
  try {
    await migrate(database);
    return database;
  } catch (error) {
    await database.close();
    if (!(error instanceof QueryFault) || error.state !== DENIED) throw error;
    const right = 'give its user that right (GRANT CREATE ON SCHEMA public TO …), or the database';
    const message = `The tables of the store cannot be made: ${error.message}: ${right}`;
    throw new StoreFault('store.unusable', message, { cause: error });
  }
};
