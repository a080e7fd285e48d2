import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { recompute } from '../../upstream/facts/projector.js';
import type { Database } from '../../upstream/store/database.js';
import { migrate, StoreNewer } from '../../upstream/store/schema.js';
import { KINDS, STORES, type TestStore } from '../upstream/stores.js';
import { figuresOf, FROZEN, NOW } from './figures.js';

const VERSIONS = readdirSync(FROZEN)
  .filter((name) => name.endsWith('.sql'))
  .map((name) => name.slice(0, -'.sql'.length));

const frozen = (version: string, kind: 'sql' | 'json'): string =>
  readFileSync(join(FROZEN, `${version}.${kind}`), 'utf8');

/** Columns, keys and indexes of all tables but the months' parts. */
const catalogue = (database: Database) =>
  database.query(
    `SELECT c.relname AS table, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
       a.attnotnull AS wanted, '' AS definition
     FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
       AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
     UNION ALL SELECT c.relname, i.relname, '', x.indisunique, pg_get_indexdef(i.oid)
     FROM pg_index AS x JOIN pg_class AS i ON i.oid = x.indexrelid
       JOIN pg_class AS c ON c.oid = x.indrelid
     WHERE c.relnamespace = 'public'::regnamespace AND NOT c.relispartition
     UNION ALL SELECT c.relname, '', '', true, pg_get_partkeydef(c.oid)
     FROM pg_class AS c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'p'
     ORDER BY 1, 2`,
  );

describe.each(KINDS)('a store on %s', (kind) => {
  let store: TestStore;
  beforeEach(async () => (store = await STORES[kind]()));
  afterEach(() => store.remove());

  test.each(VERSIONS)(
    'of version %s opens, has the tables of a new one and its figures',
    async (version) => {
      const { database } = store;
      for (const sql of frozen(version, 'sql').split(';\n\n')) await database.query(sql);
      await migrate(database);
      const fresh = await STORES.embedded();
      await migrate(fresh.database);
      expect(await catalogue(database)).toEqual(await catalogue(fresh.database));
      await fresh.remove();
      const figures = JSON.parse(frozen(version, 'json')) as {
        centres: { line: { centreId: string } }[];
      };
      const now = await figuresOf(database);
      // Answers may say more than those of that version.
      expect(now).toMatchObject(figures);
      const faults: unknown[] = [];
      const outside = { now: () => NOW, onFault: (fault: unknown) => void faults.push(fault) };
      for (const { line } of figures.centres) {
        expect(await recompute(database, line.centreId, outside)).toBe('whole');
      }
      expect(faults).toEqual([]);
      expect(await figuresOf(database)).toEqual(now);
    },
  );

  test('that a newer program has written is refused, and stays as it is', async () => {
    const { database } = store;
    await migrate(database);
    await database.query('INSERT INTO migration VALUES (1000)');
    await expect(migrate(database)).rejects.toThrow(StoreNewer);
    await expect(migrate(database)).rejects.toThrow(
      'the store was written by a newer Dawr (1000): start that one',
    );
  });
});
