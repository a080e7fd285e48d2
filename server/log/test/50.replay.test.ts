import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  CENTRE_ID,
  freshId,
  HandTime,
  LoggedHall,
  scratch,
  spoil,
  takeTicket,
} from '../../../tests/fixtures/log.js';
import { canonical } from '../../../core/canonical.js';
import { emptyState } from '../../../core/state.js';
import { DAY_MS } from '../../../core/time.js';
import { backup } from '../backup.js';
import { rowsFrom } from '../read.js';
import { fold, hallRules, type Rules } from '../replay.js';
import { restore } from '../restore.js';
import { verify } from '../verify.js';

let folder: ReturnType<typeof scratch>;
beforeEach(() => (folder = scratch()));
afterEach(() => folder.remove());

/** Some days of a few visits each; the last one stays open. */
const history = async (
  days: number,
  time = new HandTime(),
): Promise<{ time: HandTime; hall: LoggedHall }> => {
  const hall = await new LoggedHall({ directory: folder.path }, time).open();
  for (let day = 1; day <= days; day++) {
    await hall.done({ type: 'enrolDevice', deviceId: `kiosk-${day}`, role: 'kiosk' });
    for (let i = 0; i < 3; i++) await hall.done(takeTicket);
    if (day === days) break;
    await hall.done({ type: 'closeDay' });
    time.pass(DAY_MS);
    await hall.done({ type: 'openDay', closesAt: time.at + DAY_MS / 4 });
  }
  return { time, hall };
};

test('a start folds two days and gives the state that the whole log gives', async () => {
  const { time, hall } = await history(6);
  const of = [hallRules, hall.log.configurations] as [Rules, typeof hall.log.configurations];
  const whole = emptyState('');
  for (const row of rowsFrom(hall.log.database)) fold(whole, row, of);
  hall.close();
  let applied = 0;
  const rules: Rules = {
    ...hallRules,
    apply: (...all) => {
      applied += 1;
      hallRules.apply(...all);
    },
  };
  const again = new LoggedHall({ directory: folder.path, rules }, time);
  expect(canonical(again.committer.state)).toBe(canonical(whole));
  expect(applied).toBeLessThan(again.committer.state.seq / 2);
  again.close();
});

test('whether the last day is open or closed', async () => {
  const { time, hall } = await history(3);
  await hall.done({ type: 'closeDay' });
  const before = canonical(hall.committer.state);
  hall.close();
  const again = new LoggedHall({ directory: folder.path }, time);
  expect(canonical(again.committer.state)).toBe(before);
  again.close();
});

test('also long after a restore in the middle of a day, so that backups go on', async () => {
  const { time, hall } = await history(1);
  const kept = join(folder.path, 'backup');
  await backup(folder.path, kept);
  hall.close();
  await restore({ directory: folder.path, centreId: CENTRE_ID, time }, kept);
  for (let days = 2; days <= 4; days += 1) {
    const next = (await history(2, time)).hall;
    expect(verify(next.log.database).problems).toEqual([]);
    next.close();
  }
});

test('days before the last two are found by an index, not by reading them', async () => {
  const { hall } = await history(2);
  const plan = (sql: string): string =>
    hall.log.database
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map((row) => (row as { detail: string }).detail)
      .join();
  const centre = 'SELECT * FROM event WHERE day IS NULL AND position < 9 ORDER BY position';
  expect(plan(centre)).toContain('event_centre');
  const opening =
    "SELECT position FROM event WHERE type = 'day.opened' ORDER BY position DESC LIMIT 1 OFFSET 1";
  expect(plan(opening)).toContain('event_opening');
  hall.close();
});

/** Changes the log in ways that its triggers forbid to everyone else. */
const tamper = (hall: LoggedHall, sql: string): void => {
  const { database } = hall.log;
  for (const trigger of ['event_kept', 'event_fixed', 'answer_kept', 'checkpoint_fixed']) {
    database.exec(`DROP TRIGGER IF EXISTS ${trigger}`);
  }
  database.exec(sql);
};

