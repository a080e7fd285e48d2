import { expect, test } from 'vitest';
import { Hall, minutes, MORNING, smallHall, typesOf } from '../../tests/fixtures/hall.js';

const take = (services: string[], classId = '') =>
  ({ type: 'takeTicket', services, classId, language: 'ar' }) as const;

const called = (hall: Hall, services = ['build']): string => {
  hall.open();
  const ticket = hall.take(services);
  hall.call();
  return ticket;
};

const missed = (hall: Hall): string => {
  const ticket = called(hall);
  hall.must({ type: 'recall', counterId: 'c1' });
  hall.at += minutes(2);
  hall.must({ type: 'noShow', counterId: 'c1' });
  return ticket;
};

test('[ISSUE-1] nobody is taken in when the hall is full, suspended or closed', () => {
  const hall = new Hall({ rules: { waitingMax: 1 } });
  hall.take(['build']);
  expect(hall.now(take(['build']))).toEqual({ refused: 'hall.full' });
  hall.must({ type: 'suspend', serviceId: null, reasonId: 'other', until: null });
  expect(hall.now(take(['build']))).toEqual({ refused: 'hall.suspended' });
  hall.at += minutes(360);
  expect(hall.now(take(['build']))).toEqual({ refused: 'day.issuingClosed' });
});

test('[ISSUE-2] a wish for services is refused when one of them cannot be had', () => {
  const hall = new Hall({ rules: { servicesMax: 2 } });
  hall.must({ type: 'suspend', serviceId: 'ask', reasonId: 'other', until: null });
  const refusals = [
    take(['none']),
    take(['ask']),
    take(['build'], 'P9'),
    take(['build', 'build']),
    take(['build', 'shop', 'build']),
  ].map((command) => typesOf(hall.now(command))[0]);
  expect(refusals).toEqual([
    'service.unknown',
    'service.suspended',
    'class.unknown',
    'ticket.serviceTwice',
    'ticket.tooManyServices',
  ]);
});

test('[SERIES-1] [SERIES-2] numbers follow, wrap, and never meet an open bearer', () => {
  const hall = new Hall();
  hall.open('c1', 'only-b');
  const tickets = [1, 2, 3, 4, 5].map(() => hall.take(['ask', 'build']));
  expect(tickets.map((id) => hall.ticket(id).number)).toEqual([1, 2, 3, 4, 5]);
  expect(hall.now(take(['ask']))).toEqual({ refused: 'series.full' });
  hall.must({ type: 'leave', ticketId: tickets[1]! });
  expect(hall.now(take(['ask']))).toEqual({ refused: 'series.full' });
  hall.must({ type: 'leave', ticketId: tickets[0]! });
  expect(hall.ticket(hall.take(['ask'])).number).toBe(1);
  expect(hall.ticket(hall.take(['ask'])).number).toBe(2);
});

test('[SERIES-3] a restored centre jumps ahead on its next day, once', () => {
  const hall = new Hall();
  hall.must({ type: 'closeDay' });
  const restored = { previousStream: 'x', previousSeq: 1, previousHash: 'y', skip: 3 };
  hall.must({ type: 'restoreLog', ...restored });
  hall.at += minutes(24 * 60);
  hall.must({ type: 'tick' });
  expect(hall.ticket(hall.take(['build'])).number).toBe(4);
  hall.must({ type: 'closeDay' });
  expect(hall.state.centre.skipSeries).toBe(0);
});

test('[SERIES-3] a day that was open when the copy was made jumps ahead at once', () => {
  const hall = new Hall();
  hall.take(['build']);
  const restored = { previousStream: 'x', previousSeq: 1, previousHash: 'y', skip: 3 };
  hall.must({ type: 'restoreLog', ...restored });
  expect(hall.ticket(hall.take(['build'])).number).toBe(5);
});

test('[SUSPEND-1] a suspended service takes nobody in until resumed or its time is up', () => {
  const hall = new Hall();
  const waiting = hall.take(['ask']);
  const suspend = { type: 'suspend', serviceId: 'ask', reasonId: 'other' } as const;
  hall.must({ ...suspend, until: hall.at + minutes(5) });
  expect(hall.now({ ...suspend, until: null })).toEqual({ refused: 'suspend.already' });
  expect(hall.now(take(['ask']))).toEqual({ refused: 'service.suspended' });
  hall.open();
  expect(hall.call()).toBe(waiting);
  hall.wait(5);
  expect(hall.now({ type: 'unsuspend', serviceId: 'ask' })).toEqual({ refused: 'suspend.none' });
  hall.take(['ask']);
});

