import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrate, keepMonths } from '../../upstream/store/schema.js';
import { sources } from '../tidy/tree.js';
import { KINDS, STORES, type TestStore } from './stores.js';

/**
 * What the store's SQL leaves out so that it runs over many machines, with a text that has it.
 * docs.citusdata.com, "SQL support and workarounds"; measured on Citus 13.
 */
const REFUSED: readonly (readonly [name: string, pattern: RegExp, example: string])[] = [
  ['locks over many centres', /\bFOR\s+(?:NO\s+KEY\s+)?(?:UPDATE|SHARE)\b/i, 'SELECT 1 FOR UPDATE'],
  ['grouping sets', /\b(?:GROUPING\s+SETS|CUBE|ROLLUP)\s*\(/i, 'GROUP BY ROLLUP (a)'],
  [
    'a clock in ON CONFLICT',
    /ON\s+CONFLICT[\s\S]*\b(?:now\s*\(|current_timestamp|clock_timestamp)/i,
    'ON CONFLICT (a) DO UPDATE SET b = now()',
  ],
  ['numbers that the engine gives', /\b(?:BIG|SMALL)?SERIAL\b|\bIDENTITY\b/i, 'id BIGSERIAL'],
  ['triggers', /\bTRIGGER\b/i, 'CREATE TRIGGER a'],
  ['words to listeners', /^\s*(?:LISTEN|NOTIFY)\b|pg_notify/i, 'LISTEN a'],
  ['COPY', /^\s*COPY\b/i, 'COPY event FROM STDIN'],
  [
    'stored procedures',
    /\bCREATE\s+(?:OR\s+REPLACE\s+)?(?:FUNCTION|PROCEDURE)\b/i,
    'CREATE FUNCTION a',
  ],
  ['a language’s order', /\bCOLLATE\b/i, 'name TEXT COLLATE "ar-x-icu"'],
  [
    'a column called at',
    /(?:^|[(,.]|\bSELECT\b|\bSET\b)\s*at\s*(?:,|=|\)|BIGINT|$)/im,
    'SET at = 1',
  ],
];

const SQL = /^\s*(?:SELECT|INSERT|UPDATE|DELETE|MERGE|WITH|CREATE|ALTER|DROP|LISTEN|NOTIFY|COPY)\b/;
/** A text that begins like SQL, or the columns of a table. */
const isSql = (text: string): boolean => SQL.test(text) || /\bNOT NULL\b|PRIMARY KEY/.test(text);

const textOf = (node: ts.Node): string | undefined => {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  return [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join(' x ');
};

/** Every SQL text of the program that keeps the store. */
const statements = (): { path: string; sql: string }[] =>
  sources()
    .filter(({ path }) => /^upstream\/.*\.ts$/.test(path) && !path.endsWith('.test.ts'))
    .flatMap(({ path, text }) => {
      const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
      const found: { path: string; sql: string }[] = [];
      const visit = (node: ts.Node): void => {
        const sql = textOf(node);
        if (sql !== undefined && isSql(sql)) found.push({ path, sql });
        ts.forEachChild(node, visit);
      };
      visit(file);
      return found;
    });

test.each(REFUSED)('%s: the texts have none, and one would be found', (_, pattern, example) => {
  expect(pattern.test(example)).toBe(true);
  const all = statements();
  expect(all.length).toBeGreaterThan(10);
  expect(all.filter(({ sql }) => pattern.test(sql))).toEqual([]);
});

/** No centre's rows: how new the tables are, and the data centres below, whole on each machine. */
const WITHOUT_CENTRE: readonly string[] = ['account', 'audit', 'migration', 'relay', 'session'];

describe.each(KINDS)('the catalogue of a migrated store on %s', (kind) => {
  let store: TestStore;
  beforeAll(async () => {
    store = await STORES[kind]();
    await migrate(store.database);
    await keepMonths(store.database, ['2026-11', '2026-12']);
  });
  afterAll(() => store.remove());

  /** Tables but the parts of others. */
  const tables = () =>
    store.database.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace
       AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY relname`,
    );

  test('the centre stands first in every key, and each table has one', async () => {
    const keys = await store.database.query<{ table: string; kind: string; columns: string }>(
      `SELECT c.relname AS table, CASE WHEN i.indisprimary THEN 'primary' ELSE 'unique' END AS kind,
         string_agg(a.attname, ' ' ORDER BY k.place) AS columns
       FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indrelid
         CROSS JOIN unnest(i.indkey::int[]) WITH ORDINALITY AS k (number, place)
         JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = k.number
       WHERE c.relnamespace = 'public'::regnamespace AND i.indisunique AND NOT c.relispartition
       GROUP BY i.indexrelid, c.relname, i.indisprimary ORDER BY 1`,
    );
    const own = keys.filter(({ table }) => !WITHOUT_CENTRE.includes(table));
    expect(own.filter(({ columns }) => columns.split(' ')[0] !== 'centre_id')).toEqual([]);
    const keyed = keys.filter((key) => key.kind === 'primary').map(({ table }) => table);
    expect(keyed).toEqual((await tables()).map(({ name }) => name));
  });

  test('foreign keys begin with the centre on both sides', async () => {
    const keys = await store.database.query<{ columns: string[] }>(
      `SELECT ARRAY[(SELECT attname::text FROM pg_attribute WHERE attrelid = conrelid
           AND attnum = conkey[1]), (SELECT attname::text FROM pg_attribute
           WHERE attrelid = confrelid AND attnum = confkey[1])] AS columns
       FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace`,
    );
    expect(keys.filter(({ columns }) => columns.some((name) => name !== 'centre_id'))).toEqual([]);
  });

  test('what a table is parted by is in its primary key', async () => {
    const parted = await store.database.query<{ table: string; held: boolean }>(
      `SELECT c.relname AS table, p.partattrs::int2[] <@ i.indkey::int2[] AS held
       FROM pg_partitioned_table AS p JOIN pg_class AS c ON c.oid = p.partrelid
         LEFT JOIN pg_index AS i ON i.indrelid = c.oid AND i.indisprimary`,
    );
    expect(parted.length).toBeGreaterThan(0);
    expect(parted.filter(({ held }) => !held)).toEqual([]);
  });

  test('nothing is done by the engine on its own', async () => {
    const own = `relnamespace = 'public'::regnamespace`;
    const found = await store.database.query(
      `SELECT 'sequence' AS what, relname::text AS name FROM pg_class
         WHERE ${own} AND relkind = 'S'
       UNION ALL SELECT 'identity', attname FROM pg_attribute
         JOIN pg_class ON attrelid = pg_class.oid WHERE ${own} AND attidentity <> ''
       UNION ALL SELECT 'trigger', tgname FROM pg_trigger WHERE NOT tgisinternal
       UNION ALL SELECT 'function', proname FROM pg_proc
         WHERE pronamespace = 'public'::regnamespace
       UNION ALL SELECT 'collation', attname FROM pg_attribute
         JOIN pg_class ON attrelid = pg_class.oid
         JOIN pg_collation ON attcollation = pg_collation.oid
         WHERE ${own} AND collname <> 'default'
       UNION ALL SELECT 'column', attname FROM pg_attribute
         JOIN pg_class ON attrelid = pg_class.oid WHERE ${own} AND attname = 'at'`,
    );
    expect(found).toEqual([]);
  });
});
