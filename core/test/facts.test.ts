import { describe, expect, test } from 'vitest';
import { FactBook, LoggedHall } from '../../tests/fixtures/factbook.js';
import { CENTRE, OPENING } from '../../tests/fixtures/randomday.js';
import { apply } from '../apply.js';
import type { Millis } from '../configuration.js';
import { MINUTE_MS } from '../time.js';
import { decide } from '../decide.js';
import type { Event } from '../events.js';
import type { Command } from '../protocol/commands.js';

const DAY = '2026-11-22';
const reasonId = 'other';
const counterId = 'c1';

/** A hall whose day is open and where Ana holds counter 1. */
const opened = (training = false) => {
  const hall = new LoggedHall(CENTRE, { at: OPENING, training });
  const at = (minute: number, command: Command, actor = 'ana') => {
    hall.at = OPENING + minute * MINUTE_MS;
    expect(hall.ask(command, actor, actor === 'k1' ? 'k1' : 'desk-1')).toBeUndefined();
    const issued = hall.log.findLast((event) => event.type === 'ticket.issued');
    return issued?.type === 'ticket.issued' ? issued.ticketId : '';
  };
  at(0, { type: 'openDay' });
  at(0, { type: 'openCounter', counterId, profileId: 'all' });
  const take = (minute: number, ...services: string[]) =>
    at(minute, { type: 'takeTicket', services, classId: '', language: 'ar' }, 'k1');
  const facts = () => {
    const book = new FactBook();
    for (const event of hall.log) book.take(event);
    return book.of(DAY);
  };
  return { hall, at, take, facts };
};

const finish: Command = { type: 'finish', counterId, result: 'completed', callNext: false };
const minutes = (since: Millis | null) => (since === null ? null : (since - OPENING) / MINUTE_MS);

describe('legs', () => {
  test('a served leg has its wait, its walk and its handling', () => {
    const { at, take, facts } = opened();
    take(1, 's1-1');
    at(5, { type: 'callNext', counterId });
    at(6, { type: 'start', counterId });
    at(16, finish);
    const [leg] = facts().legs;
    expect(leg).toMatchObject({ outcome: 'served', result: 'completed', confirmed: true });
    expect(leg).toMatchObject({ counterId, clerk: 'ana', rule: 'due', calls: 1 });
    expect([leg!.joinedAt, leg!.calledAt, leg!.startedAt, leg!.endedAt].map(minutes)).toEqual([
      1, 5, 6, 16,
    ]);
    expect(leg).toMatchObject({ targetMs: 20 * MINUTE_MS, handlingMs: 10 * MINUTE_MS });
    expect(facts().visits).toMatchObject([{ outcome: 'served', legs: 1, seriesId: 'c1' }]);
  });

  test('handling counts from the call where nobody confirmed the arrival', () => {
    const { at, take, facts } = opened();
    take(1, 's1-1');
    at(5, { type: 'callNext', counterId });
    at(16, finish);
    expect(facts().legs[0]).toMatchObject({ confirmed: false, handlingMs: 11 * MINUTE_MS });
    expect(minutes(facts().legs[0]!.startedAt)).toBe(5);
  });

  test('after a no-show that returns the last call counts', () => {
    const { at, take, facts } = opened();
    const ticketId = take(1, 's1-1');
    at(5, { type: 'callNext', counterId });
    at(6, { type: 'recall', counterId });
    at(7, { type: 'noShow', counterId });
    at(10, { type: 'returnTicket', ticketId }, 'k1');
    expect(facts().legs[0]).toMatchObject({ calledAt: null, counterId: 'c1', misses: 1 });
    at(12, { type: 'callNext', counterId });
    const [leg] = facts().legs;
    expect([leg!.joinedAt, leg!.calledAt].map(minutes)).toEqual([1, 12]);
    expect(leg).toMatchObject({ calls: 3, misses: 1, handlingMs: 0 });
    expect(facts().integrity).toEqual([]);
  });

  test('an absent visitor who does not return is a no-show without handling', () => {
    const { at, take, facts, hall } = opened();
    take(1, 's1-1');
    at(5, { type: 'callNext', counterId });
    at(6, { type: 'recall', counterId });
    at(7, { type: 'noShow', counterId });
    hall.at = OPENING + 100 * MINUTE_MS;
    hall.ask({ type: 'tick' });
    const [leg] = facts().legs;
    expect(leg).toMatchObject({ outcome: 'no_show', startedAt: null, handlingMs: 0 });
    expect(minutes(leg!.calledAt)).toBe(5);
  });

  test('a parked leg keeps its first call, and its handling leaves out the time between', () => {
    const { at, take, facts } = opened();
    const ticketId = take(1, 's1-1');
    at(5, { type: 'callNext', counterId });
    at(6, { type: 'start', counterId });
    at(8, { type: 'park', counterId, reasonId });
    at(30, { type: 'unpark', counterId, ticketId });
    expect(minutes(facts().legs[0]!.waitingSince)).toBe(30);
    at(40, { type: 'callNext', counterId });
    at(45, finish);
    const [leg] = facts().legs;
    expect([leg!.calledAt, leg!.startedAt, leg!.endedAt].map(minutes)).toEqual([5, 6, 45]);
    expect(leg).toMatchObject({ handlingMs: 7 * MINUTE_MS, parks: 1 });
    expect(facts().integrity).toMatchObject([{ act: 'recycle', clerk: 'ana', reason: 'other' }]);
  });

  test('a transfer to the front is two acts, and the next leg has the target of this one', () => {
    const { at, take, facts } = opened();
    take(1, 's1-1');
    at(5, { type: 'callNext', counterId });
    at(9, { type: 'transfer', counterId, serviceId: 's1-2', place: 'front', reasonId });
    const { legs, integrity } = facts();
    expect(legs).toMatchObject([
      { leg: 1, outcome: 'transferred', handlingMs: 4 * MINUTE_MS },
      { leg: 2, outcome: null, by: 'transfer', targetMs: 20 * MINUTE_MS },
    ]);
    expect(integrity.map(({ act, reason }) => [act, reason])).toEqual([
      ['front', 'other'],
      ['transfer', 'other'],
    ]);
  });

  test('a class that is set at the counter does not change the target of the call', () => {
    const { at, take, facts } = opened();
    take(1, 's1-1');
    at(5, { type: 'callNext', counterId });
    at(6, { type: 'setClass', counterId, classId: 'P1', reasonId });
    expect(facts().legs[0]).toMatchObject({ classId: 'P1', targetMs: 20 * MINUTE_MS });
    expect(facts().visits[0]).toMatchObject({ classId: 'P1' });
    expect(facts().integrity).toMatchObject([{ act: 'setClass', clerk: 'ana', counterId }]);
  });
});

