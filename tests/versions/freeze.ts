import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { verifierKeyOf } from '../../chain/note.js';
import { PROJECT } from '../../node/place.js';
import { machineTimers } from '../../node/time.js';
import { Projector } from '../../upstream/facts/projector.js';
import { Ingest } from '../../upstream/ingest/ingest.js';
import type { Database } from '../../upstream/store/database.js';
import { openPostgres } from '../../upstream/store/postgres.js';
import { migrate } from '../../upstream/store/schema.js';
import { enrolAll, enrolledOf, signerOf } from '../fleet/stages/fleet.js';
import { dayTemplate } from '../fleet/measure.js';
import { PostgresServer } from '../upstream/postgres.js';
import { figuresOf, FROZEN, NOW } from './figures.js';

/**
 * Writes down the store of this version as SQL, and what is read from it, before it is released:
 * `node build/tests/versions/freeze.js`. What is frozen stays as it is.
 */

const CENTRE = 'ismailia';
const DAY = { counters: 1, load: 0.4, hours: 4 };

/** Keeps what makes tables. */
const listening = (database: Database, made: string[]): Database => {
  const heard = (sql: string): string => {
    if (/^\s*CREATE/.test(sql)) made.push(sql.trim());
    return sql;
  };
  return {
    ...database,
    query: (sql, values) => database.query(heard(sql), values),
    transaction: (work) =>
      database.transaction((queries) =>
        work({ query: (sql, values) => queries.query(heard(sql), values) }),
      ),
  };
};

const fill = async (database: Database): Promise<void> => {
  await enrolAll(database, enrolledOf([CENTRE]));
  const [template, signer] = [await dayTemplate(DAY), signerOf(CENTRE)];
  const ingest = new Ingest(database, machineTimers);
  const telling = { centreId: CENTRE, dates: ['2026-11-22'], size: 100, signer };
  for (const post of template.posts(telling)) {
    const arrived = { centreId: CENTRE, post, relayed: false, at: post.at };
    await ingest.take({ ...arrived, logKey: verifierKeyOf(signer) });
  }
  const outside = { timers: machineTimers, now: () => NOW, onFault: console.error };
  const projector = new Projector(database, outside);
  await projector.catchUp();
  await projector.stop();
  await database.query('UPDATE centre SET heard_at = $1, live_since = $1', [NOW]);
};

/** The rows of each table that has some, one statement each. */
const rowsOf = async (database: Database): Promise<readonly string[]> => {
  const tables = await database.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace
     AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY relname`,
  );
  const statements: string[] = [];
  for (const { name } of tables) {
    const [{ rows } = { rows: null }] = await database.query<{ rows: string | null }>(
      `SELECT json_agg(t)::text AS rows FROM ${name} AS t`,
    );
    if (rows === null) continue;
    const text = rows.replaceAll('\n', '').replaceAll("'", "''");
    statements.push(
      `INSERT INTO ${name} SELECT * FROM json_populate_recordset(NULL::${name}, '${text}')`,
    );
  }
  return statements;
};

const server = await PostgresServer.make();
const database = await openPostgres(await server.database('frozen'), console.error);
const made: string[] = [];
const listened = listening(database, made);
await migrate(listened);
await fill(listened);
const [{ version } = { version: 0 }] = await database.query<{ version: number }>(
  'SELECT max(version) AS version FROM migration',
);
const folder = join(PROJECT, FROZEN);
const file = join(folder, `${version}.sql`);
if (existsSync(file)) throw new Error(`${file} is frozen: a change needs another version`);
mkdirSync(folder, { recursive: true });
const statements = [...made, ...(await rowsOf(database))].map((sql) => `${sql};\n`);
writeFileSync(file, statements.join('\n'));
const figures = await figuresOf(database);
writeFileSync(join(folder, `${version}.json`), `${JSON.stringify(figures, null, 2)}\n`);
await database.close();
await server.remove();
