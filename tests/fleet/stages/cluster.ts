import pg from 'pg';
import { PostgresServer } from '../../upstream/postgres.js';

/**
 * For a machine that has nothing else to do, beside what every server of a test is given. The log
 * of changes is as large as it must be on one machine without a standby.
 */
const SETTINGS = {
  shared_buffers: '2GB',
  work_mem: '64MB',
  maintenance_work_mem: '512MB',
  max_wal_size: '8GB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  autovacuum_naptime: '15s',
};

export const settingsLine = Object.entries(SETTINGS)
  .map(([name, value]) => `${name}=${value}`)
  .join(', ');

/** A server with the settings of one that is meant to work. */
export const openCluster = async (): Promise<PostgresServer> => {
  const server = await PostgresServer.make();
  const client = new pg.Client({ connectionString: server.urlOf('postgres') });
  await client.connect();
  for (const [name, value] of Object.entries(SETTINGS)) {
    await client.query(`ALTER SYSTEM SET ${name} = '${value}'`);
  }
  await client.end();
  await server.stop('orderly');
  await server.start();
  return server;
};