describe('what staff answer for', () => {
  test('a chosen ticket is out of order and names whom it passed', () => {
    const { at, take, facts } = opened();
    const first = take(1, 's1-1');
    const second = take(2, 's1-1');
    at(5, { type: 'callTicket', counterId, ticketId: second, reasonId });
    expect(facts().integrity).toMatchObject([
      { act: 'outOfOrder', clerk: 'ana', reason: 'other', ticketId: second, passed: first },
    ]);
  });

  test('a walk-direct waits for nothing and is listed', () => {
    const { at, facts } = opened();
    at(5, { type: 'walkDirect', counterId, serviceId: 's1-1', reasonId, language: 'ar' });
    expect(facts().legs[0]).toMatchObject({ rule: 'walkDirect', callReason: 'other' });
    expect(facts().integrity).toMatchObject([{ act: 'walkDirect', reason: 'other' }]);
  });

  test('a void is the manager’s, and a return by a clerk is a recycle', () => {
    const { at, take, facts } = opened();
    const ticketId = take(1, 's1-1');
    at(5, { type: 'callNext', counterId });
    at(6, { type: 'recall', counterId });
    at(7, { type: 'noShow', counterId });
    at(8, { type: 'returnTicket', ticketId });
    at(9, { type: 'voidTicket', ticketId, reasonId }, 'mona');
    expect(facts().integrity).toMatchObject([
      { act: 'recycle', clerk: 'ana', counterId, reason: null },
      { act: 'void', clerk: 'mona', reason: 'other' },
    ]);
  });
});

