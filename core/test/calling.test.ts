import { expect, test } from 'vitest';
import { Hall, minutes, typesOf } from '../../tests/fixtures/hall.js';

const rules = (changes: object) => ({ profiles: [{ ...ALL, ...changes }] });
const ALL = { id: 'all', name: { ar: 'a', en: 'a' }, categories: ['a', 'b'] };
const one = (profiles: string[]) =>
  ['c1', 'c2'].map((id, n) => ({
    id,
    number: n + 1,
    floor: { ar: 'g', en: 'g' },
    zone: 'hall',
    profiles,
  }));
const bent = (changes: object): Hall => new Hall({ ...rules(changes), counters: one(['all']) });

test('[CALL-1] the earliest due is called, not the first to come', () => {
  const hall = new Hall();
  hall.open();
  const build = hall.take(['build']);
  hall.wait(5);
  const ask = hall.take(['ask']);
  expect(hall.call()).toBe(ask);
  hall.finish();
  expect(hall.call()).toBe(build);
  hall.finish();
  expect(hall.now({ type: 'callNext', counterId: 'c1' })).toEqual({ refused: 'queue.empty' });
});

test('[CALL-1] legs due at the same time go by the moment of joining, then by sequence', () => {
  const hall = new Hall();
  hall.open();
  const build = hall.take(['build']);
  hall.wait(10);
  const shop = hall.take(['shop']);
  const second = hall.take(['shop']);
  expect([hall.call(), hall.finish() && hall.call(), hall.finish() && hall.call()]).toEqual([
    build,
    shop,
    second,
  ]);
});

test('[CALL-2] a counter calls only what its profile serves', () => {
  const hall = new Hall();
  hall.open('c1', 'only-b');
  hall.take(['build']);
  expect(hall.now({ type: 'callNext', counterId: 'c1' })).toEqual({ refused: 'queue.empty' });
  const ask = hall.take(['ask']);
  expect(hall.call()).toBe(ask);
});

test('[CALL-3] a bound leg waits for its counter, until the limit or the counter closes', () => {
  const hall = new Hall();
  hall.open('c1');
  hall.open('c2', 'all', 'badr');
  const ticket = hall.take(['build']);
  hall.call();
  hall.must({ type: 'transferAndReturn', counterId: 'c1', serviceId: 'ask' });
  expect(hall.call('c2', 'badr')).toBe(ticket);
  hall.finish('c2', 'badr');
  expect(hall.ticket(ticket).leg).toMatchObject({ serviceId: 'build', status: 'waiting' });
  expect(hall.now({ type: 'callNext', counterId: 'c2' }, { actor: 'badr' })).toEqual({
    refused: 'queue.empty',
  });
  hall.must({ type: 'closeCounter', counterId: 'c1' });
  expect(hall.call('c2', 'badr')).toBe(ticket);
});

test('[CALL-3] who comes back is called before a new arrival of a class', () => {
  const hall = new Hall();
  hall.open('c1');
  hall.open('c2', 'all', 'badr');
  const back = hall.take(['build']);
  hall.call();
  hall.must({ type: 'transferAndReturn', counterId: 'c1', serviceId: 'ask' });
  hall.call('c2', 'badr');
  hall.at += minutes(4);
  hall.take(['ask'], 'P1');
  hall.finish('c2', 'badr');
  hall.at += minutes(1);
  expect(hall.call()).toBe(back);
});

test('[CALL-4] a counter calls only while open, not paused, and without a ticket', () => {
  const hall = new Hall();
  hall.take(['build']);
  hall.take(['build']);
  const call = { type: 'callNext', counterId: 'c1' } as const;
  expect(hall.now(call)).toEqual({ refused: 'counter.notOpen' });
  hall.open();
  hall.must({ type: 'pause', counterId: 'c1', reasonId: 'other' });
  expect(hall.now(call)).toEqual({ refused: 'counter.paused' });
  hall.must({ type: 'resume', counterId: 'c1' });
  hall.call();
  expect(hall.now(call)).toEqual({ refused: 'counter.busy' });
});

test('[CALL-5] a chosen ticket needs a reason, and the log names whom it passed', () => {
  const hall = new Hall();
  hall.open();
  const first = hall.take(['build']);
  const second = hall.take(['build']);
  const chosen = { type: 'callTicket', counterId: 'c1', ticketId: second } as const;
  expect(hall.now({ ...chosen, reasonId: 'none' })).toEqual({ refused: 'reason.unknown' });
  expect(hall.must({ ...chosen, reasonId: 'other' })).toMatchObject([
    { type: 'ticket.called', rule: 'chosen', passed: first, reason: { id: 'other' } },
  ]);
});

