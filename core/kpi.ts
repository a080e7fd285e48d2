import type { Millis } from './configuration.js';
import { RESULTS, type Result } from './lists.js';
import {
  OUTCOMES,
  type ActorId,
  type CallRule,
  type CounterId,
  type DeviceId,
  type Outcome,
  type ServiceId,
} from './events.js';
import type { IntegrityAct, IntegrityFact, LateFact, LegFact, VisitFact } from './facts.js';
import { share, tally, times, type Share, type Times } from './figures.js';
import { spanMs, type Interval } from './intervals.js';

export type { Share, Times } from './figures.js';

/** The figures of a set of legs. `joined` is the sum of all outcomes and `open`. */
export interface LegKpis {
  readonly joined: number;
  /** Ever called. */
  readonly called: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** Not ended yet. */
  readonly open: number;
  /** Legs called from the queue; `null` where none was. */
  readonly waits: Times | null;
  /** Legs whose arrival at the counter a clerk confirmed. */
  readonly walks: Times | null;
  /** Ended legs whose handling began. */
  readonly handlings: Times | null;
  /** Called and absent, also where the visitor came back ÷ called. */
  readonly noShow: Share;
  /** Left before being called. */
  readonly walkOuts: number;
  /** Called from the queue within target ÷ (all called from it + walk-outs). */
  readonly serviceLevel: Share;
  /** The vendors' form: served after more than the target ÷ served. */
  readonly aboveTarget: Share;
  /** Still waiting at the end of the period. */
  readonly unserved: number;
  /** How served legs ended for the visitor. */
  readonly results: Readonly<Record<Result, number>>;
}

/** The figures of visits. `visits` is the sum of all outcomes and `open`. */
export interface VisitKpis {
  readonly visits: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly open: number;
  /** Of served visits: end of the last leg − joining of the first queue. */
  readonly totals: Times | null;
  readonly rated: number;
  /** Sum of stars (1 to 5) of the rated visits. */
  readonly stars: number;
}

/** Counters' time in milliseconds; `utilisation` is `handlingMs ÷ (openMs − pausedMs)`. */
export interface Use {
  readonly openMs: number;
  readonly pausedMs: number;
  /** Handling while open and not paused: a counter never did more than all the time it had. */
  readonly handlingMs: number;
  readonly utilisation: number | null;
}

export type IntegrityCounts = Readonly<Record<IntegrityAct, number>>;

/** A leg belongs to the hour of the centre's local time in which it joined. */
export type HourRow = Interval & {
  readonly legs: LegKpis;
  /** All counters together, clipped to the hour. */
  readonly use: Use;
};

/** How much of a service day a device was connected. */
export interface DeviceUse {
  readonly deviceId: DeviceId;
  readonly connectedMs: number;
  /** Connected time ÷ opening time, at most 1; `null` for a day that has only begun. */
  readonly availability: number | null;
}

/** The figures of one service day; `closed` is false while it goes on and `to` is then now. */
export type DayReport = Interval & {
  readonly day: string;
  readonly closed: boolean;
  readonly visits: VisitKpis;
  readonly legs: LegKpis;
  readonly use: Use;
  /** By which rule legs were called (the last call of each). */
  readonly calls: Readonly<Record<CallRule, number>>;
  readonly byHour: readonly HourRow[];
  /** Most legs first. */
  readonly byService: readonly { readonly serviceId: ServiceId; readonly legs: LegKpis }[];
  /** Legs by the counter that called them last. */
  readonly byCounter: readonly {
    readonly counterId: CounterId;
    readonly legs: LegKpis;
    readonly use: Use;
  }[];
  /** A call that went over unanswered with a counter counts for the next clerk from then on. */
  readonly byClerk: readonly {
    readonly clerk: ActorId;
    readonly legs: LegKpis;
    readonly use: Use;
    readonly integrity: IntegrityCounts;
  }[];
  /** Empty where nobody looked. */
  readonly devices: readonly DeviceUse[];
  readonly integrityCounts: IntegrityCounts;
  /** In the order of time; at most `INTEGRITY_LISTED_MAX`, the newest. */
  readonly integrity: readonly IntegrityFact[];
  /** Tickets taken without the server that reached it too late: no visits, in no other figure. */
  readonly late: readonly LateFact[];
};

export const INTEGRITY_LISTED_MAX = 2000;

type Of<Key extends keyof LegFact> = Pick<LegFact, Key>;

