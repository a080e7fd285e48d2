import Database from 'better-sqlite3';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freshId, LoggedHall, scratch, takeTicket } from '../../../tests/fixtures/log.js';
import { checkLibrary, connect, LOG_FILE, takeLock } from '../database.js';
import { Ballast, timeFsync } from '../disk.js';

let folder: ReturnType<typeof scratch>;
beforeEach(() => (folder = scratch()));
afterEach(() => folder.remove());

test('every connection flushes each commit: FULL, read back', () => {
  const database = connect(join(folder.path, LOG_FILE));
  expect(database.pragma('synchronous', { simple: true })).toBe(2);
  expect(database.pragma('journal_mode', { simple: true })).toBe('wal');
  const plain = new Database(join(folder.path, LOG_FILE));
  expect(plain.pragma('synchronous', { simple: true }), 'what the driver would do').toBe(1);
  plain.close();
  database.close();
});

test('a setting that does not take is refused', () => {
  expect(() => connect(':memory:')).toThrow('journal_mode is memory, not wal');
});

test.each([
  ['3.51.2', false],
  ['3.50.99', false],
  ['3.51.3', true],
  ['3.53.2', true],
  ['4.0.0', true],
])('SQLite %s is good enough: %s', (version, good) => {
  const check = () => checkLibrary(version);
  if (good) expect(check).not.toThrow();
  else expect(check).toThrow('too old');
});

test('a directory belongs to one process, and is free again when that is killed', async () => {
  const lock = takeLock(folder.path);
  expect(() => takeLock(folder.path)).toThrow('used by another process');
  lock.release();
  const holder = spawn(process.execPath, [
    '-e',
    `const D = require('better-sqlite3');
     const d = new D(${JSON.stringify(join(folder.path, 'lock'))});
     d.exec('BEGIN EXCLUSIVE'); console.log('held'); setInterval(() => d, 1000);`,
  ]);
  await once(holder.stdout, 'data');
  expect(() => takeLock(folder.path)).toThrow('used by another process');
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  takeLock(folder.path).release();
});

test('the log cannot be opened twice', () => {
  const hall = new LoggedHall({ directory: folder.path });
  expect(() => new LoggedHall({ directory: folder.path })).toThrow('used by another process');
  hall.close();
  new LoggedHall({ directory: folder.path }).close();
});

test('the key of the log is for the service’s user only', () => {
  new LoggedHall({ directory: folder.path }).close();
  expect(statSync(join(folder.path, 'keys', 'log.pem')).mode & 0o777).toBe(0o600);
});

test('starts are counted', () => {
  for (const starts of [1, 2, 3]) {
    const hall = new LoggedHall({ directory: folder.path });
    expect(hall.log.starts).toBe(starts);
    hall.close();
  }
});

test('a file of a newer program is refused', () => {
  new LoggedHall({ directory: folder.path }).close();
  const database = connect(join(folder.path, LOG_FILE));
  database.pragma('user_version = 99');
  database.close();
  expect(() => new LoggedHall({ directory: folder.path })).toThrow('newer Dawr');
});

test('a damaged file is refused, and so is a start without its half-made restore', async () => {
  const hall = await new LoggedHall({ directory: folder.path }).open();
  for (let i = 0; i < 50; i++) await hall.done(takeTicket);
  hall.close();
  const file = join(folder.path, LOG_FILE);
  const { size } = statSync(file);
  const database = new Database(file);
  const pages = size / 4096;
  database.close();
  const garbage = Buffer.alloc(4096, 0xa5);
  const { openSync, writeSync, closeSync } = await import('node:fs');
  const handle = openSync(file, 'r+');
  for (let page = 3; page < pages; page += 3) writeSync(handle, garbage, 0, 4096, page * 4096);
  closeSync(handle);
  expect(() => new LoggedHall({ directory: folder.path })).toThrow(/damaged|malformed/);
  const other = scratch();
  writeFileSync(join(other.path, 'restore.partial'), '');
  expect(() => new LoggedHall({ directory: other.path })).toThrow('run the restore again');
  other.remove();
});

test.each(['event', 'stream', 'answer', 'configuration', 'signer', 'checkpoint', 'audit'])(
  'the table %s takes no change and no deletion',
  async (table) => {
    const hall = await new LoggedHall({ directory: folder.path }).open();
    await hall.done(takeTicket);
    await hall.ask({ type: 'recall', counterId: 'c1' });
    hall.committer.stop();
    const { database } = hall.log;
    const [column] = database.prepare(`SELECT * FROM ${table}`).columns();
    expect(database.prepare(`SELECT count(*) FROM ${table}`).pluck().get()).not.toBe(0);
    expect(() => database.exec(`DELETE FROM ${table}`)).toThrow('append-only');
    const set = `UPDATE ${table} SET "${column!.name}" = "${column!.name}"`;
    expect(() => database.exec(set)).toThrow('append-only');
    hall.close();
  },
);

test('an event goes to the end of the open stream and nowhere else', async () => {
  const hall = await new LoggedHall({ directory: folder.path }).open();
  const { database } = hall.log;
  const copy = (place: [position: string, stream: string, seq: string], verb = 'INSERT') => {
    database.exec(
      `${verb} INTO event SELECT ${place.join(', ')}, day, occurred_at, request, part,
       parts, actor, type, version, body, hash FROM event WHERE position = 2`,
    );
  };
  const end = '(SELECT max(position) + 1 FROM event)';
  expect(() => copy(['99', 'stream', '99'])).toThrow('end of the log');
  expect(() => copy([end, 'stream', '2'])).toThrow('end of the log');
  expect(() => copy(['2', 'stream', '2'], 'INSERT OR REPLACE')).toThrow('end of the log');
  expect(() => copy([end, 'stream', '2'], 'INSERT OR REPLACE')).toThrow('end of the log');
  expect(() => copy([end, `'${freshId()}'`, '1'])).toThrow('read-only');
  hall.close();
});

test('the ballast takes up room, is given up once, and comes back', () => {
  const ballast = new Ballast(folder.path, 100_000);
  expect(statSync(join(folder.path, 'ballast')).size).toBe(100_000);
  expect(ballast.status().ballast).toBe('kept');
  expect(ballast.release()).toBe(true);
  expect(ballast.release()).toBe(false);
  expect(ballast.status()).toMatchObject({ ballast: 'used', warning: true });
  ballast.refill();
  expect(ballast.status().ballast).toBe('kept');
});

test.each([
  [0.01, 'lying'],
  [1, 'good'],
  [25, 'slow'],
])('a flush of %d ms is %s', (ms, verdict) => {
  let now = 0;
  const timing = timeFsync(folder.path, () => (now += ms));
  expect(timing.verdict).toBe(verdict);
  expect(timing.p50Ms).toBeCloseTo(ms);
});
