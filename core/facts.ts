import type { Millis } from './configuration.js';
import type { Language, Result } from './lists.js';
import type {
  ActorId,
  CallRule,
  ClassId,
  CounterId,
  DeviceId,
  LegJoined,
  Logged,
  Outcome,
  ServiceId,
  TicketId,
} from './events.js';
import { counterFacts } from './facts/counters.js';
import { ticketFacts } from './facts/tickets.js';
import { shifted } from './shift.js';

/** A service day. Training days have no facts at all. */
export interface DayFact {
  readonly kind: 'day';
  readonly day: string;
  /** The stream in which it is, or was last, open. */
  readonly stream: string;
  readonly openedAt: Millis;
  readonly closedAt: Millis | null;
}

/** One visit: `joinedAt` is when it joined its first queue, `endedAt` the end of its last leg. */
export interface VisitFact {
  readonly kind: 'visit';
  readonly day: string;
  readonly ticketId: TicketId;
  readonly seriesId: string;
  readonly number: number;
  readonly classId: ClassId;
  readonly language: Language;
  readonly deviceId: DeviceId;
  readonly joinedAt: Millis;
  readonly endedAt: Millis | null;
  /** `null` while the visit is open. */
  readonly outcome: Outcome | null;
  /** How many legs it had; 0 while open. */
  readonly legs: number;
  readonly stars: number | null;
}

/** One leg. What has not happened (yet) is `null`. */
export interface LegFact {
  readonly kind: 'leg';
  readonly day: string;
  readonly ticketId: TicketId;
  readonly leg: number;
  readonly serviceId: ServiceId;
  readonly classId: ClassId;
  readonly by: LegJoined['by'];
  readonly joinedAt: Millis;
  readonly orderFrom: Millis;
  readonly dueAt: Millis;
  /** Target in force when the leg was called, or now; a leg brought to the front keeps its own. */
  readonly targetMs: number;
  /** Since when it waits for a call; stays set if it ended so. */
  readonly waitingSince: Millis | null;
  readonly counterId: CounterId | null;
  readonly clerk: ActorId | null;
  readonly rule: CallRule | null;
  readonly callReason: string | null;
  /**
   * The call that ended the wait. After a no-show that returns the last call counts; a leg that
   * was parked had been called before, so that call stands.
   */
  readonly calledAt: Millis | null;
  /** Arrival where the clerk confirmed it, else the call. */
  readonly startedAt: Millis | null;
  readonly confirmed: boolean;
  /** `endedAt − startedAt` without the time that it was parked and waited again. */
  readonly handlingMs: number;
  readonly endedAt: Millis | null;
  readonly outcome: Outcome | null;
  readonly result: Result | null;
  readonly endReason: string | null;
  /** Calls and recalls. */
  readonly calls: number;
  /** How often it was called and absent. */
  readonly misses: number;
  readonly parks: number;
}

/** `ticket`: from the call on; its handling begins at `startedAt`. */
export const ACTIVITIES = ['open', 'paused', 'ticket'] as const;
export type Activity = (typeof ACTIVITIES)[number];

/** What a counter did in `[from, to)`; `to` is `null` while it lasts. */
export interface SpanFact {
  readonly kind: 'span';
  readonly day: string;
  /** Stream and sequence number of the event that began it. */
  readonly stream: string;
  readonly seq: number;
  readonly counterId: CounterId;
  readonly clerk: ActorId;
  readonly activity: Activity;
  readonly ticketId: TicketId | null;
  readonly from: Millis;
  readonly startedAt: Millis | null;
  readonly to: Millis | null;
}

/**
 * What staff may do to the order and must answer for. `recycle`: a called ticket put back, parked
 * or returned after a no-show by staff (a visitor who returns by phone or kiosk is none).
 */
export const INTEGRITY_ACTS = [
  'outOfOrder',
  'recycle',
  'transfer',
  'front',
  'walkDirect',
  'setClass',
  'void',
] as const;
export type IntegrityAct = (typeof INTEGRITY_ACTS)[number];

