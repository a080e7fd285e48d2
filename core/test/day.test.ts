import { expect, test } from 'vitest';
import { HASH, Hall, minutes, MORNING, smallHall, typesOf } from '../../tests/fixtures/hall.js';
import type { Command } from '../protocol/commands.js';
import { civil, hoursOf, instant, nextOpening } from '../calendar.js';

const clock = (confirmed: boolean) => ({ clock: { confirmed, differenceMs: 0 } });

test('[DAY-1] a day is named by the date on which it opens', () => {
  const hall = new Hall();
  expect(hall.state.day).toMatchObject({ day: '2026-11-22', configuration: HASH });
});

test('[DAY-2] a manager opens a day by the calendar or until a stated time, once a date', () => {
  const hall = new Hall();
  expect(hall.now({ type: 'openDay' })).toEqual({ refused: 'day.open' });
  hall.must({ type: 'closeDay' });
  expect(hall.now({ type: 'openDay' })).toEqual({ refused: 'day.over' });
  hall.at += minutes(24 * 60);
  expect(hall.now({ type: 'openDay' }, clock(false))).toEqual({ refused: 'clock.unconfirmed' });
  hall.at += minutes(7 * 60);
  expect(hall.now({ type: 'openDay' })).toEqual({ refused: 'day.wrongTime' });
  hall.must({ type: 'openDay', closesAt: hall.at + minutes(60) });
  hall.must({ type: 'closeDay' });
  hall.at = MORNING + minutes(2 * 24 * 60);
  expect(hall.now({ type: 'openDay' })).toEqual({ refused: 'day.holiday' });
  expect(hall.now({ type: 'openDay', closesAt: hall.at })).toEqual({ refused: 'day.wrongTime' });
});

test('[DAY-3] by the clock a day opens inside its hours, and never on a doubtful clock', () => {
  const hall = new Hall();
  hall.must({ type: 'closeDay' });
  expect(hall.must({ type: 'tick' })).toEqual([]);
  hall.at = MORNING + minutes(24 * 60 - 1);
  expect(hall.must({ type: 'tick' })).toEqual([]);
  hall.at += minutes(1);
  expect(hall.must({ type: 'tick' }, clock(false))).toEqual([]);
  expect(typesOf(hall.must({ type: 'tick' }))).toEqual(['day.opened']);
});

test('[DAY-4] [TICK-1] at closing time nobody new is taken in; the waiting are called', () => {
  const hall = new Hall();
  hall.open();
  const ticket = hall.take(['build']);
  hall.must({ type: 'closeEarly', closesAt: hall.at + minutes(1) });
  hall.at += minutes(1);
  expect(typesOf(hall.must({ type: 'tick' }))).toEqual(['day.issuingClosed']);
  expect(hall.call()).toBe(ticket);
  hall.must({ type: 'closeEarly', closesAt: hall.at + minutes(30) });
  hall.take(['build']);
  expect(hall.now({ type: 'closeEarly', closesAt: 0 })).toEqual({ refused: 'day.wrongTime' });
});

test('[DAY-5] closing the day ends every visit with an outcome and closes every counter', () => {
  const hall = new Hall();
  hall.open();
  hall.take(['build']);
  hall.call();
  const waiting = hall.take(['build']);
  hall.at = hall.state.day!.closeBy;
  const closing = hall.must({ type: 'tick' });
  expect(typesOf(closing).at(-1)).toBe('day.closed');
  expect(closing).toContainEqual({
    type: 'ticket.closed',
    ticketId: waiting,
    outcome: 'closed_end_of_day',
  });
  expect(hall.state.day).toBeNull();
});

test('[DAY-6] in Cairo the clocks jump over midnight: the calendar finds every opening', () => {
  expect(civil(instant('2026-04-24', '00:30', 'Africa/Cairo'), 'Africa/Cairo')).toEqual({
    date: '2026-04-24',
    time: '01:30:00',
  });
  const twice = instant('2026-10-29', '23:30', 'Africa/Cairo');
  expect(civil(twice, 'Africa/Cairo').time).toBe('23:30:00');
  expect(civil(twice + minutes(60), 'Africa/Cairo').time).toBe('23:30:00');
  const configuration = smallHall();
  expect(hoursOf(configuration, '2026-11-24')).toBeNull();
  expect(nextOpening(configuration, MORNING)).toBe(MORNING + minutes(24 * 60));
});

test('[DAY-7] without an open day every command of the hall is refused', () => {
  const hall = new Hall();
  hall.must({ type: 'closeDay' });
  const take: Command = { type: 'takeTicket', services: ['ask'], classId: '', language: 'ar' };
  expect(hall.now(take)).toEqual({ refused: 'day.notOpen' });
  expect(hall.now({ type: 'callNext', counterId: 'c1' })).toEqual({ refused: 'day.notOpen' });
});

test('[TICK-1] while the clock is not confirmed, time closes no day', () => {
  const hall = new Hall();
  const clock = { confirmed: false, differenceMs: 0 };
  hall.at += minutes(3 * 24 * 60);
  expect(hall.must({ type: 'tick' }, { clock })).toEqual([]);
  expect(hall.state.day).not.toBeNull();
});

test('[SERIES-3] a restore jumps over half of a small series at most, and round its end', () => {
  const hall = new Hall();
  const numberOf = (): number => hall.ticket(hall.take(['ask'])).number;
  expect([numberOf(), numberOf()]).toEqual([1, 2]);
  const previous = { previousStream: 'old', previousSeq: 1, previousHash: '' };
  const restored = hall.must({ type: 'restoreLog', ...previous, skip: 200 });
  const skipped = restored.filter((event) => event.type === 'series.skipped');
  expect(skipped).toContainEqual({ type: 'series.skipped', seriesId: 'b', from: 3, to: 4 });
  expect(numberOf()).toBe(5);
  expect(hall.state.centre.earlierStreams).toEqual(['old']);
  const again = hall.must({ type: 'restoreLog', ...previous, skip: 200 });
  expect(again.filter((event) => event.type === 'series.skipped')).toContainEqual({
    ...{ type: 'series.skipped', seriesId: 'b', from: 1, to: 2 },
  });
  expect(numberOf()).toBe(3);
  hall.must({ type: 'closeDay' });
  expect(hall.state.centre.skipSeries).toBe(200);
});
