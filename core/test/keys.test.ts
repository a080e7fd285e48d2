import { expect, test } from 'vitest';
import { Hall } from '../../tests/fixtures/hall.js';
import type { Key } from '../protocol/keys.js';

const AGENT = { actor: 'a1', deviceId: 'a1' };
const press = (hall: Hall, key: Key, counterId = 'c1') =>
  hall.now({ type: 'pressKey', counterId, key }, AGENT);
const SECONDS = 1 / 60;

test('[KEY-1] a key acts for the clerk of the open counter, by the clerk’s own rules', () => {
  const hall = new Hall();
  const [first, second] = [hall.take(['build']), hall.take(['build'])];
  expect(press(hall, 'next')).toEqual({ refused: 'counter.notOpen' });
  hall.open('c1');
  expect(press(hall, 'recall')).toEqual({ refused: 'counter.empty' });
  const [called] = press(hall, 'next') as readonly object[];
  expect(called).toMatchObject({ type: 'ticket.called', ticketId: first, clerk: 'amal' });
  expect(press(hall, 'noShow')).toEqual({ refused: 'noShow.tooSoon' });
  expect(press(hall, 'start')).toMatchObject([{ type: 'leg.started', ticketId: first }]);
  hall.wait(5);
  const events = press(hall, 'next') as readonly { readonly type: string }[];
  expect(events.map(({ type }) => type)).toContain('leg.ended');
  expect(hall.state.day?.counters.get('c1')?.ticketId).toBe(second);
  hall.wait(2);
  press(hall, 'recall');
  hall.wait(2);
  expect(press(hall, 'noShow')).toMatchObject([{ type: 'leg.missed', clerk: 'amal' }]);
  expect(press(hall, 'done')).toEqual({ refused: 'counter.empty' });
  expect(press(hall, 'next')).toEqual({ refused: 'queue.empty' });
  expect(press(hall, 'help')).toMatchObject([{ type: 'help.asked', deviceId: 'd1' }]);
});

test('[KEY-2] pressed again right after the call that it made, a key does nothing more', () => {
  const hall = new Hall();
  const [first, second] = [hall.take(['build']), hall.take(['build'])];
  hall.open('c1');
  press(hall, 'next');
  hall.wait(2 * SECONDS);
  expect(press(hall, 'next')).toEqual([]);
  expect(press(hall, 'recall')).toEqual([]);
  expect(hall.state.day?.counters.get('c1')?.ticketId).toBe(first);
  hall.wait(2 * SECONDS);
  expect(press(hall, 'recall')).toMatchObject([{ type: 'ticket.recalled' }]);
  expect(press(hall, 'next')).toEqual([]);
  hall.wait(1);
  press(hall, 'next');
  expect(hall.state.day?.counters.get('c1')?.ticketId).toBe(second);
});
