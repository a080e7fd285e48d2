import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  freshId,
  HandTime,
  LoggedHall,
  numbersIn,
  scratch,
  takeTicket,
} from '../../../tests/fixtures/log.js';
import type { Command } from '../../../core/protocol/commands.js';
import { RecentAnswers, REFUSAL_KEPT_MS, REFUSALS_KEPT_MAX } from '../answers.js';
import { STALE_AFTER_MS } from '../writer.js';

let folder: ReturnType<typeof scratch>;
let time: HandTime;
const start = (): Promise<LoggedHall> => {
  const answerOf = (state: { seq: number }, command: Command) =>
    command.type === 'takeTicket'
      ? { done: true as const, seq: state.seq, ticketId: `t:${state.seq}` }
      : { done: true as const, seq: state.seq };
  return new LoggedHall({ directory: folder.path, answerOf }, time).open();
};
beforeEach(() => {
  folder = scratch();
  time = new HandTime();
});
afterEach(() => folder.remove());

const other: Command = { ...takeTicket, services: ['rent-payment'] } as Command;
const callC1: Command = { type: 'callNext', counterId: 'c1' };

test('a repeat hears the first answer and does nothing', async () => {
  const hall = await start();
  const requestId = freshId();
  const first = await hall.done(takeTicket, { requestId });
  await hall.done(takeTicket);
  expect(await hall.ask(takeTicket, { requestId })).toEqual(first);
  expect(numbersIn(hall.log)).toEqual([1, 2]);
  hall.close();
});

test('in the same turn too', async () => {
  const hall = await start();
  const requestId = freshId();
  const both = [hall.send(takeTicket, { requestId }), hall.send(takeTicket, { requestId })];
  hall.turn();
  const [first, second] = await Promise.all(both);
  expect(second).toEqual(first);
  expect(numbersIn(hall.log)).toEqual([1]);
  hall.close();
});

test('after a restart, after days, and when it would be stale by now', async () => {
  const hall = await start();
  const requestId = freshId();
  const sentAt = time.at;
  const first = await hall.done(takeTicket, { requestId, sentAt });
  hall.close();
  time.pass(STALE_AFTER_MS * 3);
  const again = new LoggedHall({ directory: folder.path }, time);
  expect(await again.ask(takeTicket, { requestId, sentAt })).toEqual(first);
  again.close();
});

test('one that is wanted no more hears what was done, and what was not done stays so', async () => {
  const hall = await start();
  const [done, undone] = [freshId(), freshId()];
  const first = await hall.done(takeTicket, { requestId: done });
  expect(await hall.ask(takeTicket, { requestId: done, sentAt: 0 })).toEqual(first);
  const stale = { refused: 'request.stale' };
  expect(await hall.ask(takeTicket, { requestId: undone, sentAt: 0 })).toEqual(stale);
  // A copy that was on its way comes after all.
  expect(await hall.ask(takeTicket, { requestId: undone })).toEqual(stale);
  expect(numbersIn(hall.log)).toEqual([1]);
  hall.close();
});

test('what has happened already is looked at afresh once its teller knows the time', async () => {
  const hall = await start();
  const requestId = freshId();
  const entered: Command = {
    ...{ type: 'enterTicket', kioskId: 'k1', day: '2026-01-01', seriesId: 'a', number: 90 },
    ...{ services: ['ask'], classId: '', language: 'ar', takenAt: time.at, unanswered: null },
  };
  const sentAt = time.at + STALE_AFTER_MS + 1;
  const stale = { refused: 'request.stale' };
  expect(await hall.ask(entered, { requestId, sentAt })).toEqual(stale);
  expect(await hall.ask(entered, { requestId })).toMatchObject({ done: true });
  hall.close();
});

test('the order of a payload’s keys means nothing', async () => {
  const hall = await start();
  const requestId = freshId();
  const first = await hall.done(takeTicket, { requestId });
  const turned = Object.fromEntries(Object.entries(takeTicket).reverse()) as Command;
  expect(await hall.ask(turned, { requestId })).toEqual(first);
  hall.close();
});

test('another payload under the same id is refused', async () => {
  const hall = await start();
  const requestId = freshId();
  await hall.done(takeTicket, { requestId });
  expect(await hall.ask(other, { requestId })).toEqual({ refused: 'request.reused' });
  const refusedId = freshId();
  expect(await hall.ask(callC1, { requestId: refusedId })).toEqual({ refused: 'counter.notOpen' });
  expect(await hall.ask(other, { requestId: refusedId })).toEqual({ refused: 'request.reused' });
  expect(numbersIn(hall.log)).toEqual([1]);
  hall.close();
});

test('the same id from another device is another request', async () => {
  const hall = await start();
  const requestId = freshId();
  await hall.done(takeTicket, { requestId });
  await hall.done(takeTicket, { requestId, deviceId: 'kiosk-2' });
  expect(numbersIn(hall.log)).toEqual([1, 2]);
  hall.close();
});

test('a refusal stays a refusal for its time, whatever happened since', async () => {
  const hall = await start();
  // A phone's name holds a space.
  const request = { requestId: freshId(), actor: 'clerk-1', deviceId: 'phone t:1' };
  const opened: Command = { type: 'openCounter', counterId: 'c1', profileId: 'all' };
  const answers = [
    hall.send(callC1, request),
    hall.send(opened, { actor: 'clerk-1' }),
    hall.send(takeTicket),
    hall.send(callC1, request),
  ];
  hall.turn();
  const [first, , , repeated] = await Promise.all(answers);
  expect(first).toEqual({ refused: 'counter.notOpen' });
  expect(repeated).toEqual(first);
  expect(await hall.ask(callC1, request)).toEqual(first);
  time.pass(REFUSAL_KEPT_MS + 1);
  expect(await hall.ask(callC1, request)).toHaveProperty('done');
  hall.close();
});

test('refusals are remembered in bounded memory', () => {
  const recent = new RecentAnswers();
  const kept = { payload: Buffer.alloc(32), answer: { refused: 'queue.empty' } as const };
  const key = (i: number) => ({ deviceId: 'd', requestId: `${i}` });
  for (let i = 0; i <= REFUSALS_KEPT_MAX; i++) recent.keep(key(i), kept, 0);
  expect(recent.find(key(0), 0)).toBeUndefined();
  expect(recent.find(key(1), 0)).toBeDefined();
  recent.keep(key(-1), kept, REFUSAL_KEPT_MS + 1);
  expect(recent.find(key(REFUSALS_KEPT_MAX), 0)).toBeUndefined();
});

test.each([
  ['sent long ago', -STALE_AFTER_MS - 1, true],
  ['sent just in time', -STALE_AFTER_MS, false],
  ['said to be sent in the future', STALE_AFTER_MS + 1, true],
])('a command %s', async (_, byMs, stale) => {
  const hall = await start();
  const answer = await hall.ask(takeTicket, { sentAt: time.at + byMs });
  if (stale) expect(answer).toEqual({ refused: 'request.stale' });
  else expect(answer).toHaveProperty('done');
  hall.close();
});
