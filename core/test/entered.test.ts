import { expect, test } from 'vitest';
import {
  Hall,
  HASH,
  minutes,
  MORNING,
  PAD,
  smallHall,
  typesOf,
} from '../../tests/fixtures/hall.js';
import type { Command } from '../protocol/commands.js';
import { deskView } from '../views/desk.js';
import { foundTickets } from '../views/found.js';
import { labelOf } from '../views/hall.js';
import { phoneView } from '../views/phone.js';

const AGENT = [{ id: 'agent', name: { ar: 'a', en: 'a' }, kiosks: ['k1'] }];
const REQUEST = 'f'.repeat(32);

/** A hall whose kiosk holds leases. */
const leased = (changes: object = {}): Hall => {
  const categories = [...smallHall().categories, PAD];
  const hall = new Hall({ agents: AGENT, categories, ...changes });
  hall.must({ type: 'enrolDevice', deviceId: 'agent', role: 'agent' });
  hall.must({ type: 'tick' });
  return hall;
};

const TODAY = '2026-11-22';
const enter = (number: number, takenAt: number, changes: object = {}): Command => ({
  ...{ type: 'enterTicket', kioskId: 'k1', day: TODAY, seriesId: 'a', number, takenAt },
  ...{ services: ['build'], classId: '', language: 'ar', unanswered: null },
  ...changes,
});
const agent = { actor: 'agent', deviceId: 'agent' };

test('[LEASE-1] kiosks with an agent hold numbers for three service days', () => {
  const hall = leased();
  expect(
    hall.state.centre.leases.map(({ day, deviceId, ranges }) => [day, deviceId, ranges]),
  ).toEqual(
    [TODAY, '2026-11-23', '2026-11-29'].map((day) => [
      day,
      'k1',
      [
        { seriesId: 'a', from: 76, to: 99 },
        { seriesId: 'b', from: 5, to: 5 },
      ],
    ]),
  );
  expect(hall.must({ type: 'tick' })).toEqual([]);
  const without = new Hall({ agents: AGENT });
  expect(without.must({ type: 'tick' })).toEqual([]);
  const none = leased({ rules: { leaseMax: 0 } });
  expect(none.state.centre.leases).toEqual([]);
});

test('[LEASE-1] more is granted when less than half is left, up to half of a series', () => {
  const hall = leased();
  for (let number = 76; number < 89; number += 1) hall.must(enter(number, hall.at), agent);
  expect(hall.must({ type: 'tick' })).toMatchObject([
    { type: 'lease.granted', day: TODAY, ranges: [{ seriesId: 'a', from: 52, to: 75 }] },
  ]);
  for (let number = 52; number < 76; number += 1) hall.must(enter(number, hall.at), agent);
  expect(hall.must({ type: 'tick' })).toEqual([]);
});

test('[SERIES-4] the server never issues leased or reserved numbers, on any day', () => {
  const hall = leased();
  const numbers = [1, 2, 3, 4].map(() => hall.ticket(hall.take(['ask'])).number);
  expect(numbers).toEqual([1, 2, 3, 4]);
  const wish: Command = { type: 'takeTicket', services: ['ask'], classId: '', language: 'ar' };
  expect(hall.now(wish)).toEqual({ refused: 'series.full' });
  hall.must({ type: 'closeDay' });
  hall.wait(24 * 60);
  expect(hall.state.day?.day).toBe('2026-11-23');
  expect(hall.state.day?.series.get('a')).toEqual({ next: 1, top: 75 });
  expect(hall.state.day?.series.get('pad')).toEqual({ next: 900, top: 903 });
});

test('[LEASE-2] a number enters once, by its kiosk and for its day', () => {
  const hall = leased();
  hall.must(enter(80, hall.at), agent);
  const refused = { refused: 'lease.unknown' };
  expect(hall.now(enter(80, hall.at), agent)).toEqual(refused);
  expect(hall.now(enter(75, hall.at), agent)).toEqual(refused);
  expect(hall.now(enter(81, hall.at, { kioskId: 'k2' }), agent)).toEqual(refused);
  const [ticket] = [...hall.state.day!.tickets.values()];
  hall.must({ type: 'voidTicket', ticketId: ticket!.id, reasonId: 'other' });
  expect(hall.now(enter(80, hall.at), agent)).toEqual(refused);
});

