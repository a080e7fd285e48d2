import type { Millis } from '../core/configuration.js';
import { DAY_MS, MINUTE_MS } from '../core/time.js';
import type { TimeSource } from '../node/time.js';

/** The server's time never runs faster or slower than this against the machine's steady clock. */
const SLEW_PPM_MAX = 500;
/** A larger difference to the wall clock is not slewed away: it alarms until a manager confirms. */
export const DIFFERENCE_MAX_MS = 5_000;
/** At start, a wall clock this far before the last event is not believed. */
const START_BEHIND_MAX_MS = 5 * MINUTE_MS;
/** At start, a wall clock this far after the last event is not believed. */
const START_AHEAD_MAX_MS = DAY_MS;

export interface ClockStatus {
  /** False from a start with an unbelievable wall clock until a manager confirms the time. */
  readonly confirmed: boolean;
  /** Wall clock minus server time. */
  readonly differenceMs: number;
  /** Whether the difference is too large to be slewed away. */
  readonly alarm: boolean;
}

/** The centre's time. */
export interface Clock {
  /** Epoch ms, whole. Never goes back, but by `correct`. */
  now(): Millis;
  status(): ClockStatus;
  /** Carries out a `clock.corrected` that is in the log: jumps, and believes the result. */
  correct(byMs: number): void;
}

/**
 * Wall time at start plus steady elapsed time, drawn towards the wall clock at `SLEW_PPM_MAX` while
 * the difference is at most `DIFFERENCE_MAX_MS`. `lastEventAt` is the time of the newest event in
 * the log (`null` for a new log): the server's time starts no earlier.
 */
export class ServerClock implements Clock {
  private time: number;
  private readAt: number;
  private confirmed: boolean;

  constructor(
    private readonly source: TimeSource,
    lastEventAt: Millis | null,
  ) {
    const wall = source.wall();
    this.readAt = source.monotonicMs();
    this.time = Math.max(wall, lastEventAt ?? wall);
    this.confirmed =
      lastEventAt === null ||
      (wall > lastEventAt - START_BEHIND_MAX_MS && wall < lastEventAt + START_AHEAD_MAX_MS);
  }

  now(): Millis {
    this.advance();
    return Math.floor(this.time);
  }

  status(): ClockStatus {
    const differenceMs = Math.round(this.advance());
    const alarm = Math.abs(differenceMs) > DIFFERENCE_MAX_MS;
    return { confirmed: this.confirmed, differenceMs, alarm };
  }

  correct(byMs: number): void {
    this.advance();
    this.time += byMs;
    this.confirmed = true;
  }

  /** Brings the time up to now; returns what remains between it and the wall clock. */
  private advance(): number {
    const reading = this.source.monotonicMs();
    const elapsed = Math.max(0, reading - this.readAt);
    this.readAt = reading;
    this.time += elapsed;
    const difference = this.source.wall() - this.time;
    if (Math.abs(difference) > DIFFERENCE_MAX_MS) return difference;
    const most = (elapsed * SLEW_PPM_MAX) / 1e6;
    const slew = Math.max(-most, Math.min(most, difference));
    this.time += slew;
    return difference - slew;
  }
}
