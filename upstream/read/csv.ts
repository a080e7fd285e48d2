import {
  CLERK_NAME,
  COLUMNS,
  EXPORT_FIELDS,
  wordsOf,
  type Value,
  type Values,
  type Words,
} from '../../core/export/columns.js';
import { BYTE_ORDER_MARK, cell, headLine, linesOf } from '../../core/export/csv.js';
import { FACT_TABLES, fieldsOf } from '../../core/facts/fields.js';
import { grouped } from '../../core/figures.js';
import type { Scope } from '../../core/protocol/overview.js';
import type { Queries } from '../store/database.js';
import { partsOf } from '../store/retention.js';
import { factColumn } from '../store/facttables.js';
import { IN_SCOPE, scopeValue } from './lines.js';
import { clerksOf, NAMELESS, namesOf } from './names.js';

const PAGE_ROWS_MAX = 2000;

interface Asked {
  readonly scope: Scope;
  /** `YYYY-MM-DD`, the first and the last. */
  readonly from: string;
  readonly to: string;
  /** All of the scope for `null`. */
  readonly centreId: string | null;
  /** Rows that are in memory at a time. */
  readonly pageRows?: number;
}

interface Centre {
  readonly centre_id: string;
  readonly governorate_id: string;
  readonly zone: string;
}

type Row = Readonly<Record<string, string | number | boolean | null>>;

const FIELDS = fieldsOf(FACT_TABLES.leg).map((field) =>
  field === 'day' ? `leg.business_day::text AS "day"` : `leg.${factColumn(field)} AS "${field}"`,
);

/** Pages by the key: each begins where the last one ended, and none is held while it is read. */
async function* pages(
  queries: Queries,
  { centre_id }: Centre,
  { from, to, pageRows = PAGE_ROWS_MAX }: Asked,
): AsyncGenerator<readonly Row[]> {
  let after: readonly (string | number)[] = [from, '', 0, 0];
  for (;;) {
    const rows = await queries.query<Row>(
      `SELECT ${FIELDS.join(', ')}, visit.series_id AS "seriesId", visit.number
       FROM leg JOIN visit USING (centre_id, business_day, stream, seq)
       WHERE leg.centre_id = $1 AND leg.business_day BETWEEN $2::date AND $3::date
         AND (leg.business_day, leg.stream, leg.seq, leg.leg) > ($2::date, $4, $5, $6)
       ORDER BY leg.business_day, leg.stream, leg.seq, leg.leg LIMIT $7`,
      [centre_id, after[0]!, to, after[1]!, after[2]!, after[3]!, pageRows],
    );
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageRows) return;
    after = ['day', 'stream', 'seq', 'leg'].map((field) => last[field] as string | number);
  }
}

const valuesOf = (row: Row): Values =>
  EXPORT_FIELDS.legs.map((field) => {
    const value = row[field] ?? null;
    return typeof value === 'boolean' ? Number(value) : value;
  });

/** The words of each day: those of the configuration by which it went. */
const wordsByDay = async (
  queries: Queries,
  { centre_id, zone }: Centre,
  { from, to }: Asked,
): Promise<ReadonlyMap<string, Words>> => {
  const days = await queries.query<{ readonly day: string; readonly configuration: string }>(
    `SELECT business_day::text AS day, configuration FROM service_day
     WHERE centre_id = $1 AND business_day BETWEEN $2::date AND $3::date`,
    [centre_id, from, to],
  );
  const words = new Map<string, Words>();
  for (const hash of new Set(days.map(({ configuration }) => configuration))) {
    words.set(hash, wordsOf(await namesOf(queries, centre_id, hash), zone));
  }
  return new Map(days.map(({ day, configuration }) => [day, words.get(configuration)!]));
};

/** How many lines follow the head, by the roll-ups of the months whose legs are still kept. */
export const countLegs = async (
  queries: Queries,
  { scope, from, to, centreId }: Omit<Asked, 'pageRows'>,
): Promise<number> => {
  const months = (await partsOf(queries, 'leg')).map(({ month }) => month);
  const [row] = await queries.query<{ readonly legs: number | null }>(
    `SELECT sum(d.leg_joined)::BIGINT AS legs
     FROM centre AS c JOIN rollup_day AS d ON d.centre_id = c.centre_id
     WHERE ${IN_SCOPE} AND ($2::text IS NULL OR c.centre_id = $2)
       AND d.business_day BETWEEN $3::date AND $4::date
       AND substr(d.business_day::text, 1, 7) IN (SELECT json_array_elements_text($5::json))`,
    [scopeValue(scope), centreId, from, to, JSON.stringify(months)],
  );
  return row?.legs ?? 0;
};

/**
 * Legs of a range of days as CSV, in chunks of whole lines, centre by centre in the order of their
 * ids: the columns of a centre's own export (`docs/csv.md`) after the centre and its governorate.
 */
export async function* legsCsv(queries: Queries, asked: Asked): AsyncGenerator<string> {
  const columns = [...COLUMNS.legs, CLERK_NAME];
  const names = ['centre_id', 'governorate_id', ...columns.map(({ name }) => name)];
  yield `${BYTE_ORDER_MARK}${headLine(names)}`;
  const centres = await queries.query<Centre>(
    `SELECT c.centre_id, c.governorate_id, c.zone FROM centre AS c
     WHERE ${IN_SCOPE} AND ($2::text IS NULL OR c.centre_id = $2)`,
    [scopeValue(asked.scope), asked.centreId],
  );
  for (const centre of centres.toSorted((a, b) => (a.centre_id < b.centre_id ? -1 : 1))) {
    const words = await wordsByDay(queries, centre, asked);
    const nameless = wordsOf(NAMELESS, centre.zone);
    const clerks = new Map<Value, string>(
      Object.entries(await clerksOf(queries, centre.centre_id)),
    );
    const clerk = (id: Value): string | null => clerks.get(id) ?? null;
    const before = `${cell(centre.centre_id)},${cell(centre.governorate_id)},`;
    for await (const rows of pages(queries, centre, asked)) {
      yield [...grouped(rows, ({ day }) => day as string)]
        .map(([day, own]) =>
          linesOf(columns, {
            rows: own.map(valuesOf),
            words: { ...(words.get(day) ?? nameless), clerk },
            before,
          }),
        )
        .join('');
    }
  }
}
