import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  HandTime,
  LoggedHall,
  numbersIn,
  scratch,
  takeTicket,
} from '../../../tests/fixtures/log.js';
import { canonical } from '../../../core/canonical.js';
import { rowsFrom } from '../read.js';
import { ChainCheck } from '../replay.js';

let folder: ReturnType<typeof scratch>;
beforeEach(() => (folder = scratch()));
afterEach(() => folder.remove());

test('nobody hears an answer before the commit', async () => {
  const seen: string[] = [];
  const faults = {
    at: (point: string) => {
      if (point !== 'databaseCall') seen.push(point);
    },
  };
  const hall = await new LoggedHall({ directory: folder.path, faults }).open();
  seen.length = 0;
  hall.committer.onCommitted(() => seen.push('listener'));
  const answer = hall.send(takeTicket).then(() => seen.push('answer'));
  expect(seen).toEqual([]);
  hall.turn();
  await answer;
  expect(seen).toEqual(['beforeCommit', 'afterCommit', 'listener', 'answer']);
  hall.close();
});

test('what arrives in one turn is one transaction, decided in order', async () => {
  const hall = await new LoggedHall({ directory: folder.path }).open();
  hall.committed.length = 0;
  const answers = [takeTicket, takeTicket, takeTicket].map((command) => hall.send(command));
  hall.turn();
  expect(await Promise.all(answers)).toMatchObject([
    { done: true },
    { done: true },
    { done: true },
  ]);
  expect(hall.committed.length).toBe(1);
  expect(numbersIn(hall.log)).toEqual([1, 2, 3]);
  hall.close();
});

test('a refused command does not spoil its group; it is in the audit only', async () => {
  const hall = await new LoggedHall({ directory: folder.path }).open();
  const before = hall.committer.state.seq;
  const answers = [
    hall.send(takeTicket),
    hall.send({ type: 'recall', counterId: 'c1' }, { actor: 'clerk-1' }),
    hall.send(takeTicket),
  ];
  hall.turn();
  const [, refused] = await Promise.all(answers);
  expect(refused).toHaveProperty('refused');
  expect(numbersIn(hall.log)).toEqual([1, 2]);
  expect(hall.committer.state.seq).toBeGreaterThan(before);
  expect(hall.log.database.prepare('SELECT actor, action, subject FROM audit').all()).toEqual([
    { actor: 'clerk-1', action: 'refused counter.notOpen', subject: 'recall' },
  ]);
  hall.close();
});

test('the events of a command share its id and are numbered', async () => {
  const hall = await new LoggedHall({ directory: folder.path }).open();
  const requestId = 'f'.repeat(32);
  await hall.done(takeTicket, { requestId });
  const rows = [...rowsFrom(hall.log.database)].filter((row) => row.request === requestId);
  expect(rows.map(({ part, parts }) => [part, parts])).toEqual(
    rows.map((_, index) => [index + 1, rows.length]),
  );
  expect(rows.length).toBeGreaterThan(1);
  expect(rows.every((row) => row.day === '2026-11-22')).toBe(true);
  hall.close();
});

test('events of the centre belong to no day', async () => {
  const hall = await new LoggedHall({ directory: folder.path }).open();
  await hall.done({ type: 'enrolDevice', deviceId: 'kiosk-1', role: 'kiosk' });
  const days = [...rowsFrom(hall.log.database)].map(({ type, day }) => [type, day]);
  expect(days).toContainEqual(['log.started', null]);
  expect(days).toContainEqual(['device.enrolled', null]);
  expect(days).toContainEqual(['day.opened', '2026-11-22']);
  await hall.done({ type: 'closeDay' });
  expect([...rowsFrom(hall.log.database)].at(-1)).toMatchObject({
    type: 'day.closed',
    day: '2026-11-22',
  });
  hall.close();
});

test('a start gives the state of before, byte by byte, and the chain goes on', async () => {
  const time = new HandTime();
  const hall = await new LoggedHall({ directory: folder.path }, time).open();
  await hall.done({ type: 'openCounter', counterId: 'c1', profileId: 'all' });
  for (let i = 0; i < 5; i++) await hall.done(takeTicket);
  await hall.done({ type: 'callNext', counterId: 'c1' });
  const before = canonical(hall.committer.state);
  hall.close();
  const again = new LoggedHall({ directory: folder.path }, time);
  expect(canonical(again.committer.state)).toBe(before);
  await again.done(takeTicket);
  const check = new ChainCheck(undefined);
  for (const row of rowsFrom(again.log.database)) expect(check.take(row)).toBeNull();
  again.close();
});

test('a stopped committer has finished and signed, and takes nothing', async () => {
  const hall = await new LoggedHall({ directory: folder.path }).open();
  const last = hall.send(takeTicket);
  hall.committer.stop();
  expect(await last).toHaveProperty('done');
  expect(await hall.ask(takeTicket)).toEqual({ refused: 'storage.failed' });
  const sizes = hall.log.database.prepare('SELECT size FROM checkpoint').pluck().all();
  expect(sizes).toEqual([hall.committer.state.seq]);
  hall.close();
});

test('a confirmed clock jumps after the commit', async () => {
  const time = new HandTime();
  const hall = await new LoggedHall({ directory: folder.path }, time).open();
  let ahead = 0;
  Object.assign(time, { wall: () => time.at + ahead });
  ahead = 60_000;
  expect(hall.clock.status()).toMatchObject({ differenceMs: 60_000, alarm: true });
  await hall.done({ type: 'confirmClock' });
  expect(hall.clock.status()).toMatchObject({ differenceMs: 0, alarm: false });
  hall.close();
});

test('a listener that throws is reported and undoes nothing', async () => {
  const hall = await new LoggedHall({ directory: folder.path }).open();
  hall.committer.onCommitted(() => {
    throw new Error('a view is broken');
  });
  await hall.done(takeTicket);
  expect(hall.bugs).toMatchObject([{ where: 'listener' }]);
  expect(numbersIn(hall.log)).toEqual([1]);
  hall.close();
});