test('[CALL-6] a call may be repeated until the visitor is there', () => {
  const hall = new Hall();
  hall.open();
  const ticket = hall.take(['build']);
  hall.call();
  hall.must({ type: 'recall', counterId: 'c1' });
  expect(hall.ticket(ticket).leg).toMatchObject({ calls: 2 });
  hall.must({ type: 'start', counterId: 'c1' });
  expect(hall.now({ type: 'recall', counterId: 'c1' })).toEqual({ refused: 'counter.started' });
});

test('[CALL-7] a visitor without a ticket gets a number at once, as an exception', () => {
  const hall = new Hall();
  hall.open();
  const walk = { type: 'walkDirect', counterId: 'c1', serviceId: 'ask', language: 'ar' } as const;
  expect(hall.now({ ...walk, reasonId: 'none' })).toEqual({ refused: 'reason.unknown' });
  expect(typesOf(hall.must({ ...walk, reasonId: 'other' }))).toEqual([
    'ticket.issued',
    'leg.joined',
    'ticket.called',
    'leg.started',
  ]);
});

test('[RULE-1] a condition that holds puts its set first', () => {
  const hall = bent({
    conditions: [{ when: { services: ['build'] }, waitingMin: 3, first: { services: ['build'] } }],
    skipMaxMin: 60,
  });
  hall.open();
  const build = hall.take(['build']);
  const ask = hall.take(['ask']);
  expect(hall.call()).toBe(ask);
  hall.finish();
  hall.take(['ask']);
  hall.wait(4);
  expect(hall.must({ type: 'callNext', counterId: 'c1' })).toMatchObject([
    { ticketId: build, rule: 'condition' },
  ]);
});

test('[RULE-2] a counter calls its reserved classes first', () => {
  const hall = bent({ reserved: { classes: ['P1'] }, skipMaxMin: 60 });
  hall.open();
  hall.take(['ask']);
  hall.wait(6);
  const first = hall.take(['build'], 'P1');
  expect(hall.must({ type: 'callNext', counterId: 'c1' })).toMatchObject([
    { ticketId: first, rule: 'reserved' },
  ]);
});

test('[RULE-3] a capped class is called at most every k-th time while others wait', () => {
  const capped = {
    id: 'P1',
    name: { ar: 'a', en: 'a' },
    grounds: [{ ar: 'a', en: 'a' }],
    basis: { ar: 'a', en: 'a' },
    targetMin: 1,
    proof: 'none',
    everyMax: 2,
  };
  const hall = new Hall({ classes: [capped] });
  hall.open();
  const first = hall.take(['build'], 'P1');
  const second = hall.take(['build'], 'P1');
  const plain = hall.take(['build']);
  expect(hall.call()).toBe(first);
  hall.finish();
  expect(hall.call()).toBe(plain);
  hall.finish();
  expect(hall.call()).toBe(second);
});

test('[RULE-4] weights share a counter in their proportion', () => {
  const hall = bent({
    weights: [
      { of: { services: ['ask'] }, weight: 1 },
      { of: { services: ['build'] }, weight: 2 },
    ],
    skipMaxMin: 600,
  });
  hall.open();
  for (let n = 0; n < 5; n += 1) hall.take(['ask']);
  for (let n = 0; n < 10; n += 1) hall.take(['build']);
  const served: string[] = [];
  for (let n = 0; n < 6; n += 1) {
    const ticket = hall.call();
    served.push(hall.ticket(ticket).leg.serviceId);
    hall.finish();
  }
  expect(served.filter((service) => service === 'build')).toHaveLength(4);
});

test('[RULE-5] a leg overdue by more than skipMax goes first whatever the rules say', () => {
  const hall = bent({ reserved: { services: ['build'] }, skipMaxMin: 15 });
  hall.open();
  const ask = hall.take(['ask']);
  hall.wait(25);
  const build = hall.take(['build']);
  expect(hall.call()).toBe(build);
  hall.finish();
  hall.take(['build']);
  hall.wait(1);
  expect(hall.must({ type: 'callNext', counterId: 'c1' })).toMatchObject([
    { ticketId: ask, rule: 'overdue' },
  ]);
});

test('[TIME-4] a delayed leg is not called before its time, and then with its own due time', () => {
  const hall = new Hall();
  hall.open();
  const ticket = hall.take(['build']);
  const delay = (count: number) =>
    ({ type: 'delay', ticketId: ticket, until: hall.at + minutes(count) }) as const;
  expect(hall.now(delay(0))).toEqual({ refused: 'delay.outOfRange' });
  expect(hall.now(delay(121))).toEqual({ refused: 'delay.outOfRange' });
  hall.must(delay(20));
  expect(hall.now({ type: 'callNext', counterId: 'c1' })).toEqual({ refused: 'queue.empty' });
  hall.wait(20);
  expect(hall.ticket(ticket).leg.dueAt).toBe(hall.at + minutes(30));
  expect(hall.call()).toBe(ticket);
});
