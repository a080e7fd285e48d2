import { DAY_MS } from '../../../core/time.js';
import { FACT_TABLES, typeOf } from '../../../core/facts/fields.js';
import { factColumn, DAY_SUM, FACTS, QUARTER } from '../../../upstream/store/facttables.js';
import type { Queries } from '../../../upstream/store/database.js';
import type { Column, RowTable } from '../../../upstream/store/tables.js';

/** One centre's day, as the projector made it, told again by many centres on many days. */

/** The centre whose facts are told again; it is not enrolled. */
export const TOLD = 'told';

/** Rows of these tables are many times those of all others: one day in so many has them. */
const SAMPLED_DAYS = 10;

export interface Year {
  /** `YYYY-MM-DD`, in order. */
  readonly dates: readonly string[];
  /** The day that is told again. */
  readonly told: string;
}

const FACT_KINDS = ['day', 'visit', 'leg', 'span'] as const;

const timesOf = (kind: (typeof FACT_KINDS)[number]): readonly string[] =>
  Object.entries(FACT_TABLES[kind].fields)
    .filter(([, kept]) => typeOf(kept).type === 'time')
    .map(([field]) => factColumn(field));

interface Told {
  readonly table: RowTable;
  /** Columns that move with the day. */
  readonly times: readonly string[];
}

const TABLES: readonly Told[] = [
  ...FACT_KINDS.map((kind) => ({ table: FACTS[kind], times: timesOf(kind) })),
  { table: QUARTER, times: ['slot'] },
  { table: DAY_SUM, times: [] },
];

const isByTime = ({ table: { byTime } }: Told): boolean => byTime === true;

/** Days of which the sessions of counters are kept too. */
export const hasSessions = (index: number): boolean => index % SAMPLED_DAYS === 0;

const valueOf = ({ name }: Column, times: readonly string[]): string => {
  if (name === 'centre_id') return 'c.centre_id';
  if (name === 'business_day') return '$1::date';
  if (name === 'stream' || name === 'opened_stream') return 'c.stream';
  if (name === 'ticket_id') return `c.stream || substr(t.ticket_id, 27)`;
  return times.includes(name) ? `t.${name} + $2::bigint` : `t.${name}`;
};

/**
 * Tells one day into a table: events of all centres lie between each other, as they come in. The
 * told rows are the outer loop, in the order in which they happened.
 */
const tellSql = ({ table, times }: Told, into: string): string => {
  const { name, columns } = table;
  const order = columns.some((column) => column.name === 'seq') ? 'ORDER BY seq' : '';
  const values = columns.map((column) => valueOf(column, times)).join(', ');
  return (
    `INSERT INTO ${into} (${columns.map((column) => column.name).join(', ')}) SELECT ${values} ` +
    `FROM (SELECT * FROM told_${name} ${order} OFFSET 0) AS t CROSS JOIN LATERAL ` +
    `(SELECT * FROM told_centre
      WHERE t.centre_id IS NOT NULL AND $2::bigint IS NOT NULL OFFSET 0) AS c`
  );
};

/** Keeps what is told apart from the parts of a month. */
export const prepareTelling = async (
  queries: Queries,
  centres: readonly { readonly centreId: string; readonly stream: string }[],
): Promise<void> => {
  for (const { table } of TABLES) {
    await queries.query(
      `CREATE UNLOGGED TABLE told_${table.name} AS
       SELECT * FROM ${table.name} WHERE centre_id = '${TOLD}'`,
    );
  }
  await queries.query('CREATE UNLOGGED TABLE told_centre (centre_id TEXT, stream TEXT)');
  const rows = centres.map(({ centreId, stream }) => ({ centre_id: centreId, stream }));
  await queries.query(
    `INSERT INTO told_centre SELECT centre_id, stream
     FROM json_to_recordset($1::json) AS r (centre_id TEXT, stream TEXT)`,
    [JSON.stringify(rows)],
  );
};

const monthAfter = (month: string): string => {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`;
};

const tellDay = async (
  queries: Queries,
  { told }: Year,
  { date, sql }: { readonly date: string; readonly sql: string },
): Promise<void> => {
  const days = (Date.parse(date) - Date.parse(told)) / DAY_MS;
  await queries.query(sql, [date, days * DAY_MS]);
};

/**
 * All days of a month. Run it in a transaction: its parts are new there, so that nothing of them
 * goes through the write-ahead log where `wal_level` is `minimal`.
 */
export const tellMonth = async (queries: Queries, month: string, year: Year): Promise<void> => {
  const dates = year.dates.filter((date) => date.startsWith(month));
  for (const own of TABLES) {
    const { name, key } = own.table;
    const part = isByTime(own) ? `${name}_${month.replace('-', '_')}` : name;
    if (isByTime(own)) await queries.query(`CREATE TABLE ${part} (LIKE ${name})`);
    const sql = tellSql(own, part);
    for (const date of dates) {
      const isTold = name !== 'counter_session' || hasSessions(year.dates.indexOf(date));
      if (isTold) await tellDay(queries, year, { date, sql });
    }
    if (!isByTime(own)) continue;
    await queries.query(`ALTER TABLE ${part} ADD PRIMARY KEY (${key.join(', ')})`);
    await queries.query(
      `ALTER TABLE ${name} ATTACH PARTITION ${part}
       FOR VALUES FROM ('${month}-01') TO ('${monthAfter(month)}-01')`,
    );
  }
};

/** Puts the centres' facts at their last day. */
export const endTelling = async (queries: Queries, year: Year): Promise<void> => {
  await queries.query(
    `INSERT INTO projection (centre_id, turn, stream, seq, event_day, newest_day, stopped_at)
     SELECT centre_id, 1, stream, 1, $1::date, $1::date, NULL FROM told_centre`,
    [year.dates.at(-1)!],
  );
};
