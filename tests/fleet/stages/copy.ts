import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Queries } from '../../../upstream/store/database.js';

/** PostgreSQL's own client, whose words go where the bench's go. */
const psql = async (url: string, args: readonly string[], output?: number): Promise<void> => {
  const child = spawn('psql', ['-qX', '-v', 'ON_ERROR_STOP=1', ...args, url], {
    stdio: ['ignore', output ?? 'ignore', 'inherit'],
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`psql ended with ${code}`);
};

/** Tables like `event`, with its key and its parts, that are filled by `COPY` alone. */
export const makeCopies = async (queries: Queries, names: readonly string[]): Promise<void> => {
  const parts = await queries.query<{ name: string; bounds: string }>(
    `SELECT c.relname AS name, pg_get_expr(c.relpartbound, c.oid) AS bounds
     FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
     WHERE i.inhparent = 'event'::regclass`,
  );
  for (const copy of names) {
    await queries.query(
      `CREATE TABLE IF NOT EXISTS ${copy} (LIKE event INCLUDING ALL)
       PARTITION BY RANGE (business_day)`,
    );
    for (const { name, bounds } of parts) {
      const part = `${copy}${name.slice('event'.length)}`;
      await queries.query(`CREATE TABLE IF NOT EXISTS ${part} PARTITION OF ${copy} ${bounds}`);
    }
  }
};

/** The stored events of a condition, as `COPY` reads them. */
export const linesOf = async (url: string, condition: string): Promise<readonly string[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'dawr-copy-'));
  const file = join(folder, 'events');
  const output = openSync(file, 'w');
  await psql(url, ['-c', `COPY (SELECT * FROM event WHERE ${condition}) TO STDOUT`], output);
  closeSync(output);
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  rmSync(folder, { recursive: true });
  return lines;
};

export interface Copying {
  readonly table: string;
  /** Rows of a transaction. */
  readonly batch: number;
  /** Clients at a time. */
  readonly clients: number;
}

/** Rows a second of `COPY`, each batch durable before the next. */
export const copyRate = async (
  url: string,
  lines: readonly string[],
  { table, batch, clients }: Copying,
): Promise<number> => {
  const folder = mkdtempSync(join(tmpdir(), 'dawr-copy-'));
  const share = Math.ceil(lines.length / clients);
  const files = Array.from({ length: clients }, (_, client) => {
    const own = lines.slice(client * share, (client + 1) * share);
    const batches: string[] = [];
    for (let at = 0; at < own.length; at += batch) {
      const rows = own.slice(at, at + batch).join('\n');
      batches.push(`COPY ${table} FROM STDIN;\n${rows}\n\\.\n`);
    }
    const file = join(folder, String(client));
    writeFileSync(file, batches.join(''));
    return file;
  });
  const began = performance.now();
  await Promise.all(files.map((file) => psql(url, ['-f', file])));
  const ms = performance.now() - began;
  rmSync(folder, { recursive: true });
  return (1000 * lines.length) / ms;
};
