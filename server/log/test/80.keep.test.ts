import Database from 'better-sqlite3';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  HandTime,
  LoggedHall,
  numbersIn,
  scratch,
  takeTicket,
} from '../../../tests/fixtures/log.js';
import { projectors } from '../../projectors.js';
import { backup } from '../backup.js';
import { LOG_FILE } from '../database.js';
import { LINK_KEY, LOG_KEY } from '../keys.js';
import { contentHash, type Projector } from '../projector.js';
import { rebuild } from '../rebuild.js';
import { restore } from '../restore.js';
import { structureFaults } from '../watch/structure.js';
import { verify } from '../verify.js';

let folder: ReturnType<typeof scratch>;
let shelf: ReturnType<typeof scratch>;
const time = new HandTime();
beforeEach(() => {
  folder = scratch();
  shelf = scratch();
});
afterEach(() => {
  folder.remove();
  shelf.remove();
});

const open = (options: object = {}): Promise<LoggedHall> =>
  new LoggedHall({ directory: folder.path, ...options }, time).open();
const logFile = (): string => join(folder.path, LOG_FILE);
const options = () => ({
  directory: folder.path,
  centreId: 'third-district',
  time,
  ballastBytes: 4096,
});

test('a backup is a sound log of one moment, made while the hall goes on', async () => {
  const hall = await open({ projectors });
  await hall.done(takeTicket);
  const to = join(shelf.path, 'backup');
  const copying = backup(folder.path, to, { projectors });
  for (let i = 0; i < 20; i++) await hall.done(takeTicket);
  const made = await copying;
  expect(made.problems).toEqual([]);
  expect(made.head!.stream).toBe(hall.committer.state.stream);
  expect(readdirSync(shelf.path)).toEqual(['backup']);
  expect(readdirSync(to)).toEqual(['keys', LINK_KEY, LOG_FILE]);
  expect(statSync(to).mode & 0o777).toBe(0o700);
  for (const file of [LOG_FILE, LOG_KEY, LINK_KEY]) {
    expect(statSync(join(to, file)).mode & 0o777).toBe(0o600);
  }
  await expect(backup(folder.path, to)).rejects.toThrow('already there');
  hall.close();
});

test('a backup of a broken log is not kept', async () => {
  const hall = await open();
  hall.log.database.exec("DROP TRIGGER event_fixed; UPDATE event SET actor = 'x' WHERE seq = 2");
  const to = join(shelf.path, 'backup');
  await expect(backup(folder.path, to)).rejects.toThrow('not sound');
  expect(readdirSync(shelf.path)).toEqual([]);
  hall.log.close();
});

test('[RESTORE-1] a restored log begins a new stream that says what it follows', async () => {
  const hall = await open();
  for (let i = 0; i < 3; i++) await hall.done(takeTicket);
  const file = join(shelf.path, 'backup');
  const { head } = await backup(folder.path, file);
  for (let i = 0; i < 4; i++) await hall.done(takeTicket);
  const { stream } = hall.committer.state;
  hall.close();
  const restored = await restore({ ...options(), skip: 50 }, file);
  expect(restored.previous).toEqual(head);
  expect(restored.stream).not.toBe(stream);
  expect(numbersIn(hallOf(restored.kept!).log).length).toBe(7);
  const again = new LoggedHall({ directory: folder.path }, time);
  expect(again.committer.state).toMatchObject({ stream: restored.stream });
  expect(numbersIn(again.log)).toEqual([1, 2, 3]);
  await again.done(takeTicket);
  expect(verify(again.log.database)).toMatchObject({ problems: [], streams: 2 });
  again.close();
});

/** Looks at a log that was put aside. */
const hallOf = (kept: string): { log: LoggedHall['log'] } => {
  expect(statSync(join(kept, LOG_FILE)).mode & 0o777).toBe(0o400);
  const hall = new LoggedHall({ directory: kept }, time);
  hall.log.close();
  const database = new (
    hall.log.database.constructor as new (f: string) => typeof hall.log.database
  )(join(kept, LOG_FILE));
  return { log: { ...hall.log, database } };
};