test('[ENTER-1] a closed, full or suspended hall keeps nobody out who has a number', () => {
  const hall = leased({ rules: { waitingMax: 1 } });
  hall.take(['build']);
  hall.must({ type: 'suspend', serviceId: null, reasonId: 'other', until: null });
  hall.wait(361);
  const services = ['gone', 'ask', 'build'];
  hall.must(enter(80, hall.at, { services, classId: 'P9' }), agent);
  const ticket = [...hall.state.day!.tickets.values()].at(-1);
  expect(ticket).toMatchObject({ number: 80, classId: '', leg: { serviceId: 'ask' } });
  expect(ticket?.next).toEqual(['build']);
  const gone = enter(81, hall.at, { services: ['gone'] });
  expect(hall.now(gone, agent)).toEqual({ refused: 'service.unknown' });
});

test('[ENTER-2] the place and the wait count from when the ticket was taken', () => {
  const hall = leased();
  hall.at += minutes(30);
  const here = hall.take(['build']);
  hall.must(enter(80, hall.at - minutes(20)), agent);
  hall.must(enter(81, hall.at + minutes(60)), agent);
  hall.must(enter(82, MORNING - minutes(60)), agent);
  const times = [...hall.state.day!.tickets.values()].map(({ number, takenAt, leg }) => {
    expect(leg).toMatchObject({ joinedAt: takenAt, dueAt: takenAt + minutes(30) });
    return [number, (takenAt - MORNING) / minutes(1)];
  });
  expect(times).toEqual([
    [1, 30],
    [80, 10],
    [81, 30],
    [82, 0],
  ]);
  hall.open();
  expect(hall.ticket(hall.call()).number).toBe(82);
  hall.finish();
  expect(hall.ticket(hall.call()).number).toBe(80);
  hall.finish();
  expect(hall.call()).toBe(here);
});

test('[ENTER-2] [CLOCK-2] after the clock was set back nobody takes a ticket after now', () => {
  const hall = leased();
  hall.at += minutes(60);
  const clock = { confirmed: true, differenceMs: -minutes(120) };
  hall.must({ type: 'confirmClock' }, { clock });
  hall.at -= minutes(120);
  const granted = hall.state.centre.leases.map(({ grantedAt }) => grantedAt - MORNING);
  expect(new Set(granted)).toEqual(new Set([-minutes(120)]));
  hall.must(enter(80, hall.at - minutes(5)), agent);
  hall.must(enter(81, hall.at - minutes(90)), agent);
  const taken = [...hall.state.day!.tickets.values()].map(({ takenAt }) => takenAt - hall.at);
  expect(taken).toEqual([-minutes(5), -minutes(60)]);
});

test('[ENTER-3] a ticket that was issued without an answer takes the number on the paper', () => {
  const hall = leased();
  const earlier = hall.take(['build']);
  hall.open();
  hall.call();
  const repeated = enter(80, hall.at, { unanswered: REQUEST });
  expect(typesOf(hall.must(repeated, { ...agent, earlier }))).toEqual(['ticket.relabelled']);
  const configuration = hall.configurations.get(HASH)!;
  expect(labelOf(configuration, hall.ticket(earlier)).number).toBe(80);
  expect(hall.state.day?.calls.map(({ number }) => number)).toEqual([80]);
  expect(hall.state.day?.tickets.size).toBe(1);
  expect(hall.now(enter(80, hall.at), agent)).toEqual({ refused: 'lease.unknown' });
  hall.finish();
  const closed = enter(81, hall.at, { unanswered: REQUEST });
  expect(typesOf(hall.must(closed, { ...agent, earlier }))).toEqual([
    'ticket.issued',
    'leg.joined',
  ]);
});

