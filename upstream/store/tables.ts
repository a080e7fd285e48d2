/** A table as every engine has it. The centre stands first in each key. */
export interface Table {
  readonly name: string;
  readonly columns: string;
  /** Kept in parts of a month, by its `business_day`. */
  readonly byTime?: boolean;
  /** Small, and whole on every machine. */
  readonly reference?: boolean;
  /** What follows `CREATE INDEX`. */
  readonly indexes?: readonly string[];
}

type SqlType = 'BIGINT' | 'INTEGER' | 'DATE' | 'SMALLINT' | 'BOOLEAN' | 'TEXT' | 'BYTEA';

export interface Column {
  readonly name: string;
  readonly type: SqlType;
  readonly nullable: boolean;
}

/** A table whose rows are written many at a time, each replaced whole by its key. */
export interface RowTable {
  readonly name: string;
  readonly key: readonly string[];
  readonly columns: readonly Column[];
  readonly byTime?: boolean;
  readonly indexes?: readonly string[];
}

/** Wide ones first, so that no room is lost between them. */
const WIDTHS: readonly SqlType[] = [
  ...(['BIGINT', 'INTEGER', 'DATE', 'SMALLINT', 'BOOLEAN', 'TEXT', 'BYTEA'] as const),
];

/** How the table is made. */
export const tableOf = ({ name, key, columns, byTime, indexes }: RowTable): Table => {
  const ordered = columns.toSorted((a, b) => WIDTHS.indexOf(a.type) - WIDTHS.indexOf(b.type));
  const lines = ordered.map(
    ({ name: column, type, nullable }) => `${column} ${type}${nullable ? '' : ' NOT NULL'}`,
  );
  return {
    name,
    columns: [...lines, `PRIMARY KEY (${key.join(', ')})`].join(', '),
    ...(byTime === undefined ? {} : { byTime }),
    ...(indexes === undefined ? {} : { indexes }),
  };
};

/** What follows a column that has one of the values of `$1`, a JSON list of texts. */
export const AMONG = `= ANY (SELECT json_array_elements_text($1::json))`;

/** Rows as `$1`, a JSON list of objects by column; bytes are written there as hexadecimal. */
const rowsSql = ({ columns }: Pick<RowTable, 'columns'>, alias = 'r'): string => {
  const typed = columns.map(({ name, type }) => `${name} ${type === 'BYTEA' ? 'TEXT' : type}`);
  return `json_to_recordset($1::json) AS ${alias} (${typed.join(', ')})`;
};

const given = ({ name, type }: Column): string =>
  type === 'BYTEA' ? `decode(${name}, 'hex')` : name;

/** Writes the rows of `$1`, in the place of those with the same keys. */
export const putSql = (table: RowTable): string => {
  const { name, key, columns } = table;
  const changes = columns
    .filter((column) => !key.includes(column.name))
    .map((column) => `${column.name} = excluded.${column.name}`);
  return (
    `INSERT INTO ${name} (${columns.map((column) => column.name).join(', ')}) ` +
    `SELECT ${columns.map(given).join(', ')} FROM ${rowsSql(table)} ` +
    `ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${changes.join(', ')}`
  );
};
