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
import {
  added,
  LEG_COUNTS,
  legCounts,
  serviceLevel,
  visitCounts,
  VISIT_COUNTS,
} from './kpi/counts.js';
import { share, times, type Share, type Times } from './figures.js';
import type { Interval } from './intervals.js';

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

/** Values of those items that have one: `count` of them is 1. */
const lengths = <Count extends string, Length extends string>(
  items: readonly Readonly<Record<Count | Length, number>>[],
  count: Count,
  length: Length,
): Times | null => times(items.filter((item) => item[count] > 0).map((item) => item[length]));

const picked = <Key extends string>(
  keys: readonly Key[],
  from: Readonly<Record<Key, number>>,
): Readonly<Record<Key, number>> =>
  Object.fromEntries(keys.map((key) => [key, from[key]])) as Record<Key, number>;

/**
 * The figures of legs. `unserved` counts who waits at that time, among `present` where these are
 * not the same legs (an hour counts also who joined before it).
 */
export const legKpis = (
  legs: readonly LegFact[],
  { at, present = legs }: { readonly at: Millis; readonly present?: readonly LegFact[] },
): LegKpis => {
  const each = legs.map(legCounts);
  const all = added(LEG_COUNTS, each);
  return {
    joined: all.joined,
    called: all.called,
    outcomes: picked(OUTCOMES, all),
    open: all.open,
    waits: lengths(each, 'waits', 'waitMs'),
    walks: lengths(each, 'walks', 'walkMs'),
    handlings: lengths(each, 'handlings', 'handlingMs'),
    noShow: share(all.missed, all.called),
    walkOuts: all.walk_out,
    serviceLevel: serviceLevel(all),
    aboveTarget: share(all.above, all.served),
    unserved: present.filter((leg) => waitsAt(leg, at)).length,
    results: picked(RESULTS, all),
  };
};

/** The figures of visits. */
export const visitKpis = (visits: readonly VisitFact[]): VisitKpis => {
  const each = visits.map(visitCounts);
  const all = added(VISIT_COUNTS, each);
  return {
    visits: all.joined,
    outcomes: picked(OUTCOMES, all),
    open: all.open,
    totals: lengths(each, 'totals', 'totalMs'),
    rated: all.rated,
    stars: all.stars,
  };
};