test('[ENTER-3] whoever shows the old number is known by it, to staff and on the page', () => {
  const hall = leased();
  const ticketId = hall.take(['build']);
  const { number } = hall.ticket(ticketId);
  hall.open();
  hall.must(enter(80, hall.at, { unanswered: REQUEST }), { ...agent, earlier: ticketId });
  const both = { label: { number: 80 }, was: { number } };
  const { state, configurations, at } = hall;
  const clerk = { id: 'amal', name: '' };
  const place = { deviceId: 'd1', clerk, nameOf: () => '', printers: [] };
  expect(deskView(state, configurations, { at, place }).waiting).toMatchObject([both]);
  expect(phoneView(state, configurations, { at, ticketId })).toMatchObject(both);
  for (const typed of [80, number]) {
    expect(foundTickets(configurations.get(HASH)!, state.day!, typed)).toMatchObject([both]);
  }
});

test('[ENTER-3] a number that stands for an unanswered request says so in the log', () => {
  const hall = leased();
  const [issued] = hall.must(enter(80, hall.at, { unanswered: REQUEST }), agent);
  expect(issued).toMatchObject({ type: 'ticket.issued', standsFor: REQUEST });
});

test('[ENTER-4] the first ticket of a day that nobody opened opens it', () => {
  const hall = leased();
  hall.must({ type: 'closeDay' });
  const monday = { day: '2026-11-23', seriesId: 'a' };
  hall.at = MORNING + minutes(24 * 60 + 7 * 60);
  const number = 80;
  const taken = enter(number, hall.at - minutes(180), monday);
  const clock = { confirmed: false, differenceMs: 0 };
  expect(hall.now(taken, { ...agent, clock })).toEqual({ refused: 'clock.unconfirmed' });
  expect(typesOf(hall.must(taken, agent))).toEqual(['day.opened', 'ticket.issued', 'leg.joined']);
  expect(typesOf(hall.must({ type: 'tick' }))).toEqual(['day.issuingClosed']);
  hall.open();
  expect(hall.ticket(hall.call()).number).toBe(80);
});

test('[ENTER-4] a ticket of a day that is over is only written down', () => {
  const hall = leased();
  hall.must({ type: 'closeDay' });
  const late = enter(80, hall.at);
  expect(typesOf(hall.must(late, agent))).toEqual(['ticket.tooLate']);
  hall.wait(24 * 60);
  expect(typesOf(hall.must(enter(81, hall.at), agent))).toEqual(['ticket.tooLate']);
  expect(hall.state.day?.tickets.size).toBe(0);
});

test('[PAD-1] numbers of a pad enter once a day, in due order', () => {
  const hall = leased();
  hall.at += minutes(60);
  hall.take(['build']);
  const pad = (number: number, ago: number, seriesId = 'pad'): Command => ({
    ...{ type: 'enterNumber', seriesId, number, services: ['build'], classId: '' },
    ...{ language: 'ar', takenAt: hall.at - minutes(ago) },
  });
  hall.must(pad(901, 40));
  hall.must(pad(900, 10));
  expect(hall.now(pad(901, 5))).toEqual({ refused: 'pad.used' });
  expect(hall.now(pad(904, 5))).toEqual({ refused: 'pad.unknown' });
  expect(hall.now(pad(80, 5, 'a'))).toEqual({ refused: 'pad.unknown' });
  expect(hall.now(pad(902, -1))).toEqual({ refused: 'pad.wrongTime' });
  expect(hall.now(pad(902, 24 * 60))).toEqual({ refused: 'pad.wrongTime' });
  hall.open();
  const called = [1, 2, 3].map(() => {
    const ticket = hall.ticket(hall.call());
    hall.finish();
    return ticket.number;
  });
  expect(called).toEqual([901, 900, 1]);
  expect(hall.now(pad(901, 5))).toEqual({ refused: 'pad.used' });
});