export interface IntegrityFact {
  readonly kind: 'integrity';
  readonly day: string;
  readonly stream: string;
  readonly seq: number;
  readonly act: IntegrityAct;
  readonly at: Millis;
  readonly ticketId: TicketId;
  readonly clerk: ActorId;
  readonly counterId: CounterId | null;
  /** Id of a reason of the closed list that belongs to the act. */
  readonly reason: string | null;
  /** The ticket that the plain order would have called. */
  readonly passed: TicketId | null;
}

/** A ticket that a kiosk gave out on `day`, and that reached the log when the day was over. */
export interface LateFact {
  readonly kind: 'late';
  readonly day: string;
  readonly stream: string;
  readonly seq: number;
  readonly seriesId: string;
  readonly number: number;
  /** Ids, a space between them. */
  readonly services: string;
  readonly deviceId: DeviceId;
  readonly takenAt: Millis;
  readonly reachedAt: Millis;
}

export type Fact = DayFact | VisitFact | LegFact | SpanFact | IntegrityFact | LateFact;

/** All facts of one service day: what a report is computed from. */
export interface DayFacts {
  readonly day: DayFact;
  readonly visits: readonly VisitFact[];
  readonly legs: readonly LegFact[];
  readonly spans: readonly SpanFact[];
  readonly integrity: readonly IntegrityFact[];
  readonly late: readonly LateFact[];
}

/** The facts so far that a further event may change: what is open, and little else. */
export interface Known {
  /** The day that is open in the stream. */
  day(stream: string): DayFact | undefined;
  visit(day: string, ticketId: TicketId): VisitFact | undefined;
  /** The last leg of a visit. */
  leg(day: string, ticketId: TicketId): LegFact | undefined;
  /** What a counter (or, for `null`, each of them) does now, at most one span per activity. */
  spans(day: string, counterId: CounterId | null): readonly SpanFact[];
  /** The visits and legs that have not ended. */
  open(day: string): readonly (VisitFact | LegFact)[];
}

/** The open day to which an event belongs, with what is known of it. */
export interface Place {
  readonly day: string;
  readonly known: Known;
}

/** [CLOCK-2] What goes on began earlier, by the clock that is right. */
const setBack = (
  { byMs }: Extract<Logged, { type: 'clock.corrected' }>,
  going: DayFact,
  known: Known,
): readonly Fact[] =>
  byMs < 0
    ? [going, ...known.open(going.day), ...known.spans(going.day, null)].map((fact) =>
        shifted(fact, byMs),
      )
    : [];

/**
 * The facts that an event makes or changes, whole; each replaces the one of the same key. Events
 * come in the order of the log. What falls on no open day, or on a training day, gives none.
 * Throws on an event that does not fit what is known.
 */
export const factsOf = (event: Logged, known: Known): readonly Fact[] => {
  if (event.type === 'day.opened') {
    const { day, stream, at: openedAt, training } = event;
    return training ? [] : [{ kind: 'day', day, stream, openedAt, closedAt: null }];
  }
  if (event.type === 'log.restored') {
    const going = known.day(event.previousStream);
    return going === undefined ? [] : [{ ...going, stream: event.stream }];
  }
  if (event.type === 'ticket.tooLate') {
    const { day, stream, seq, seriesId, number, deviceId, takenAt, at: reachedAt } = event;
    const services = event.services.join(' ');
    const taken = { seriesId, number, services, deviceId, takenAt, reachedAt };
    return [{ kind: 'late', day, stream, seq, ...taken }];
  }
  const going = known.day(event.stream);
  if (going === undefined) return [];
  const place = { day: going.day, known };
  if (event.type === 'day.closed') {
    const spans = known.spans(going.day, null).map((span) => ({ ...span, to: event.at }));
    return [...spans, { ...going, closedAt: event.at }];
  }
  if (event.type === 'clock.corrected') return setBack(event, going, known);
  return [...counterFacts(event, place), ...ticketFacts(event, place)];
};
