import { expect, test } from 'vitest';
import { HALL_AT, call } from '../tests/fixtures/board.js';
import { STAGE_MS } from './stage.js';
import { Staging, type StageClock } from './staging.svelte.js';

class HandClock implements StageClock {
  #now = 0;
  #timers: { at: number; act: () => void }[] = [];
  now(): number {
    return this.#now;
  }
  after(ms: number, act: () => void): () => void {
    const timer = { at: this.#now + ms, act };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }
  pass(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((other) => other !== next);
      this.#now = next.at;
      next.act();
    }
    this.#now = end;
  }
}

test('each call of a burst is told once, four seconds apart, and the first view in silence', () => {
  const clock = new HandClock();
  const told: string[] = [];
  const staging = new Staging(clock, ({ key }) => told.push(`${clock.now()} ${key}`));
  const old = call(1, 100);
  staging.take({ calls: [old], at: HALL_AT });
  clock.pass(1_000);
  const [a, b, c] = [call(2, 1), call(3, 1), call(4, 0)];
  staging.take({ calls: [b, a, old], at: HALL_AT });
  clock.pass(500);
  staging.take({ calls: [c, b, a, old], at: HALL_AT });
  clock.pass(60_000);
  const at = (n: number) => 1_000 + n * STAGE_MS;
  expect(told).toEqual([`${at(0)} ${a.key}`, `${at(1)} ${b.key}`, `${at(2)} ${c.key}`]);
  expect(staging.stage.shown).toBe(c);
});

test('a closed staging moves no more', () => {
  const clock = new HandClock();
  const staging = new Staging(clock, () => undefined);
  staging.take({ calls: [call(1, 9)], at: HALL_AT });
  staging.take({ calls: [call(3, 1), call(2, 1), call(1, 9)], at: HALL_AT });
  staging.close();
  clock.pass(STAGE_MS * 2);
  expect(staging.stage.shown).toEqual(call(2, 1));
});
