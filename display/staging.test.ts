import { expect, test } from 'vitest';
import { HALL_AT, call } from '../tests/fixtures/board.js';
import { HandClock } from '../tests/fixtures/handclock.js';
import { STAGE_MS } from './stage.js';
import { Staging } from './staging.svelte.js';

test('each call of a burst stands for four seconds, in the order of the calls', () => {
  const clock = new HandClock();
  const staging = new Staging(clock);
  const old = call(1, 100);
  staging.take({ calls: [old], at: HALL_AT });
  clock.pass(1_000);
  const [a, b, c] = [call(2, 1), call(3, 1), call(4, 0)];
  staging.take({ calls: [b, a, old], at: HALL_AT });
  clock.pass(500);
  staging.take({ calls: [c, b, a, old], at: HALL_AT });
  for (const shown of [a, b, c]) {
    expect(staging.stage).toMatchObject({ shown, fresh: true });
    clock.pass(STAGE_MS);
  }
  clock.pass(60_000);
  expect(staging.stage.shown).toBe(c);
});

test('a closed staging moves no more', () => {
  const clock = new HandClock();
  const staging = new Staging(clock);
  staging.take({ calls: [call(1, 9)], at: HALL_AT });
  staging.take({ calls: [call(3, 1), call(2, 1), call(1, 9)], at: HALL_AT });
  staging.close();
  clock.pass(STAGE_MS * 2);
  expect(staging.stage.shown).toEqual(call(2, 1));
});