/** Wait in milliseconds; `null` for a leg that was not called. */
export const waitMs = (leg: Of<'joinedAt' | 'calledAt'>): number | null =>
  leg.calledAt === null ? null : spanMs(leg.joinedAt, leg.calledAt);

/** From call to arrival in milliseconds; `null` where no clerk confirmed the arrival. */
export const walkMs = (leg: Of<'calledAt' | 'startedAt' | 'confirmed'>): number | null =>
  leg.calledAt === null || leg.startedAt === null || !leg.confirmed
    ? null
    : spanMs(leg.calledAt, leg.startedAt);

/** Handling time in milliseconds; `null` where handling did not begin or has not ended. */
export const handlingMs = (leg: Of<'startedAt' | 'endedAt' | 'handlingMs'>): number | null =>
  leg.startedAt === null || leg.endedAt === null ? null : leg.handlingMs;

/** Total time in milliseconds; `null` while the visit is open. */
export const totalMs = (visit: Pick<VisitFact, 'joinedAt' | 'endedAt'>): number | null =>
  visit.endedAt === null ? null : spanMs(visit.joinedAt, visit.endedAt);

/**
 * Whether the leg was called within its target. The target counts from joining, or from the later
 * time at which the visitor asked to be in line.
 */
export const withinTarget = (
  leg: Of<'joinedAt' | 'orderFrom' | 'targetMs' | 'calledAt'>,
): boolean =>
  leg.calledAt !== null && leg.calledAt <= Math.max(leg.joinedAt, leg.orderFrom) + leg.targetMs;

/**
 * Whether the leg waits for a call at that time, after all that happened then. Closing the day
 * serves nobody: who waited then is unserved.
 */
const waitsAt = (leg: LegFact, at: Millis): boolean => {
  if (leg.joinedAt > at) return false;
  const over = leg.outcome !== null && leg.outcome !== 'closed_end_of_day';
  if (over && leg.endedAt !== null && leg.endedAt <= at) return false;
  const waitsAgain = leg.waitingSince !== null && leg.waitingSince <= at;
  return waitsAgain || leg.calledAt === null || leg.calledAt > at;
};

const numbers = <T>(items: readonly T[], of: (item: T) => number | null): number[] =>
  items.map(of).filter((value) => value !== null);

/**
 * The figures of legs. `unserved` counts who waits at that time, among `present` where these are
 * not the same legs (an hour counts also who joined before it).
 */
export const legKpis = (
  legs: readonly LegFact[],
  { at, present = legs }: { readonly at: Millis; readonly present?: readonly LegFact[] },
): LegKpis => {
  const called = legs.filter((leg) => leg.calledAt !== null || leg.misses > 0);
  const queued = called.filter((leg) => leg.rule !== 'walkDirect');
  const missed = called.filter((leg) => leg.misses > 0);
  const served = legs.filter((leg) => leg.outcome === 'served');
  const outcomes = tally(
    OUTCOMES,
    legs.map((leg) => leg.outcome),
  );
  const walkOuts = legs.filter((leg) => leg.outcome === 'walk_out').length;
  const late = served.filter((leg) => leg.calledAt !== null && !withinTarget(leg)).length;
  return {
    joined: legs.length,
    called: called.length,
    outcomes,
    open: legs.filter((leg) => leg.outcome === null).length,
    waits: times(numbers(queued, waitMs)),
    walks: times(numbers(legs, walkMs)),
    handlings: times(numbers(legs, handlingMs)),
    noShow: share(missed.length, called.length),
    walkOuts,
    serviceLevel: share(queued.filter(withinTarget).length, queued.length + walkOuts),
    aboveTarget: share(late, served.length),
    unserved: present.filter((leg) => waitsAt(leg, at)).length,
    results: tally(
      RESULTS,
      served.map((leg) => leg.result),
    ),
  };
};

/** The figures of visits. */
export const visitKpis = (visits: readonly VisitFact[]): VisitKpis => {
  const rated = numbers(visits, (visit) => visit.stars);
  return {
    visits: visits.length,
    outcomes: tally(
      OUTCOMES,
      visits.map((visit) => visit.outcome),
    ),
    open: visits.filter((visit) => visit.outcome === null).length,
    totals: times(
      numbers(
        visits.filter((visit) => visit.outcome === 'served'),
        totalMs,
      ),
    ),
    rated: rated.length,
    stars: rated.reduce((sum, stars) => sum + stars, 0),
  };
};