describe('counters', () => {
  test('a hand-over gives each clerk the own part of the time and of the handling', () => {
    const { at, take, facts } = opened();
    take(1, 's1-1');
    at(5, { type: 'callNext', counterId });
    at(6, { type: 'start', counterId });
    at(10, { type: 'handOver', counterId }, 'ben');
    at(13, finish, 'ben');
    const spans = facts().spans.map(({ activity, clerk, from, startedAt, to }) => [
      ...[activity, clerk],
      ...[from, startedAt, to].map(minutes),
    ]);
    expect(spans).toEqual([
      ['open', 'ana', 0, null, 10],
      ['ticket', 'ana', 5, 6, 10],
      ['open', 'ben', 10, null, null],
      ['ticket', 'ben', 10, 10, 13],
    ]);
    expect(facts().legs[0]).toMatchObject({ clerk: 'ben', handlingMs: 7 * MINUTE_MS });
  });

  test('pauses lie inside the open time, and the end of the day closes what is open', () => {
    const { at, facts } = opened();
    at(10, { type: 'pause', counterId, reasonId });
    at(15, { type: 'resume', counterId });
    at(60, { type: 'closeDay' }, 'mona');
    const { spans, day } = facts();
    expect(spans.map(({ activity, from, to }) => [activity, minutes(from), minutes(to)])).toEqual([
      ['open', 0, 60],
      ['paused', 10, 15],
    ]);
    expect(minutes(day.closedAt)).toBe(60);
  });
});

describe('days', () => {
  test('a training day leaves no fact', () => {
    const { take, hall } = opened(true);
    take(1, 's1-1');
    const book = new FactBook();
    for (const event of hall.log) book.take(event);
    expect(book.days.size).toBe(0);
  });

  test('an open day goes on in the stream that continues a restored one', () => {
    const { take, hall } = opened();
    take(1, 's1-1');
    const book = new FactBook();
    for (const event of hall.log) book.take(event);
    const last = hall.log.at(-1)!;
    const next = { at: hall.at, actor: 'ana', stream: 'next0000' };
    const from = { previousStream: last.stream, previousSeq: last.seq, previousHash: '' };
    book.take({ ...next, type: 'log.restored', seq: 1, skip: 0, ...from });
    book.take({ ...next, type: 'counter.closed', seq: 2, counterId });
    expect(book.of(DAY).spans).toMatchObject([{ to: hall.at }]);
    expect(book.of(DAY).visits).toHaveLength(1);
  });

  test('[CLOCK-2] a clock set back makes no wait and no handling shorter', () => {
    const { at, take, hall, facts } = opened();
    take(1, 's1-1');
    take(2, 's1-1');
    at(5, { type: 'callNext', counterId });
    at(6, { type: 'start', counterId });
    const { state, configurations } = hall;
    const asked = { at: OPENING + 8 * MINUTE_MS, actor: 'boss', deviceId: 'manager' };
    const clock = { confirmed: true, differenceMs: -60 * MINUTE_MS };
    const command = { type: 'confirmClock' } as const;
    for (const event of decide(state, { ...asked, clock, command }, configurations) as Event[]) {
      const logged = { ...event, ...asked, stream: state.stream, seq: state.seq + 1 };
      apply(state, logged, configurations);
      hall.log.push(logged);
    }
    at(-47, finish);
    at(-46, { type: 'callNext', counterId });
    const [first, second] = facts().legs;
    expect(first).toMatchObject({ handlingMs: 7 * MINUTE_MS, outcome: 'served' });
    expect(minutes(second!.calledAt)! - minutes(second!.joinedAt)!).toBe(12);
  });

  test('an event that does not fit is a bug', () => {
    const { hall } = opened();
    const book = new FactBook();
    for (const event of hall.log) book.take(event);
    const strange = { type: 'ticket.recalled', ticketId: 'hall0000:999', counterId } as const;
    const stamp = { at: hall.at, actor: 'ana', stream: 'hall0000', seq: 99 };
    expect(() => book.take({ ...strange, ...stamp })).toThrow('has no open leg');
  });
});

test('a ticket that came too late is of the day on which it was taken, and no visit', () => {
  const { hall, at } = opened();
  const taken = { kioskId: 'k1', day: '2026-11-21', seriesId: 's1', number: 90 };
  const visit = { services: ['s1-1', 's2-1'], classId: '', language: 'ar' as const };
  const told = { ...taken, ...visit, takenAt: OPENING - 3_600_000, unanswered: null };
  at(3, { type: 'enterTicket', ...told }, 'a1');
  const book = new FactBook();
  for (const event of hall.log) book.take(event);
  expect(book.of(DAY)).toMatchObject({ visits: [], late: [] });
  expect(book.of('2026-11-21').late).toMatchObject([
    { number: 90, services: 's1-1 s2-1', deviceId: 'k1', reachedAt: hall.at },
  ]);
});
