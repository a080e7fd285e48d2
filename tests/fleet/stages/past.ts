import { DAY_MS } from '../../../core/time.js';
import { FACT_TABLES, typeOf } from '../../../core/facts/fields.js';
import type { DayFacts } from '../../../core/facts.js';
import { packed } from '../../../upstream/facts/packed.js';
import { factsOfDay } from '../../../upstream/facts/rows.js';
import {
  factColumn,
  DAY_SUM,
  FACTS,
  PACKED_DAY,
  QUARTER,
} from '../../../upstream/store/facttables.js';
import type { Queries } from '../../../upstream/store/database.js';
import { monthAfter } from '../../../upstream/store/month.js';
import { putSql, type Column, type RowTable } from '../../../upstream/store/tables.js';

/** One centre's day, as the projector made it, told again by many centres on many days. */

/** The centre whose facts are told again; it is not enrolled. */
export const TOLD = 'told';

/** One day in so many has what is told for the page of one centre alone. */
const SAMPLED_DAYS = 10;
const SAMPLED: readonly string[] = [FACTS.span.name, PACKED_DAY.name];
/** Packed days that are written at a time. */
const PACKED_AT_ONCE = 100;

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
  { table: PACKED_DAY, times: [] },
];

const isByTime = ({ table: { byTime } }: Told): boolean => byTime === true;

/** Days of which the sessions of counters are kept too, and which are packed. */
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

type Moment = Readonly<Record<string, unknown>>;

/** The told day's facts as another centre would have them on another day. */
const toldBy = (facts: DayFacts, stream: string, { date, ms }: { date: string; ms: number }) => {
  const moved = <F extends { readonly kind: (typeof FACT_KINDS)[number] }>(fact: F): F => {
    const own: Record<string, unknown> = { ...fact, day: date };
    for (const [field, kept] of Object.entries(FACT_TABLES[fact.kind].fields)) {
      const value = (fact as Moment)[field];
      if (typeOf(kept).type === 'time' && typeof value === 'number') own[field] = value + ms;
    }
    if ('stream' in own) own['stream'] = stream;
    const { ticketId } = own;
    if (typeof ticketId === 'string') own['ticketId'] = `${stream}${ticketId.slice(26)}`;
    return own as F;
  };
  return {
    ...{ ...facts, day: moved(facts.day), visits: facts.visits.map(moved) },
    ...{ legs: facts.legs.map(moved), spans: facts.spans.map(moved) },
  };
};

/** What the projector would have packed of a day, centre after centre. */
const tellPacked = async (
  queries: Queries,
  { told }: Year,
  { date, into }: { readonly date: string; readonly into: string },
): Promise<void> => {
  const facts = (await factsOfDay(queries, TOLD, told))!;
  const move = { date, ms: Date.parse(date) - Date.parse(told) };
  const centres = await queries.query<{ readonly centre_id: string; readonly stream: string }>(
    'SELECT centre_id, stream FROM told_centre ORDER BY centre_id',
  );
  const put = putSql({ ...PACKED_DAY, name: into });
  for (let at = 0; at < centres.length; at += PACKED_AT_ONCE) {
    const rows = centres.slice(at, at + PACKED_AT_ONCE).map(({ centre_id, stream }) => {
      const bytes = packed(toldBy(facts, stream, move)).toString('hex');
      return { centre_id, business_day: date, facts: bytes };
    });
    await queries.query(put, [JSON.stringify(rows)]);
  }
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
    const keyed = `ALTER TABLE ${part} ADD PRIMARY KEY (${key.join(', ')})`;
    const isPacked = name === PACKED_DAY.name;
    if (isByTime(own)) await queries.query(`CREATE TABLE ${part} (LIKE ${name})`);
    if (isPacked) await queries.query(keyed);
    const sql = tellSql(own, part);
    for (const date of dates) {
      if (SAMPLED.includes(name) && !hasSessions(year.dates.indexOf(date))) continue;
      if (isPacked) await tellPacked(queries, year, { date, into: part });
      else await tellDay(queries, year, { date, sql });
    }
    if (!isByTime(own)) continue;
    if (!isPacked) await queries.query(keyed);
    await queries.query(
      `ALTER TABLE ${name} ATTACH PARTITION ${part}
       FOR VALUES FROM ('${month}-01') TO ('${monthAfter(month, 1)}-01')`,
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
