import { expect, test } from 'vitest';
import { DAY_MS } from '../core/time.js';
import { DIFFERENCE_MAX_MS, ServerClock } from './clock.js';

const START = 1_790_000_000_000;

/** A machine whose wall clock can be set without its steady clock. */
const machine = (wall = START) => {
  let steady = 1000;
  return {
    wall: () => wall,
    monotonicMs: () => steady,
    pass: (ms: number) => {
      steady += ms;
      wall += ms;
    },
    setWall: (byMs: number) => {
      wall += byMs;
    },
  };
};

test('the server time follows the steady clock', () => {
  const time = machine();
  const clock = new ServerClock(time, null);
  time.pass(90_000);
  expect(clock.now()).toBe(START + 90_000);
  expect(clock.status()).toEqual({ confirmed: true, differenceMs: 0, alarm: false });
});

test('a small difference is slewed at 500 ppm, no faster', () => {
  const time = machine();
  const clock = new ServerClock(time, null);
  time.setWall(2_000);
  time.pass(1_000_000);
  expect(clock.now()).toBe(START + 1_000_000 + 500);
  time.pass(4_000_000);
  expect(clock.status().differenceMs).toBe(0);
});

test('time never goes back while it is slewed', () => {
  const time = machine();
  const clock = new ServerClock(time, null);
  time.setWall(-4_000);
  let last = clock.now();
  for (let i = 0; i < 1000; i++) {
    time.pass(1);
    const now = clock.now();
    expect(now).toBeGreaterThanOrEqual(last);
    last = now;
  }
});

test('a difference over 5 s alarms, moves nothing, and ends by a correction', () => {
  const time = machine();
  const clock = new ServerClock(time, null);
  time.setWall(DIFFERENCE_MAX_MS + 1);
  time.pass(10_000);
  expect(clock.now()).toBe(START + 10_000);
  const status = clock.status();
  expect(status).toEqual({ confirmed: true, differenceMs: DIFFERENCE_MAX_MS + 1, alarm: true });
  clock.correct(status.differenceMs);
  expect(clock.now()).toBe(time.wall());
  expect(clock.status().alarm).toBe(false);
});

test.each([
  ['5 min before the last event', 5 * 60_000, false],
  ['less than 5 min before it', 5 * 60_000 - 1, true],
  ['a day after it', -DAY_MS, false],
  ['less than a day after it', -DAY_MS + 1, true],
])('a start %s', (_, lastEventFromWall, confirmed) => {
  const clock = new ServerClock(machine(), START + lastEventFromWall);
  expect(clock.status().confirmed).toBe(confirmed);
  expect(clock.now()).toBeGreaterThanOrEqual(START + Math.max(0, lastEventFromWall));
  clock.correct(0);
  expect(clock.status().confirmed).toBe(true);
});
