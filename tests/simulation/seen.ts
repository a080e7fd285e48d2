import type { Configuration, Millis } from '../../core/configuration.js';
import type { LegJoined, LegTarget, LegTimes } from '../../core/events.js';
import type { Leg } from '../../core/state.js';
import type { NumberWatch } from './numbers.js';

/** An open ticket as the log told of it. */
export interface Seen {
  readonly ticketId: string;
  classId: string;
  n: number;
  serviceId: string;
  status: Leg['status'];
  times: LegTimes;
  target: LegTarget;
  seq: number;
  boundTo?: LegJoined['boundTo'];
  counterId?: string | undefined;
  returnBy: Millis;
  /** The last leg ended to go to the front. */
  front: boolean;
}

/** An open counter. */
export interface Counter {
  profileId: string;
  paused: boolean;
  ticketId?: string | undefined;
}

/** An open day. */
export interface Day {
  readonly numbers: NumberWatch;
  readonly date: string;
  configuration: Configuration;
  issuingClosed: boolean;
  readonly tickets: Map<string, Seen>;
  readonly counters: Map<string, Counter>;
}
