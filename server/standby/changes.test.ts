import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connect, LOG_FILE } from '../log/database.js';
import { migrate } from '../log/schema.js';
import { createTables } from '../tables.js';
import { contentOf, lacking, partsOf, takePart } from './beside.js';

let directory: string;
let database: Database;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'dawr-beside-'));
  database = connect(join(directory, LOG_FILE));
  migrate(database);
  createTables(database);
});
afterEach(() => {
  database.close();
  rmSync(directory, { recursive: true });
});

const parts = () => partsOf({ directory, database });

/** The parts that a deed changes, by the hashes that are told of them. */
const changedBy = (deed: () => void): string[] => {
  const before = parts();
  deed();
  const after = parts();
  return Object.keys(after).filter((name) => after[name] !== before[name]);
};

const STAFF = `INSERT INTO staff VALUES ('c1', 'Mona', 'clerk', 'x', 1)
  ON CONFLICT (id) DO UPDATE SET name = excluded.name || '!'`;

test('every change of a table beside the log is seen, and of that table alone', () => {
  const run = (sql: string) => () => database.exec(sql);
  expect(changedBy(() => undefined)).toEqual([]);
  expect(changedBy(run(STAFF))).toEqual(['staff']);
  expect(changedBy(run(STAFF))).toEqual(['staff']);
  expect(changedBy(run("REPLACE INTO staff VALUES ('c1', 'Ali', 'clerk', 'x', 1)"))).toEqual([
    'staff',
  ]);
  expect(changedBy(run("UPDATE staff SET name = 'Omar'"))).toEqual(['staff']);
  expect(changedBy(run("INSERT INTO sms_number VALUES ('t1', x'00', 1)"))).toEqual(['sms_number']);
  expect(changedBy(run('DELETE FROM sms_number; DELETE FROM staff'))).toEqual([
    'staff',
    'sms_number',
  ]);
});

test('times of devices go month by month, and what has not changed stays', () => {
  const other = connect(join(directory, 'copy.db'));
  migrate(other);
  createTables(other);
  const kept = { directory, database: other };
  const follow = (): string[] => {
    const wanted = lacking(kept, parts());
    for (const name of wanted) takePart(kept, name, contentOf({ directory, database }, name)!);
    return wanted.filter((name) => name.startsWith('device_time'));
  };
  const add = (day: string, ms: number) =>
    database
      .prepare(
        `INSERT INTO device_time VALUES (?, 'd1', ?) ON CONFLICT (day, device_id)
         DO UPDATE SET connected_ms = connected_ms + excluded.connected_ms`,
      )
      .run(day, ms);
  for (const day of ['2026-10-30', '2026-10-31', '2026-11-01']) add(day, 10_000);
  expect(follow()).toEqual(['device_time/2026-10', 'device_time/2026-11']);
  expect(follow()).toEqual([]);
  add('2026-11-01', 10_000);
  add('2026-11-02', 0);
  expect(follow()).toEqual(['device_time/2026-11']);
  const all = (from: Database) => from.prepare('SELECT * FROM device_time').all();
  expect(all(other)).toEqual(all(database));
  expect(all(other)).toHaveLength(4);
  other.close();
});

test('what another connection changes is seen, too', () => {
  const other = connect(join(directory, LOG_FILE));
  expect(changedBy(() => void other.exec(STAFF))).toEqual(['staff']);
  other.close();
});

test('what was rolled back has changed nothing', () => {
  const rolledBack = (): void => {
    database.exec(`BEGIN; ${STAFF}; ROLLBACK`);
  };
  expect(changedBy(rolledBack)).toEqual([]);
});

test('a table that has not changed is not read again', () => {
  database.exec(STAFF);
  const read: string[] = [];
  const watched = new Proxy(database, {
    get: (target, key) => {
      const own: unknown = Reflect.get(target, key);
      if (typeof own !== 'function') return own;
      return (...values: unknown[]): unknown => {
        if (key === 'prepare' && /^SELECT .* FROM staff/.test(String(values[0])))
          read.push('staff');
        return Reflect.apply(own, target, values);
      };
    },
  });
  const look = () => partsOf({ directory, database: watched }).staff;
  const first = look();
  expect(read).toEqual(['staff']);
  expect(look()).toBe(first);
  expect(read).toEqual(['staff']);
  database.exec(STAFF);
  expect(look()).not.toBe(first);
  expect(read).toEqual(['staff', 'staff']);
});
