import type { Fact } from '../../core/facts.js';
import {
  columnOf,
  FACT_TABLES,
  typeOf,
  type FactTable,
  type FieldType,
} from '../../core/facts/fields.js';

/** What is open is found at once. */
const INDEXES: Partial<Readonly<Record<Fact['kind'], string>>> = {
  day: 'service_day_open ON service_day (stream) WHERE closed_at IS NULL',
  span: 'counter_session_open ON counter_session (day, counter_id) WHERE ended_at IS NULL',
};

const NUMBERS: ReadonlySet<FieldType> = new Set<FieldType>(['few', 'whole', 'time', 'ms', 'flag']);

const columnSql = ([field, kept]: [string, FactTable['fields'][string]]): string => {
  const { type, nullable } = typeOf(kept);
  const kind = NUMBERS.has(type) ? 'INTEGER' : 'TEXT';
  return `${columnOf(field)} ${kind}${nullable ? '' : ' NOT NULL'}`;
};

const sqlOf = (kind: Fact['kind']): string => {
  const { name, key, fields } = FACT_TABLES[kind];
  const columns = Object.entries(fields).map(columnSql).join(', ');
  const index = INDEXES[kind];
  return (
    `CREATE TABLE ${name} (${columns}, PRIMARY KEY (${key.map(columnOf).join(', ')})) ` +
    `STRICT, WITHOUT ROWID;${index === undefined ? '' : ` CREATE INDEX ${index};`}`
  );
};

/** The tables of facts, and how each is made. */
export const TABLES: readonly { readonly name: string; readonly sql: string }[] = (
  Object.keys(FACT_TABLES) as Fact['kind'][]
).map((kind) => ({ name: FACT_TABLES[kind].name, sql: sqlOf(kind) }));
