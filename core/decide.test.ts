import { expect, test } from 'vitest';
import { HASH, Hall, minutes, MORNING, smallHall, typesOf } from '../tests/fixtures/hall.js';
import { apply } from './apply.js';
import { canonical } from './canonical.js';
import { todayOf } from './publish.js';

const take = (services: string[], classId = '') =>
  ({ type: 'takeTicket', services, classId, language: 'ar' }) as const;
const next = { type: 'callNext', counterId: 'c1' } as const;

const called = (hall: Hall, services = ['build']): string => {
  hall.open();
  const ticket = hall.take(services);
  hall.call();
  return ticket;
};

test('[LOG-1] the log alone gives the same state, byte for byte', () => {
  const hall = new Hall();
  called(hall, ['build', 'ask']);
  hall.finish();
  expect(hall.replayed()).toBe(canonical(hall.state));
});

test('[LOG-2] an event that does not follow or does not fit throws', () => {
  const hall = new Hall();
  const at = { at: hall.at, stream: hall.state.stream, actor: 'x' };
  const closed = { type: 'counter.closed', counterId: 'c1', ...at } as const;
  expect(() => apply(hall.state, { ...closed, seq: 99 }, hall.configurations)).toThrow('follow');
  const seq = hall.state.seq + 1;
  expect(() => apply(hall.state, { ...closed, seq }, hall.configurations)).toThrow('not open');
});

test('[LOG-3] a ticket is named by the event that issued it', () => {
  const hall = new Hall();
  const ticket = hall.take(['build']);
  const issued = hall.log.find(({ type }) => type === 'ticket.issued');
  expect(ticket).toBe(`teststream:${issued?.seq}`);
});

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

test('[SERIES-4] a lease takes the highest numbers, and the server never issues them', () => {
  const hall = new Hall();
  const lease = { type: 'grantLease', seriesId: 'b', deviceId: 'k1' } as const;
  expect(hall.must({ ...lease, count: 3 })).toMatchObject([{ from: 3, to: 5 }]);
  expect(hall.now({ ...lease, count: 3 })).toEqual({ refused: 'series.noRange' });
  const numbers = [hall.take(['ask']), hall.take(['ask'])].map((id) => hall.ticket(id).number);
  expect(numbers).toEqual([1, 2]);
  expect(hall.now(take(['ask']))).toEqual({ refused: 'series.full' });
});