test('[TIME-1] [TIME-3] due is joining plus the smaller target, whatever comes later', () => {
  const hall = new Hall();
  const plain = hall.take(['build']);
  const first = hall.take(['build'], 'P1');
  expect(hall.ticket(plain).leg.dueAt).toBe(MORNING + minutes(30));
  expect(hall.ticket(first).leg.dueAt).toBe(MORNING + minutes(5));
  const faster = smallHall({ classes: [] });
  hall.configurations.set('1'.repeat(64), faster);
  const hash = '1'.repeat(64);
  hall.must({ type: 'publish', configuration: hash, today: hash, waiting: [] });
  expect(hall.ticket(first).leg.dueAt).toBe(MORNING + minutes(5));
});

test('[TIME-2] [VISIT-2] a following leg has at most the follow target, and names its rule', () => {
  const hall = new Hall();
  const ticket = called(hall, ['build', 'shop']);
  expect(hall.finish()).toMatchObject([
    { type: 'leg.started', confirmed: false },
    { type: 'leg.ended', outcome: 'served' },
    { type: 'leg.joined', by: 'asked', serviceId: 'shop', dueAt: hall.at + minutes(10) },
  ]);
  expect(hall.ticket(ticket).next).toEqual([]);
});

test('[VISIT-2] by the rule of the shortest line the emptier service comes first', () => {
  const hall = new Hall({ rules: { legOrder: 'shortest' } });
  hall.open('c1', 'only-b');
  hall.open('c2', 'all', 'badr');
  for (let n = 0; n < 3; n += 1) hall.take(['build']);
  const ticket = hall.take(['build', 'ask']);
  expect(hall.ticket(ticket).leg).toMatchObject({ serviceId: 'ask' });
});

test('[MISS-1] absent only after enough calls and enough time', () => {
  const hall = new Hall();
  called(hall);
  const noShow = { type: 'noShow', counterId: 'c1' } as const;
  hall.at += minutes(2);
  expect(hall.now(noShow)).toEqual({ refused: 'noShow.tooSoon' });
  hall.must({ type: 'recall', counterId: 'c1' });
  hall.must(noShow);
  expect(hall.now(noShow)).toEqual({ refused: 'counter.empty' });
});

test('[MISS-2] an absent leg lapses, and the visit ends as a no-show', () => {
  const hall = new Hall();
  const ticket = missed(hall);
  hall.wait(59);
  expect(hall.ticket(ticket).leg.status).toBe('absent');
  hall.wait(1);
  expect(hall.state.day?.stubs.get(ticket)?.outcome).toBe('no_show');
});

test('[MISS-3] back within the tolerance keeps the place, later is a new arrival', () => {
  const soon = new Hall();
  const first = missed(soon);
  soon.at += minutes(15);
  soon.must({ type: 'returnTicket', ticketId: first });
  expect(soon.ticket(first).leg).toMatchObject({ status: 'waiting', orderFrom: MORNING });
  expect(soon.now({ type: 'returnTicket', ticketId: first })).toEqual({
    refused: 'ticket.notAbsent',
  });
  const late = new Hall();
  const second = missed(late);
  late.at += minutes(16);
  late.must({ type: 'returnTicket', ticketId: second });
  expect(late.ticket(second).leg).toMatchObject({ orderFrom: late.at });
});

test('[LEAVE-1] who leaves before any call is a walk-out, after one has cancelled', () => {
  const hall = new Hall();
  const gone = hall.take(['build']);
  hall.must({ type: 'leave', ticketId: gone });
  expect(hall.state.day?.stubs.get(gone)?.outcome).toBe('walk_out');
  const ticket = called(hall);
  hall.must({ type: 'leave', ticketId: ticket });
  expect(hall.state.day?.stubs.get(ticket)?.outcome).toBe('cancelled_by_citizen');
  expect(hall.now({ type: 'leave', ticketId: ticket })).toEqual({ refused: 'ticket.closed' });
  hall.take(['build']);
  const served = hall.call();
  hall.must({ type: 'start', counterId: 'c1' });
  expect(hall.now({ type: 'leave', ticketId: served })).toEqual({ refused: 'ticket.called' });
  expect(hall.now({ type: 'leave', ticketId: 'x' })).toEqual({ refused: 'ticket.unknown' });
});

test('[VISIT-1] a further service may be added to an open visit, up to the limit', () => {
  const hall = new Hall({ rules: { servicesMax: 2 } });
  const ticketId = hall.take(['build']);
  const add = (serviceId: string) => ({ type: 'addService', ticketId, serviceId }) as const;
  expect(hall.now(add('build'))).toEqual({ refused: 'ticket.serviceTwice' });
  hall.must(add('ask'));
  expect(hall.now(add('shop'))).toEqual({ refused: 'ticket.tooManyServices' });
});