const tampering: readonly (readonly [name: string, sql: string, words: string])[] = [
  [
    'a changed body',
    `UPDATE event SET body = CAST(replace(body, '1', '2') AS BLOB) WHERE position = 5`,
    'hash',
  ],
  ['a changed time', 'UPDATE event SET occurred_at = occurred_at + 1 WHERE position = 5', 'hash'],
  ['a changed actor', `UPDATE event SET actor = 'x' WHERE position = 5`, 'hash'],
  ['a changed day', `UPDATE event SET day = '2026-11-21' WHERE position = 5`, 'hash'],
  [
    'an answer without events beside a body that nobody can read',
    `UPDATE event SET body = CAST('{"standsFor' AS BLOB) WHERE type = 'ticket.issued';
     INSERT INTO answer VALUES ('d', 'ghost', zeroblob(32), '{}')`,
    'answer ghost: has no events',
  ],
  ['a missing event', 'DELETE FROM event WHERE position = 5', 'a row is missing'],
  ['a cut tail', 'DELETE FROM event WHERE position > 6', 'the events it was signed for'],
  [
    'a forged checkpoint',
    `UPDATE checkpoint SET note = replace(note, '/third-', '/other-')`,
    'not signed by a known key',
  ],
];

test.each(tampering)('verify finds %s', async (_, sql, words) => {
  const { hall } = await history(1);
  hall.committer.stop();
  expect(verify(hall.log.database).problems).toEqual([]);
  tamper(hall, sql);
  const { problems } = verify(hall.log.database);
  expect(problems.join('\n')).toContain(words);
  hall.log.close();
});

test('verify finds an answer without its events, and events without their answer', async () => {
  const { hall } = await history(1);
  const requestId = freshId();
  await hall.done(takeTicket, { requestId });
  tamper(hall, `DELETE FROM answer WHERE request = '${requestId}'`);
  hall.log.database.exec(`INSERT INTO answer VALUES ('d', 'ghost', zeroblob(32), '{}')`);
  expect(verify(hall.log.database).problems).toEqual([
    'answer ghost: has no events',
    `request ${requestId}: has no answer`,
  ]);
  hall.log.close();
});

test('a start finds a break in the last two days', async () => {
  const { time, hall } = await history(2);
  const { seq } = hall.committer.state;
  tamper(hall, `UPDATE event SET actor = 'x' WHERE position = ${seq - 1}`);
  hall.log.close();
  const start = (): LoggedHall => new LoggedHall({ directory: folder.path }, time);
  expect(start).toThrow(`${seq - 1}: its hash does not follow`);
});

test('[LOG-4] a start refuses a log without the end that was signed, with what to do', async () => {
  const start = (): LoggedHall => new LoggedHall({ directory: folder.path });
  const { hall } = await history(1);
  const { seq, stream } = hall.committer.state;
  hall.close();
  start().close();
  spoil(folder.path, `DELETE FROM event WHERE seq > ${seq - 2}`);
  const missing = `event ${stream}:${seq - 1} is missing: the log was signed up to ${seq}`;
  expect(start).toThrow(missing);
  expect(start).toThrow('restore the newest backup');
  spoil(folder.path, 'DELETE FROM event');
  expect(start).toThrow(`event ${stream}:1 is missing`);
});

test('[LOG-4] also of a stream that has ended, or one that is gone whole', async () => {
  const { time, hall } = await history(1);
  const before = hall.committer.state.stream;
  const kept = join(folder.path, 'backup');
  hall.committer.stop();
  await backup(folder.path, kept);
  hall.close();
  await restore({ directory: folder.path, centreId: CENTRE_ID, time }, kept);
  const start = (): LoggedHall => new LoggedHall({ directory: folder.path }, time);
  const restored = start();
  const { stream } = restored.committer.state;
  expect(stream).not.toBe(before);
  restored.close();
  spoil(folder.path, `DELETE FROM event WHERE stream = '${stream}'`);
  expect(start).toThrow(`event ${stream}:1 is missing`);
  spoil(folder.path, `DELETE FROM event WHERE seq > 3`);
  spoil(folder.path, `DELETE FROM checkpoint WHERE stream = '${stream}'`);
  expect(start).toThrow(`event ${before}:4 is missing`);
});

test('a start uses no configuration that has not the content of its name', async () => {
  const { hall } = await history(1);
  hall.close();
  const set = `body = CAST(replace(body, '"targetMin":', '"targetMin":1') AS BLOB)`;
  spoil(folder.path, `UPDATE configuration SET ${set}`);
  const start = (): LoggedHall => new LoggedHall({ directory: folder.path });
  expect(start).toThrow(/configuration [0-9a-f]{64} is not as it was written/);
});