test('[SUSPEND-1] a suspended service takes nobody in until it is resumed or its time comes', () => {
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

test('[TIME-1] [TIME-3] due is joining plus the smaller target, whatever is published later', () => {
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

test('[COUNTER-1] [COUNTER-5] one clerk, one counter; only its clerk acts for it', () => {
  const hall = new Hall();
  hall.open();
  const open = (counterId: string, profileId: string) =>
    ({ type: 'openCounter', counterId, profileId }) as const;
  expect(hall.now(open('c1', 'all'), { actor: 'badr' })).toEqual({ refused: 'counter.open' });
  expect(hall.now(open('c2', 'all'))).toEqual({ refused: 'clerk.elsewhere' });
  expect(hall.now(open('c9', 'all'))).toEqual({ refused: 'counter.unknown' });
  expect(hall.now(open('c2', 'none'), { actor: 'badr' })).toEqual({ refused: 'profile.unknown' });
  expect(hall.now(next, { actor: 'badr' })).toEqual({ refused: 'counter.notYours' });
});

test('[COUNTER-2] a counter that holds a ticket neither pauses nor closes', () => {
  const hall = new Hall();
  called(hall);
  const pause = { type: 'pause', counterId: 'c1', reasonId: 'other' } as const;
  expect(hall.now(pause)).toEqual({ refused: 'counter.busy' });
  expect(hall.now({ type: 'closeCounter', counterId: 'c1' })).toEqual({ refused: 'counter.busy' });
  hall.finish();
  hall.must(pause);
  expect(hall.now(pause)).toEqual({ refused: 'counter.paused' });
  hall.must({ type: 'resume', counterId: 'c1' });
  expect(hall.now({ type: 'resume', counterId: 'c1' })).toEqual({ refused: 'counter.notPaused' });
});

test('[COUNTER-3] a manager changes at once what a counter serves', () => {
  const hall = new Hall();
  hall.open();
  hall.take(['build']);
  const change = (profileId: string) =>
    ({ type: 'switchProfile', counterId: 'c1', profileId }) as const;
  expect(hall.now(change('all'))).toEqual({ refused: 'profile.same' });
  expect(hall.now(change('none'))).toEqual({ refused: 'profile.unknown' });
  hall.must(change('only-b'));
  expect(hall.now(next)).toEqual({ refused: 'queue.empty' });
});

test('[COUNTER-4] the next clerk at the same desk takes the counter over with its ticket', () => {
  const hall = new Hall();
  const ticket = called(hall);
  const over = { type: 'handOver', counterId: 'c1' } as const;
  expect(hall.now(over, { actor: 'badr', deviceId: 'd2' })).toEqual({
    refused: 'counter.notYours',
  });
  hall.must(over, { actor: 'badr' });
  hall.finish('c1', 'badr');
  expect(hall.state.day?.stubs.get(ticket)?.outcome).toBe('served');
});

test('[SERVE-1] start says once that the visitor is there', () => {
  const hall = new Hall();
  called(hall);
  hall.must({ type: 'start', counterId: 'c1' });
  expect(hall.now({ type: 'start', counterId: 'c1' })).toEqual({ refused: 'counter.started' });
});

test('[SERVE-2] finish may call on in the same breath, and stands when nobody waits', () => {
  const hall = new Hall();
  called(hall);
  const second = hall.take(['build']);
  const finish = { type: 'finish', counterId: 'c1', result: 'papers', callNext: true } as const;
  expect(hall.must(finish).at(-1)).toMatchObject({ type: 'ticket.called', ticketId: second });
  expect(typesOf(hall.must(finish))).toEqual(['leg.started', 'leg.ended', 'ticket.closed']);
  expect(hall.now(finish)).toEqual({ refused: 'counter.empty' });
});

test('[SERVE-2] the same visitor may be called on to the next service at the same counter', () => {
  const hall = new Hall();
  const ticket = called(hall, ['build', 'ask']);
  hall.must({ type: 'finish', counterId: 'c1', result: 'completed', callNext: true });
  expect(hall.ticket(ticket).leg).toMatchObject({ n: 2, serviceId: 'ask', status: 'called' });
});

test('[SERVE-3] without a start, handling counts from the call', () => {
  const hall = new Hall();
  called(hall);
  hall.at += minutes(4);
  hall.finish();
  expect(hall.state.day?.counters.get('c1')?.handlingMs).toBe(minutes(4));
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

const missed = (hall: Hall): string => {
  const ticket = called(hall);
  hall.must({ type: 'recall', counterId: 'c1' });
  hall.at += minutes(2);
  hall.must({ type: 'noShow', counterId: 'c1' });
  return ticket;
};

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

test('[MOVE-1] a transfer keeps the place, goes to the end, or with a reason to the front', () => {
  const hall = new Hall();
  const ticket = called(hall);
  const to = (serviceId: string, place: 'keep' | 'end' | 'front', reasonId?: string) =>
    ({ type: 'transfer', counterId: 'c1', serviceId, place, reasonId }) as const;
  expect(hall.now(to('build', 'keep'))).toEqual({ refused: 'transfer.sameService' });
  expect(hall.now(to('none', 'keep'))).toEqual({ refused: 'service.unknown' });
  expect(hall.now(to('ask', 'front'))).toEqual({ refused: 'reason.needed' });
  hall.at += minutes(3);
  hall.must(to('ask', 'keep'));
  expect(hall.ticket(ticket).leg).toMatchObject({ orderFrom: MORNING, joinedAt: hall.at });
  hall.call();
  hall.must(to('shop', 'end'));
  expect(hall.ticket(ticket).leg).toMatchObject({ orderFrom: hall.at, n: 3 });
  hall.call();
  hall.must(to('ask', 'front', 'other'));
  hall.take(['ask'], 'P1');
  expect(hall.call()).toBe(ticket);
});

test('[MOVE-1] no counter serves it: nobody is sent into a line without an end', () => {
  const hall = new Hall({
    profiles: [{ id: 'all', name: { ar: 'a', en: 'a' }, categories: ['a'] }],
    counters: [
      { id: 'c1', number: 1, floor: { ar: 'g', en: 'g' }, zone: 'hall', profiles: ['all'] },
    ],
  });
  called(hall);
  const to = { type: 'transfer', counterId: 'c1', serviceId: 'ask', place: 'keep' } as const;
  expect(hall.now(to)).toEqual({ refused: 'transfer.noCounter' });
});

test('[MOVE-2] transfer and return brings the visitor back ahead of new arrivals', () => {
  const hall = new Hall();
  const ticket = called(hall);
  const away = { type: 'transferAndReturn', counterId: 'c1', serviceId: 'ask' } as const;
  hall.must(away);
  hall.at += minutes(4);
  hall.call();
  const again = { type: 'transferAndReturn', counterId: 'c1', serviceId: 'shop' } as const;
  expect(hall.now(again)).toEqual({ refused: 'transfer.returning' });
  hall.finish();
  hall.take(['build']);
  expect(hall.ticket(ticket).leg).toMatchObject({ serviceId: 'build', orderFrom: MORNING });
  expect(hall.must(next)).toMatchObject([{ ticketId: ticket, rule: 'bound' }]);
});

test('[MOVE-2] after the time limit the visitor returns as a new arrival', () => {
  const hall = new Hall();
  const ticket = called(hall);
  hall.must({ type: 'transferAndReturn', counterId: 'c1', serviceId: 'ask' });
  hall.call();
  hall.at += minutes(61);
  hall.finish();
  expect(hall.ticket(ticket).leg).toMatchObject({ orderFrom: hall.at, serviceId: 'build' });
});

test('[MOVE-3] [MOVE-4] a parked leg frees the counter and comes back with its place', () => {
  const hall = new Hall();
  const ticket = called(hall);
  hall.must({ type: 'park', counterId: 'c1', reasonId: 'other' });
  const unpark = { type: 'unpark', counterId: 'c1', ticketId: ticket } as const;
  hall.take(['build']);
  hall.at += minutes(9);
  hall.must(unpark);
  expect(hall.now(unpark)).toEqual({ refused: 'ticket.notParked' });
  expect(hall.call()).toBe(ticket);
});

test('[CLASS-1] a class is given or taken back at the counter, with a reason', () => {
  const hall = new Hall();
  const ticket = called(hall);
  const set = (classId: string) =>
    ({ type: 'setClass', counterId: 'c1', classId, reasonId: 'other' }) as const;
  expect(hall.now(set(''))).toEqual({ refused: 'class.same' });
  expect(hall.now(set('P9'))).toEqual({ refused: 'class.unknown' });
  hall.must(set('P1'));
  expect(hall.ticket(ticket)).toMatchObject({ classId: 'P1' });
});

test('[REASON-1] a reason comes from the closed list of its kind', () => {
  const hall = new Hall();
  called(hall);
  const park = { type: 'park', counterId: 'c1', reasonId: 'mine' } as const;
  expect(hall.now(park)).toEqual({ refused: 'reason.unknown' });
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

test('[HELP-1] help rings until it is answered', () => {
  const hall = new Hall();
  hall.must({ type: 'callForHelp' }, { deviceId: 'k1' });
  expect(hall.now({ type: 'callForHelp' }, { deviceId: 'k1' })).toEqual({
    refused: 'help.pending',
  });
  hall.must({ type: 'answerHelp', deviceId: 'k1' });
  expect(hall.now({ type: 'answerHelp', deviceId: 'k1' })).toEqual({ refused: 'help.none' });
});

test('[PRINT-1] only the first final state of a paper is kept', () => {
  const hall = new Hall();
  const ticketId = hall.take(['build']);
  const report = { type: 'reportPrint', ticketId, copy: 0 } as const;
  expect(hall.must({ ...report, state: 'confirmed' })).toHaveLength(1);
  expect(hall.must({ ...report, state: 'abandoned' })).toHaveLength(0);
  expect(hall.now({ ...report, ticketId: 'x', state: 'assumed' })).toEqual({
    refused: 'ticket.unknown',
  });
});

test('[DEVICE-1] devices are enrolled and revoked by events', () => {
  const hall = new Hall();
  hall.must({ type: 'enrolDevice', deviceId: 'k1', role: 'kiosk' });
  hall.must({ type: 'revokeDevice', deviceId: 'k1' });
  expect(hall.now({ type: 'revokeDevice', deviceId: 'k1' })).toEqual({
    refused: 'device.unknown',
  });
});

test('[CLOCK-1] confirming the clock is an event with the difference', () => {
  const hall = new Hall();
  const clock = { confirmed: false, differenceMs: 7000 };
  expect(hall.must({ type: 'confirmClock' }, { clock })).toEqual([
    { type: 'clock.corrected', byMs: 7000 },
  ]);
});

test('[PUBLISH-1] [PUBLISH-2] what may change today does, what waits is named', () => {
  const hall = new Hall();
  const published = smallHall({
    services: smallHall().services.filter(({ id }) => id !== 'shop'),
    categories: smallHall().categories.map((entry) => ({ ...entry, max: 50 })),
    texts: { welcome: { ar: 'أهلا', en: 'Welcome' } },
  });
  const { configuration, waiting } = todayOf(smallHall(), published);
  expect(waiting).toEqual(expect.arrayContaining(['services.shop', 'categories']));
  expect(configuration.texts.welcome?.en).toBe('Welcome');
  expect(configuration.services.map(({ id }) => id)).toContain('shop');
  const hash = '2'.repeat(64);
  const today = '3'.repeat(64);
  const publish = { type: 'publish', configuration: hash, today, waiting: [...waiting] } as const;
  expect(hall.now(publish)).toEqual({ refused: 'configuration.unknown' });
  hall.configurations.set(hash, published).set(today, configuration);
  hall.must(publish);
  expect(hall.state.centre.configuration).toBe(hash);
  expect(hall.state.day?.configuration).toBe(today);
  expect(hall.now(publish)).toEqual({ refused: 'configuration.same' });
  expect(HASH).not.toBe(today);
});