test('a restore is refused while a server holds the directory', async () => {
  const hall = await open();
  const file = join(shelf.path, 'backup');
  await backup(folder.path, file);
  await expect(restore(options(), file)).rejects.toThrow('used by another process');
  await hall.done(takeTicket);
  hall.close();
});

test('what is not a sound log is not restored, and the log stays', async () => {
  const hall = await open();
  hall.close();
  const file = join(shelf.path, 'backup');
  writeFileSync(file, 'this is no log');
  await expect(restore(options(), file)).rejects.toThrow('backup is not a folder that backup has');
  const other = join(shelf.path, 'other');
  mkdirSync(other);
  writeFileSync(join(other, LOG_FILE), 'this is no log');
  const no = 'other cannot be restored: .*log.db cannot be opened: file is not a database';
  await expect(restore(options(), other)).rejects.toThrow(new RegExp(no));
  rmSync(join(other, LOG_FILE));
  new Database(join(other, LOG_FILE)).exec('CREATE TABLE t (n)').close();
  await expect(restore(options(), other)).rejects.toThrow(
    'other cannot be restored: no such table',
  );
  await expect(restore(options(), join(shelf.path, 'missing'))).rejects.toThrow('is not there');
  expect(existsSync(join(folder.path, 'kept'))).toBe(false);
  const again = await open();
  expect(again.log.starts).toBe(2);
  again.close();
});

test("another centre's backup is not restored", async () => {
  (await open()).close();
  const file = join(shelf.path, 'backup');
  await backup(folder.path, file);
  const elsewhere = { ...options(), centreId: 'fourth-district' };
  await expect(restore(elsewhere, file)).rejects.toThrow(
    'a backup of the centre third-district, and the configuration is that of fourth-district',
  );
  expect(readdirSync(folder.path)).not.toContain('kept');
  expect(readdirSync(folder.path)).not.toContain('restore.partial');
});

test('what a restore put aside can be restored, with what a killed server left', async () => {
  const hall = await open();
  await hall.done(takeTicket);
  const file = join(shelf.path, 'backup');
  await backup(folder.path, file);
  for (let i = 0; i < 4; i++) await hall.done(takeTicket);
  // As after a kill: the newest commits are still in the file beside the log.
  const killed = scratch();
  cpSync(folder.path, killed.path, { recursive: true });
  hall.close();
  expect(statSync(join(killed.path, `${LOG_FILE}-wal`)).size).toBeGreaterThan(0);
  const there = { ...options(), directory: killed.path };
  const { kept } = await restore(there, file);
  expect((await restore(there, kept!)).previous.stream).toBe(hall.committer.state.stream);
  const again = new LoggedHall({ directory: killed.path }, time);
  expect(numbersIn(again.log)).toEqual([1, 2, 3, 4, 5]);
  again.close();
  killed.remove();
});

test('logs that were put aside may be taken away; the next has a place of its own', async () => {
  const hall = await open();
  const to = join(shelf.path, 'backup');
  await backup(folder.path, to);
  hall.close();
  for (let n = 0; n < 2; n += 1) await restore(options(), to);
  rmSync(join(folder.path, 'kept', '1'), { recursive: true });
  const { kept } = await restore(options(), to);
  expect(kept).toBe(join(folder.path, 'kept', '3'));
  expect(readdirSync(join(folder.path, 'kept'))).toEqual(['2', '3']);
});

test('a log that was signed is not opened, backed up or restored without its key', async () => {
  (await open()).close();
  const file = join(shelf.path, 'backup');
  await backup(folder.path, file);
  const key = join(folder.path, LOG_KEY);
  const signed = readFileSync(join(file, LOG_KEY));
  rmSync(key);
  rmSync(join(file, LOG_KEY));
  const missing = `${key} is missing: without it the log is signed by another key than before. Put`;
  expect(() => new LoggedHall({ directory: folder.path }, time)).toThrow(missing);
  await expect(backup(folder.path, `${file}2`)).rejects.toThrow(missing);
  await expect(restore(options(), file)).rejects.toThrow(missing);
  expect(readdirSync(shelf.path)).toEqual(['backup']);
  writeFileSync(key, signed, { mode: 0o600 });
  await restore(options(), file);
  expect(readFileSync(key)).toEqual(signed);
});

