import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { instant } from '../../core/calendar.js';
import type { Millis } from '../../core/configuration.js';

/** One ticket of a log, in the words of its file; times that the log does not know are `null`. */
export interface LoggedTicket {
  readonly id: string;
  readonly category: string;
  readonly arrivedAt: Millis;
  readonly calledAt: Millis | null;
  readonly handlingMs: number | null;
  readonly leftAt: Millis | null;
  readonly server: string | null;
  readonly priority: boolean;
}

/** What a queue showed at one moment. */
export interface Snapshot {
  readonly category: string;
  readonly at: Millis;
  readonly waiting: number;
  readonly openCounters: number;
}

/** One branch on one day. */
export interface LoggedDay {
  readonly branch: string;
  readonly day: string;
  readonly zone: string;
  /** In order of arrival. */
  readonly tickets: readonly LoggedTicket[];
  /** In order of time; empty where none were published. */
  readonly snapshots: readonly Snapshot[];
}

/** The log cannot be replayed. `message` is for the person who asked. */
export class ReplayError extends Error {
  override readonly name = 'ReplayError';
}

type Row = Readonly<Record<string, string>>;

const textOf = (file: string): string => {
  const bytes = readFileSync(file);
  return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
};

/** Rows of a file whose values hold neither quotes nor commas; anything else is refused. */
const rowsOf = (file: string, keep: (row: Row) => boolean): Row[] => {
  const [head = '', ...lines] = textOf(file)
    .replace(/^\uFEFF/, '')
    .trimEnd()
    .split(/\r?\n/);
  const columns = head.split(',');
  return lines.flatMap((line, index) => {
    const values = line.split(',');
    if (values.length !== columns.length || line.includes('"')) {
      throw new ReplayError(`${file}, line ${index + 2}: not ${columns.length} plain values`);
    }
    const row = Object.fromEntries(columns.map((column, at) => [column, values[at] ?? '']));
    return keep(row) ? [row] : [];
  });
};

const fileIn = (place: string, name: string): string | undefined =>
  [`${name}.csv`, `${name}.csv.gz`]
    .map((file) => join(place, file))
    .find((file) => existsSync(file));

const NEEDED = ['branch', 'category', 'ticket_id', 'arrived_at', 'called_at', 'outcome'];

const LOCAL = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d):(\d\d)$/;

/** The instant of a local time without zone (`2020-01-20T08:05:00`); `null` for none. */
const atOf = (text: string | undefined, zone: string): Millis | null => {
  if (text === undefined || text === '') return null;
  const [, date, time, seconds] = LOCAL.exec(text) ?? [];
  if (date === undefined || time === undefined) throw new ReplayError(`no time: ${text}`);
  return instant(date, time, zone) + Number(seconds) * 1000;
};

const between = (from: Millis | null, to: Millis | null): number | null =>
  from === null || to === null ? null : Math.max(0, to - from);

const ticketOf = (row: Row, zone: string): LoggedTicket => {
  const at = (column: string): Millis | null => atOf(row[column], zone);
  return {
    id: row['ticket_id'] ?? '',
    category: row['category'] ?? '',
    arrivedAt: at('arrived_at') ?? 0,
    calledAt: at('called_at'),
    handlingMs: between(at('service_started_at'), at('service_ended_at')),
    leftAt: at('left_at'),
    server: row['server_id'] || null,
    priority: row['priority'] === '1',
  };
};

const snapshotOf = (row: Row, zone: string): Snapshot => ({
  category: row['category'] ?? '',
  at: atOf(row['at'], zone) ?? 0,
  waiting: Number(row['waiting']),
  openCounters: Number(row['open_counters']),
});

/** Which day of which log is asked for. */
export interface LogWish {
  /** A ticket file, or the folder of `tickets.csv` (and perhaps `snapshots.csv`), or .gz. */
  readonly data: string;
  readonly branch?: string;
  readonly day?: string;
  /** The time zone of the log's local times. */
  readonly zone?: string;
}

/** The branch and day with the most tickets among those that fit. */
const busiest = (rows: readonly Row[], { branch, day }: LogWish): [string, string] => {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const key = `${row['branch']} ${row['arrived_at']?.slice(0, 10)}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const [best] = [...counts].sort(([, a], [, b]) => b - a);
  if (best === undefined) {
    throw new ReplayError(
      `the log holds no ticket of ${branch ?? 'any branch'} on ${day ?? 'any day'}`,
    );
  }
  const [foundBranch = '', foundDay = ''] = best[0].split(' ');
  return [foundBranch, foundDay];
};

/**
 * Reads one branch's day; without a branch or a day the busiest that fits. Throws `ReplayError`
 * for a file that is not such a log.
 */
export const readDay = (wish: LogWish): LoggedDay => {
  if (!existsSync(wish.data)) throw new ReplayError(`there is no ${wish.data}: see docs/replay.md`);
  const folder = statSync(wish.data).isDirectory() ? wish.data : dirname(wish.data);
  const file = folder === wish.data ? fileIn(folder, 'tickets') : wish.data;
  if (file === undefined) throw new ReplayError(`no tickets.csv or tickets.csv.gz in ${folder}`);
  const rows = rowsOf(file, (row) => {
    const missing = NEEDED.filter((column) => row[column] === undefined);
    if (missing.length > 0) throw new ReplayError(`${file} has no column ${missing.join(', ')}`);
    const ofBranch = wish.branch === undefined || row['branch'] === wish.branch;
    return ofBranch && (wish.day === undefined || row['arrived_at']?.startsWith(wish.day) === true);
  });
  const [branch, day] = busiest(rows, wish);
  const measured = rows[0]?.['priority'] !== undefined;
  const zone = wish.zone ?? (measured ? 'Asia/Jerusalem' : 'Europe/Warsaw');
  const own = (row: Row, column: string): boolean =>
    row['branch'] === branch && row[column]?.startsWith(day) === true;
  const seen = fileIn(folder, 'snapshots');
  const snapshots = seen === undefined ? [] : rowsOf(seen, (row) => own(row, 'at'));
  return {
    branch,
    day,
    zone,
    tickets: rows
      .filter((row) => own(row, 'arrived_at'))
      .map((row) => ticketOf(row, zone))
      .sort((a, b) => a.arrivedAt - b.arrivedAt),
    snapshots: snapshots.map((row) => snapshotOf(row, zone)).sort((a, b) => a.at - b.at),
  };
};
