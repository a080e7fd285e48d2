import type { Database } from 'better-sqlite3';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { scheduler } from 'node:timers/promises';
import type { Configuration } from '../../core/configuration.js';
import { COLUMNS, wordsOf, type Value, type Values } from '../../core/export/columns.js';
import { BYTE_ORDER_MARK, headLine, linesOf } from '../../core/export/csv.js';
import type { ExportName } from '../../core/lists.js';
import { connect, LOG_FILE } from '../log/database.js';
import { PAGES } from './pages.js';

export const PAGE_ROWS_MAX = 500;

/** Days are `YYYY-MM-DD`, the first and the last of the range. */
export interface Range {
  readonly from: string;
  readonly to: string;
}

/** Pages in order of day and issue. Between two pages nothing of the database is held. */
function* pages(db: Database, name: ExportName, { from, to }: Range): Generator<readonly Values[]> {
  const { select, key } = PAGES[name];
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
  const columns = COLUMNS[name];
  const words = wordsOf(configuration, configuration.centre.zone);
  yield `${BYTE_ORDER_MARK}${headLine(columns.map((column) => column.name))}`;
  for (const rows of pages(db, name, range)) {
    yield linesOf(columns, { rows, words });
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