test('a backup that cannot be written names the folder and the reason', async () => {
  (await open()).close();
  const to = join(shelf.path, 'none', 'backup');
  await expect(backup(folder.path, to)).rejects.toThrow(`${to} cannot be written (ENOENT): is the`);
});

test('a restore that was cut short is run again', async () => {
  const hall = await open();
  const file = join(shelf.path, 'backup');
  await backup(folder.path, file);
  hall.close();
  await restore(options(), file);
  const { renameSync } = await import('node:fs');
  renameSync(logFile(), join(folder.path, 'restore.partial'));
  expect(() => new LoggedHall({ directory: folder.path }, time)).toThrow('run the restore again');
  await restore(options(), file);
  new LoggedHall({ directory: folder.path }, time).close();
});

/** Counts tickets; a version of it may count wrongly. */
const counting = (version: number, step = 1): Projector => ({
  name: 'count',
  version,
  tables: ['ticket_count'],
  migrate: (database) =>
    void database.exec(
      'CREATE TABLE IF NOT EXISTS ticket_count (day TEXT PRIMARY KEY, n INTEGER) STRICT',
    ),
  apply: (database, event) => {
    if (event.type !== 'ticket.issued') return;
    const sql = `INSERT INTO ticket_count VALUES (?, ?)
                 ON CONFLICT (day) DO UPDATE SET n = n + excluded.n`;
    database.prepare(sql).run(event.stream, step);
  },
  reset: (database) => void database.exec('DELETE FROM ticket_count'),
});

test('projections move with the events, and rebuilding changes nothing', async () => {
  const projector = counting(1);
  const hall = await open({ projectors: [projector, ...projectors] });
  for (let i = 0; i < 3; i++) await hall.done(takeTicket);
  const { database } = hall.log;
  expect(database.prepare('SELECT n FROM ticket_count').pluck().get()).toBe(3);
  const rebuilt = rebuild(database, [projector, ...projectors]);
  expect(rebuilt.map(({ unchanged }) => unchanged)).toEqual([true, true]);
  expect(verify(database, { projectors: [projector, ...projectors] }).problems).toEqual([]);
  database.exec('UPDATE ticket_count SET n = 2');
  expect(verify(database, { projectors: [projector] }).problems).toEqual([
    'projection count: differs from the log: run rebuild',
  ]);
  expect(rebuild(database, [projector])).toMatchObject([{ unchanged: false }]);
  hall.close();
});

test('a projection that is new, or of another version, is filled at the start', async () => {
  const hall = await open();
  for (let i = 0; i < 3; i++) await hall.done(takeTicket);
  hall.close();
  for (const [version, step, n] of [
    [1, 1, 3],
    [2, 2, 6],
    [2, 5, 6],
  ] as const) {
    const again = await open({ projectors: [counting(version, step)] });
    expect(again.log.database.prepare('SELECT n FROM ticket_count').pluck().get()).toBe(n);
    again.close();
  }
});

test('the content of tables has one hash whatever the order of their rows', async () => {
  const hall = await open();
  const { database } = hall.log;
  const hashes = ['1, 2', '2, 1'].map((order) => {
    database.exec('DROP TABLE IF EXISTS t; CREATE TABLE t (n INTEGER, b BLOB) STRICT');
    for (const n of order.split(', ')) database.exec(`INSERT INTO t VALUES (${n}, x'0${n}')`);
    return contentHash(database, ['t']);
  });
  expect(hashes[0]).toBe(hashes[1]);
  database.exec('UPDATE t SET n = 3 WHERE n = 2');
  expect(contentHash(database, ['t'])).not.toBe(hashes[0]);
  hall.close();
});

test('the structure is looked at in a thread beside the server', async () => {
  const hall = await open({ projectors });
  await hall.done(takeTicket);
  expect(await structureFaults(logFile())).toEqual([]);
  await expect(structureFaults(join(shelf.path, 'none'))).rejects.toThrow('unable to open');
  hall.close();
});
