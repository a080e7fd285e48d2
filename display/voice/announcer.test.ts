import { describe, expect, test } from 'vitest';
import type { BoardCall, BoardCounter } from '../../core/protocol/views.js';
import { LATE_MS, type Sounding } from '../../core/voice/schedule.js';
import { call, HALL_AT } from '../../tests/fixtures/board.js';
import { HandClock } from '../../tests/fixtures/handclock.js';
import { Announcer } from './announcer.js';

const SOUND_MS = 5_000;

/** A board whose loudspeaker takes five seconds for everything. */
class Hall {
  readonly clock = new HandClock();
  readonly heard: string[] = [];
  calls: readonly BoardCall[] = [];
  counters: readonly BoardCounter[] = [];
  zoneOf = (_counterId: string): string | null => 'hall';
  readonly #announcer = new Announcer({
    now: () => this.clock.now(),
    zoneOf: (counterId) => this.zoneOf(counterId),
    play: (sounding, done) => {
      this.heard.push(`${this.clock.now() / 1000} ${said(sounding)}`);
      this.clock.after(SOUND_MS, done);
    },
  });

  constructor(before?: Hall) {
    this.calls = before?.calls ?? [];
    this.counters = before?.counters ?? [];
    this.show();
  }

  /** The board shows what stands there now. */
  show(): void {
    const { calls, counters } = this;
    this.#announcer.take({ calls, counters, at: HALL_AT + this.clock.now() });
  }

  /** Calls made now, each at a counter of its own unless told otherwise. */
  called(...numbers: readonly number[]): BoardCall[] {
    const made = numbers.map((n) => this.#call(n, `c${n}`, ''));
    this.calls = [...made.toReversed(), ...this.calls];
    this.counters = [...this.counters, ...made.map((one) => this.#held(one, 'called'))];
    this.show();
    return made;
  }

  recalled(one: BoardCall): void {
    const at = HALL_AT + this.clock.now();
    const again = { ...one, key: `${one.key} at ${at}`, at, recalled: true };
    this.calls = [again, ...this.calls.filter(({ key }) => key !== one.key)];
    this.show();
  }

  becomes(one: BoardCall, state: 'serving' | 'open'): void {
    this.counters = this.counters.map((counter) =>
      counter.counterId === one.counterId ? this.#held(one, state) : counter,
    );
    this.show();
  }

  #call(n: number, counterId: string, more: string): BoardCall {
    return { ...call(n, 0), key: `${n}${more}`, counterId, at: HALL_AT + this.clock.now() };
  }

  #held({ counterId, label }: BoardCall, state: BoardCounter['state']): BoardCounter {
    return { counterId, state, label: state === 'open' ? null : label };
  }
}

const said = (sounding: Sounding): string => {
  if (sounding.kind === 'chime') return 'chime';
  return `${sounding.kind} ${sounding.call.label.number - 100} ${sounding.form}`;
};

describe('one call after the other', () => {
  test('[HEAR-1] a call alone is said twice; what stood there when the board came is not', () => {
    const hall = new Hall();
    hall.clock.pass(1_000);
    hall.called(1);
    hall.clock.pass(60_000);
    expect(hall.heard).toEqual(['1 call 1 full', '6 again 1 full']);
    const reloaded = new Hall(hall);
    reloaded.show();
    expect(reloaded.heard).toEqual([]);
  });

  test('[HEAR-2] with one or two waiting, each is said once, and nothing overlaps', () => {
    const hall = new Hall();
    hall.called(1, 2);
    hall.clock.pass(60_000);
    expect(hall.heard).toEqual(['0 call 1 full', '5 call 2 full', '10 again 2 full']);
  });

  test('[HEAR-2] with more than two waiting behind it, label and counter only', () => {
    const hall = new Hall();
    hall.called(1, 2, 3, 4);
    hall.clock.pass(10_000);
    expect(hall.heard).toEqual(['0 call 1 short', '5 call 2 full', '10 call 3 full']);
  });

  test('[HEAR-3] after ten seconds a call is chimed for, all of them with one chime', () => {
    const hall = new Hall();
    hall.called(1, 2, 3, 4, 5);
    hall.clock.pass(60_000);
    expect(hall.heard.slice(3)).toEqual(['15 chime']);
    expect(LATE_MS).toBe(10_000);
  });

  test('[HEAR-3] the chime of a call that is not late stands for those that are', () => {
    const hall = new Hall();
    hall.called(1, 2, 3, 4, 5);
    hall.clock.pass(12_000);
    hall.called(6);
    hall.clock.pass(60_000);
    expect(hall.heard.slice(3)).toEqual(['15 call 6 full', '20 again 6 full']);
  });
});

describe('what changes while calls wait', () => {
  test('[HEAR-4] a recall keeps its place, and is not said on top of its own call', () => {
    const hall = new Hall();
    const [first, second] = hall.called(1, 2, 3);
    hall.recalled(second!);
    hall.recalled(first!);
    hall.clock.pass(60_000);
    expect(hall.heard).toEqual([
      '0 call 1 full',
      '5 call 2 full',
      '10 call 3 full',
      '15 again 3 full',
    ]);
  });

  test('[HEAR-4] a recall later is a call again, behind those that wait', () => {
    const hall = new Hall();
    const [first] = hall.called(1);
    hall.clock.pass(20_000);
    hall.called(2);
    hall.recalled(first!);
    hall.clock.pass(7_000);
    expect(hall.heard.slice(2)).toEqual(['20 call 2 full', '25 call 1 full']);
  });

  test('[HEAR-5] a visitor who has come, or left, is called no more', () => {
    const hall = new Hall();
    const [first, second, third] = hall.called(1, 2, 3);
    hall.becomes(second!, 'serving');
    hall.becomes(third!, 'open');
    hall.becomes(first!, 'serving');
    hall.clock.pass(60_000);
    expect(hall.heard).toEqual(['0 call 1 full']);
  });

  test('[HEAR-6] a zone that is left to another board, or is quiet, is not heard', () => {
    const hall = new Hall();
    hall.zoneOf = (counterId) => (counterId === 'c1' ? null : 'hall');
    hall.called(1, 2);
    hall.clock.pass(4_000);
    expect(hall.heard).toEqual(['0 call 2 full']);
  });

  test('[HEAR-2] how many wait is counted in each zone by itself', () => {
    const hall = new Hall();
    hall.zoneOf = (counterId) => (counterId === 'c1' ? 'upstairs' : 'hall');
    hall.called(1, 2, 3, 4, 5);
    hall.clock.pass(7_000);
    expect(hall.heard).toEqual(['0 call 1 full', '5 call 2 short']);
  });
});
