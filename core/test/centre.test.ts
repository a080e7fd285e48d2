import { expect, test } from 'vitest';
import { HASH, Hall, minutes, smallHall } from '../../tests/fixtures/hall.js';
import { apply } from '../apply.js';
import { canonical } from '../canonical.js';
import { todayOf } from '../publish.js';
import type { Command } from '../protocol/commands.js';

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

test('[HELP-1] help rings until it is answered', () => {
  const hall = new Hall();
  hall.must({ type: 'callForHelp' }, { deviceId: 'k1' });
  expect(hall.now({ type: 'callForHelp' }, { deviceId: 'k1' })).toEqual({
    refused: 'help.pending',
  });
  hall.must({ type: 'answerHelp', deviceId: 'k1' });
  expect(hall.now({ type: 'answerHelp', deviceId: 'k1' })).toEqual({ refused: 'help.none' });
});

test('[DEVICE-1] devices are enrolled and revoked by events', () => {
  const hall = new Hall();
  hall.must({ type: 'enrolDevice', deviceId: 'k1', role: 'kiosk' });
  hall.must({ type: 'revokeDevice', deviceId: 'k1' });
  expect(hall.now({ type: 'revokeDevice', deviceId: 'k1' })).toEqual({
    refused: 'device.unknown',
  });
});

test('[DEVICE-2] the last device of a manager stays', () => {
  const hall = new Hall();
  hall.must({ type: 'enrolDevice', deviceId: 'k1', role: 'kiosk' });
  hall.must({ type: 'enrolDevice', deviceId: 'manager', role: 'manager' });
  const revoke = { type: 'revokeDevice', deviceId: 'manager' } as const;
  expect(hall.now(revoke)).toEqual({ refused: 'device.lastManager' });
  hall.must({ type: 'enrolDevice', deviceId: 'second', role: 'manager' });
  expect(hall.must(revoke)).toEqual([{ type: 'device.revoked', deviceId: 'manager' }]);
});

test('[CLOCK-1] confirming the clock is an event with the difference', () => {
  const hall = new Hall();
  const clock = { confirmed: false, differenceMs: 7000 };
  expect(hall.must({ type: 'confirmClock' }, { clock })).toEqual([
    { type: 'clock.corrected', byMs: 7000 },
  ]);
});

test('[CLOCK-2] a clock set back takes the times of the hall with it', () => {
  const hall = new Hall();
  hall.open();
  const first = hall.take(['build']);
  hall.at += minutes(10);
  const second = hall.take(['build']);
  const joined = (): number[] => [first, second].map((id) => hall.ticket(id).leg.orderFrom);
  const before = joined();
  const confirm = (differenceMs: number) =>
    hall.must({ type: 'confirmClock' }, { clock: { confirmed: true, differenceMs } });
  confirm(minutes(3));
  expect(joined()).toEqual(before);
  confirm(-minutes(60));
  expect(joined()).toEqual(before.map((at) => at - minutes(60)));
  hall.at -= minutes(60);
  expect(hall.call()).toBe(first);
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
  const publish: Command = { type: 'publish', configuration: hash, today, waiting: [...waiting] };
  expect(hall.now(publish)).toEqual({ refused: 'configuration.unknown' });
  hall.configurations.set(hash, published).set(today, configuration);
  hall.must(publish);
  expect(hall.state.centre.configuration).toBe(hash);
  expect(hall.state.day?.configuration).toBe(today);
  expect(hall.now(publish)).toEqual({ refused: 'configuration.same' });
  expect(HASH).not.toBe(today);
});
