import type { Millis } from '../../core/configuration.js';
import type { BoardView } from '../../core/protocol/views.js';
import { EMPTY_QUEUE, next, take, type Queue, type Sounding } from '../../core/voice/schedule.js';

interface Parts {
  /** Monotonic time. */
  readonly now: () => Millis;
  /** Sounds one thing and then calls `done`, once, also when nothing could be heard. */
  readonly play: (sounding: Sounding, done: () => void) => void;
  /** The zone of a counter for which this board sounds now; `null` for every other. */
  readonly zoneOf: (counterId: string) => string | null;
}

/** Sounds a board's calls one after the other, as `core/voice/schedule` says. */
export class Announcer {
  #queue: Queue = EMPTY_QUEUE;
  #busy = false;
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** To be called when the view stands on the board, since a call is seen before it is heard. */
  take(view: Pick<BoardView, 'calls' | 'counters' | 'at'>): void {
    const { now, zoneOf } = this.#parts;
    this.#queue = take(this.#queue, view, { now: now(), zoneOf });
    this.#go();
  }

  #go(): void {
    if (this.#busy) return;
    const { queue, sounding } = next(this.#queue, this.#parts.now());
    this.#queue = queue;
    if (sounding === null) return;
    this.#busy = true;
    this.#parts.play(sounding, () => {
      this.#busy = false;
      this.#go();
    });
  }
}
