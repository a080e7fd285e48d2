import type { Millis } from '../core/configuration.js';
import type { BoardView } from '../core/protocol/views.js';
import { EMPTY_STAGE, take, turn, untilTurn, type Stage } from './stage.js';

/** Monotonic time and one timer; the tests bring their own. */
export interface StageClock {
  now(): Millis;
  /** Runs `act` once after `ms`; the returned function takes that back. */
  after(ms: number, act: () => void): () => void;
}

/** The page's own clock. */
export const pageClock: StageClock = {
  now: () => performance.now(),
  after: (ms, act) => {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
};

/** Gives each call its time in the large area. */
export class Staging {
  stage = $state.raw<Stage>(EMPTY_STAGE);
  readonly #clock: StageClock;
  #cancel: () => void = () => undefined;

  constructor(clock: StageClock) {
    this.#clock = clock;
  }

  take(view: Pick<BoardView, 'calls' | 'at'>): void {
    this.#move(take(this.stage, view, this.#clock.now()));
  }

  close(): void {
    this.#cancel();
  }

  #move(next: Stage): void {
    this.stage = next;
    this.#cancel();
    const now = this.#clock.now();
    const ms = untilTurn(next, now);
    if (ms !== null) {
      this.#cancel = this.#clock.after(ms, () => this.#move(turn(this.stage, this.#clock.now())));
    }
  }
}
