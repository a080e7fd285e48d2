import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { demoSettings } from '../../server/demo.js';
import { connect, LOG_FILE } from '../../server/log/database.js';
import { EXPORTS, type ExportName } from '../../core/lists.js';
import { exportCsv } from '../../server/report/csv.js';
import type { Place, Row, Section } from './report.js';

const RANGE = { from: '0000-01-01', to: '9999-12-31' };

/** The rows that an export formats, in its order, as the shell prints them. */
const SELECT: Readonly<Record<ExportName, string>> = {
  visits: 'SELECT * FROM visit ORDER BY day, stream, seq',
  legs:
    'SELECT leg.*, visit.series_id, visit.number FROM leg JOIN visit USING (day, stream, seq) ' +
    'ORDER BY leg.day, leg.stream, leg.seq, leg.leg',
  late: 'SELECT * FROM late_ticket ORDER BY day, stream, seq',
};

interface Read {
  readonly bytes: number;
  readonly ms: number;
}

const readAll = async (stream: Readable): Promise<Read> => {
  const started = performance.now();
  let bytes = 0;
  for await (const chunk of stream) bytes += Buffer.byteLength(chunk as Buffer | string);
  return { bytes, ms: performance.now() - started };
};

/** What the shell takes; `undefined` where there is none. */
const shellRead = async (file: string, sql: string): Promise<Read | undefined> => {
  const shell = spawn('sqlite3', ['-readonly', '-csv', file, sql], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const started = once(shell, 'spawn').then(
    () => true,
    () => false,
  );
  return (await started) ? readAll(shell.stdout) : undefined;
};

const countOf = (directory: string): number => {
  const database = connect(join(directory, LOG_FILE), { readonly: true });
  const rows = database.prepare('SELECT count(*) FROM leg').pluck().get() as number;
  database.close();
  return rows;
};

/** Rows a second of the manager's export, beside the `sqlite3` shell on the same rows. */
export const csv = async ({ history }: Place): Promise<Section> => {
  const { directory } = await history();
  const { configuration } = await demoSettings({ data: directory, port: 0, phonePort: 0 });
  const count = countOf(directory);
  const rows: Row[] = [];
  let missing = false;
  for (const name of EXPORTS) {
    const own = await readAll(exportCsv(directory, { name, ...RANGE, configuration }));
    const shell = await shellRead(join(directory, LOG_FILE), SELECT[name]);
    missing ||= shell === undefined;
    const perSecond = ({ ms }: Read): number => Math.round((1000 * count) / ms);
    rows.push({
      export: name,
      rows: count,
      'rows/s': perSecond(own),
      MB: Math.round(own.bytes / 1e6),
      ...(shell === undefined
        ? {}
        : { 'sqlite3 rows/s': perSecond(shell), 'sqlite3 MB': Math.round(shell.bytes / 1e6) }),
    });
  }
  return {
    title: 'Export as CSV',
    notes: [
      'The export says times in the centre’s zone, labels and names; the shell prints raw columns',
      ...(missing ? ['There is no sqlite3 shell here to compare with'] : []),
    ],
    rows,
    aims: [],
  };
};
