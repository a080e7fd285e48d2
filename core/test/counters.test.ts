import { expect, test } from 'vitest';
import { Hall, minutes, MORNING, typesOf } from '../../tests/fixtures/hall.js';

const next = { type: 'callNext', counterId: 'c1' } as const;

const called = (hall: Hall, services = ['build']): string => {
  hall.open();
  const ticket = hall.take(services);
  hall.call();
  return ticket;
};

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
