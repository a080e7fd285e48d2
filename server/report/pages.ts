import { EXPORT_FIELDS } from '../../core/export/columns.js';
import { columnOf, FACT_TABLES, fieldsOf, type FactTable } from '../../core/facts/fields.js';
import type { ExportName } from '../../core/lists.js';

interface Page {
  /** Binds the key after which it goes on, the last day, and how many rows at most. */
  readonly select: string;
  /** Where the key's values stand in a row. */
  readonly key: readonly number[];
}

const columnsOf = (table: FactTable): string =>
  fieldsOf(table)
    .map((field) => `${table.name}.${columnOf(field)}`)
    .join(', ');

/** Rows after a key, in its order, so that each page begins where the last one ended. */
const pageOf = ({ name, key }: FactTable): string => {
  const columns = key.map((field) => `${name}.${columnOf(field)}`).join(', ');
  const after = `(${columns}) > (${key.map(() => '?').join(', ')})`;
  return `WHERE ${after} AND ${name}.day <= ? ORDER BY ${columns} LIMIT ?`;
};

const keyOf = (name: ExportName, { key }: FactTable): readonly number[] =>
  key.map((field) => EXPORT_FIELDS[name].indexOf(field));

const { visit, leg, late } = FACT_TABLES;

/** Where the rows of each export come from. */
export const PAGES: Readonly<Record<ExportName, Page>> = {
  visits: {
    select: `SELECT ${columnsOf(visit)} FROM visit ${pageOf(visit)}`,
    key: keyOf('visits', visit),
  },
  legs: {
    select:
      `SELECT ${columnsOf(leg)}, visit.series_id, visit.number ` +
      `FROM leg JOIN visit USING (day, stream, seq) ${pageOf(leg)}`,
    key: keyOf('legs', leg),
  },
  late: {
    select: `SELECT ${columnsOf(late)} FROM late_ticket ${pageOf(late)}`,
    key: keyOf('late', late),
  },
};