test('[VISIT-3] a visit ends with its last leg', () => {
  const hall = new Hall();
  const ticket = called(hall, ['build', 'ask']);
  hall.finish();
  expect(hall.ticket(ticket).leg.n).toBe(2);
  hall.call();
  expect(typesOf(hall.finish()).at(-1)).toBe('ticket.closed');
});

test('[VISIT-4] a closed visit is rated once', () => {
  const hall = new Hall();
  const ticketId = called(hall);
  const rate = { type: 'rate', ticketId, stars: 5 } as const;
  expect(hall.now(rate)).toEqual({ refused: 'ticket.notClosed' });
  hall.finish();
  hall.must(rate);
  expect(hall.now(rate)).toEqual({ refused: 'ticket.rated' });
});

test('[VOID-1] a manager voids a ticket with a reason, but not one that is being served', () => {
  const hall = new Hall();
  const ticketId = called(hall);
  const away = { type: 'voidTicket', ticketId, reasonId: 'other' } as const;
  hall.must({ type: 'start', counterId: 'c1' });
  expect(hall.now(away)).toEqual({ refused: 'ticket.called' });
  const other = hall.take(['ask']);
  hall.must({ ...away, ticketId: other });
  expect(hall.state.day?.stubs.get(other)?.outcome).toBe('voided_by_staff');
});

test('[ISSUE-3] a ticket that does not stand as the command needs says how it stands', () => {
  const hall = new Hall();
  hall.open();
  const id = hall.take(['build']);
  const leave = (ticketId: string) => hall.now({ type: 'leave', ticketId });
  expect(leave('teststream:999')).toEqual({ refused: 'ticket.unknown' });
  const unpark = hall.now({ type: 'unpark', ticketId: id, counterId: 'c1' });
  expect(unpark).toEqual({ refused: 'ticket.notParked' });
  const back = hall.now({ type: 'returnTicket', ticketId: id });
  expect(back).toEqual({ refused: 'ticket.notAbsent' });
  hall.call();
  const later = { type: 'delay', ticketId: id, until: hall.at + minutes(5) } as const;
  expect(hall.now(later)).toEqual({ refused: 'ticket.notWaiting' });
  hall.must({ type: 'start', counterId: 'c1' });
  expect(leave(id)).toEqual({ refused: 'ticket.called' });
  hall.finish();
  expect(leave(id)).toEqual({ refused: 'ticket.closed' });
});

test('[TIME-2] [TIME-4] more time and a late return never bring anybody forward', () => {
  const hall = new Hall();
  hall.open();
  const id = hall.take(['ask']);
  hall.call();
  hall.must({ type: 'transfer', counterId: 'c1', serviceId: 'build', place: 'end' });
  expect(hall.ticket(id).leg).toMatchObject({ target: 'own', dueAt: hall.at + minutes(30) });
  const until = hall.at + minutes(1);
  hall.must({ type: 'delay', ticketId: id, until });
  expect(hall.ticket(id).leg).toMatchObject({ orderFrom: until, dueAt: until + minutes(30) });
});

test('[LEAVE-1] who was called once does not walk out of a queue', () => {
  const hall = new Hall();
  hall.open();
  const id = hall.take(['build']);
  hall.call();
  hall.must({ type: 'start', counterId: 'c1' });
  hall.must({ type: 'park', counterId: 'c1', reasonId: 'other' });
  hall.must({ type: 'unpark', counterId: 'c1', ticketId: id });
  expect(hall.must({ type: 'leave', ticketId: id })).toMatchObject([
    { type: 'leg.ended', outcome: 'cancelled_by_citizen' },
    { type: 'ticket.closed' },
  ]);
});

test('[VISIT-1] a service is added in a full hall, unless it is unknown or suspended', () => {
  const hall = new Hall();
  hall.open();
  const id = hall.take(['build']);
  const hash = '4'.repeat(64);
  const rules = { ...smallHall().rules, waitingMax: 1 };
  hall.configurations.set(hash, smallHall({ rules }));
  hall.must({ type: 'publish', configuration: hash, today: hash, waiting: [] });
  const add = (serviceId: string) => hall.now({ type: 'addService', ticketId: id, serviceId });
  expect(add('nope')).toEqual({ refused: 'service.unknown' });
  hall.must({ type: 'suspend', serviceId: 'shop', reasonId: 'other', until: null });
  expect(add('shop')).toEqual({ refused: 'service.suspended' });
  expect(add('ask')).toMatchObject([{ type: 'ticket.serviceAdded' }]);
});
