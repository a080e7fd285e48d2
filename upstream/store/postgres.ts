import pg from 'pg';
import { QueryFault, type Database, type Engine, type Queries, type Value } from './database.js';

const CONNECT_MS_MAX = 5_000;
const CONNECTIONS_MAX = 8;
const INT8 = 20;

const types = {
  getTypeParser: ((id: number, format: 'text') =>
    id === INT8 ? Number : pg.types.getTypeParser(id, format)) as typeof pg.types.getTypeParser,
};

const faultOf = (error: unknown): QueryFault => {
  const { message } = error as Error;
  const state = error instanceof pg.DatabaseError ? (error.code ?? '') : '';
  return new QueryFault(message, state, { cause: error });
};

const queriesOf = (client: pg.Pool | pg.PoolClient): Queries => ({
  async query<Row extends object>(sql: string, values: readonly Value[] = []): Promise<Row[]> {
    try {
      return (await client.query<Row>(sql, [...values])).rows;
    } catch (error) {
      throw faultOf(error);
    }
  },
});

const isCitus = async (queries: Queries): Promise<boolean> =>
  (await queries.query(`SELECT 1 FROM pg_extension WHERE extname = 'citus'`)).length > 0;

/**
 * A server of PostgreSQL 15 or later, by its `postgresql://` address. Connects when asked; what is
 * wrong with a connection at rest goes to `onFault`, and the next statement opens another.
 */
export const openPostgres = async (
  url: string,
  onFault: (fault: unknown) => void,
): Promise<Database> => {
  const pool = new pg.Pool({
    ...{ connectionString: url, max: CONNECTIONS_MAX, types },
    ...{ connectionTimeoutMillis: CONNECT_MS_MAX, application_name: 'dawr' },
  });
  pool.on('error', onFault);
  const queries = queriesOf(pool);
  const connected = async (): Promise<pg.PoolClient> => {
    try {
      return await pool.connect();
    } catch (error) {
      throw faultOf(error);
    }
  };
  const engine: Engine = (await isCitus(queries)) ? 'citus' : 'postgresql';
  return {
    ...queries,
    engine,
    async transaction(work) {
      const client = await connected();
      // A database that goes away tells the client and not only the statement.
      client.on('error', onFault);
      const own = queriesOf(client);
      let broken: QueryFault | undefined;
      try {
        await own.query('BEGIN');
        const result = await work(own);
        await own.query('COMMIT');
        return result;
      } catch (error) {
        await own.query('ROLLBACK').catch((fault: QueryFault) => (broken = fault));
        throw error;
      } finally {
        client.off('error', onFault);
        client.release(broken);
      }
    },
    close: () => pool.end(),
  };
};
