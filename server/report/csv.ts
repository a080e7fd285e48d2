import type { Database } from 'better-sqlite3';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { scheduler } from 'node:timers/promises';
import type { Configuration, Letter, Words as Names } from '../../core/configuration.js';
import { connect, LOG_FILE } from '../log/database.js';
import type { ExportName } from '../../core/lists.js';
import { COLUMNS, type Value, type Values, type Words } from './columns.js';
import { localTime } from './zone.js';

/** Without this mark, spreadsheets take UTF-8 for the system's own code page. */
const BYTE_ORDER_MARK = '\uFEFF';
export const PAGE_ROWS_MAX = 500;

/** A cell that begins so would be run as a formula; an apostrophe makes it text. */
const FORMULA = /^[=+\-@\t\r]/;
const QUOTED = /[",\r\n]/;
const PLAIN = /^(?![=+\-@\t])[^",\r\n]*$/;

/** One cell by RFC 4180. Numbers are ASCII digits; nothing known is an empty cell. */
export const cell = (value: Value): string => {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  if (PLAIN.test(value)) return value;
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return QUOTED.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

const wordsOf = ({ services, categories, centre }: Configuration): Words => {
  const names = new Map<Value, Names>(services.map(({ id, name }) => [id, name]));
  const letters = new Map<Value, Letter | null>(categories.map(({ id, letter }) => [id, letter]));
  return {
    service: (id) => names.get(id),
    letter: (seriesId) => letters.get(seriesId),
    time: localTime(centre.zone),
  };
};

/** Days are `YYYY-MM-DD`, the first and the last of the range. */
export interface Range {
  readonly from: string;
  readonly to: string;
}

/** Pages in order of day and issue. Between two pages nothing of the database is held. */
function* pages(db: Database, name: ExportName, { from, to }: Range): Generator<readonly Values[]> {
  const { select, key } = COLUMNS[name];
  const page = db.prepare<Value[], Values>(select).raw();
  let after: Values = key.map((_, index) => (index === 0 ? from : ''));
  for (;;) {
    const rows = page.all(...after, to, PAGE_ROWS_MAX);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    after = key.map((at) => last[at]!);
  }
}

/** What to export, and by whose names and clock. */
export interface Wanted extends Range {
  readonly name: ExportName;
  readonly configuration: Configuration;
}

/**
 * Visits or legs of a range of days as CSV, in chunks of whole lines; names are those of the
 * given configuration. Other work gets its turn between chunks, and a commit never waits.
 * Columns: `docs/csv.md`.
 */
export async function* csvOf(
  db: Database,
  { name, configuration, ...range }: Wanted,
): AsyncGenerator<string> {
  const { columns } = COLUMNS[name];
  const words = wordsOf(configuration);
  yield `${BYTE_ORDER_MARK}${columns.map((column) => column.name).join(',')}\r\n`;
  for (const rows of pages(db, name, range)) {
    let text = '';
    for (const row of rows) {
      let line = '';
      for (const { of } of columns) line += `,${cell(of(row, words))}`;
      text += `${line.slice(1)}\r\n`;
    }
    yield text;
    await scheduler.yield();
  }
}

async function* exported(directory: string, wanted: Wanted): AsyncGenerator<string> {
  const db = connect(join(directory, LOG_FILE), { readonly: true });
  try {
    yield* csvOf(db, wanted);
  } finally {
    db.close();
  }
}

/**
 * `csvOf` the data directory's log as a stream that waits for a slow reader, on a connection of its
 * own, which is closed when the stream ends or is given up.
 */
export const exportCsv = (directory: string, wanted: Wanted): Readable =>
  Readable.from(exported(directory, wanted), { highWaterMark: 2 });
