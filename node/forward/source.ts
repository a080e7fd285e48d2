import type { EventsPost } from '../../core/protocol/upstream.js';
import type { Staff } from './staff.js';

/** A stream, with the number of its last event. */
export interface Reach {
  readonly stream: string;
  /** 0 where it has no event. */
  readonly seq: number;
  /** The centre was restored and goes on in a later stream. */
  readonly ended: boolean;
}

/** What a post says of a part of a stream. */
export type Part = Pick<EventsPost, 'head' | 'previous' | 'events' | 'notes'>;

export type Awaitable<T> = T | Promise<T>;

/** One centre's log, as it is sent on: nothing is written, and nothing is forgotten. */
export interface Source {
  /** Oldest first: all but the last have ended. */
  streams(): Awaitable<readonly Reach[]>;
  /** Number of the last event; 0 where it has none. */
  lastOf(stream: string): Awaitable<number>;
  /** In hex; `undefined` where the stream has no such event. 0 is its beginning. */
  hashAt(stream: string, seq: number): Awaitable<string | undefined>;
  /** What clerks are called, as far as those above are told. */
  staff(): Awaitable<Staff>;
  /** Body of a configuration that the log names. */
  configuration(hash: string): Awaitable<Buffer | undefined>;
  /**
   * Whole requests from an event on, up to one that is not kept; `events` may be empty. With them
   * go all checkpoints of sizes above `noted` that the other end can check: those of that part, and
   * one of the event before, smallest first. Where a post holds fewer, the part ends sooner.
   */
  from(stream: string, seq: number, noted?: number): Awaitable<Part>;
}
