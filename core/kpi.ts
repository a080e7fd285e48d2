import { HOUR_MS, RESULTS, type Millis, type Result } from './configuration.js';
import {
  CALL_RULES,
  OUTCOMES,
  type ActorId,
  type CallRule,
  type CounterId,
  type Outcome,
  type ServiceId,
} from './events.js';
import {
  INTEGRITY_ACTS,
  type DayFacts,
  type IntegrityAct,
  type IntegrityFact,
  type LegFact,
  type SpanFact,
  type VisitFact,
} from './facts.js';
import { common, lengthMs, merged, spanMs, without, type Interval } from './intervals.js';

/** In milliseconds. The mean is `sumMs ÷ count`, so that means of parts can be put together. */
export interface Times {
  readonly count: number;
  readonly sumMs: number;
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p95Ms: number;
  readonly maxMs: number;
}

/** `count ÷ of`, from 0 to 1; `null` where there is nothing to divide by. */
export interface Share {
  readonly count: number;
  readonly of: number;
  readonly share: number | null;
}

/** The figures of a set of legs. `joined` is the sum of all outcomes and `open`. */
export interface LegKpis {
  readonly joined: number;
  readonly called: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** Not ended yet. */
  readonly open: number;
  /** Legs that were called; `null` where none was. */
  readonly waits: Times | null;
  /** Legs whose arrival at the counter a clerk confirmed. */
  readonly walks: Times | null;
  /** Ended legs whose handling began. */
  readonly handlings: Times | null;
  /** Ended as no-show ÷ called. */
  readonly noShow: Share;
  /** Called and absent at least once, those that came back included. */
  readonly missed: number;
  /** Left before being called. */
  readonly walkOuts: number;
  /** Called within target ÷ (all called + walk-outs). */
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

/** The figures of one service day; `closed` is false while it goes on and `to` is then now. */
export type DayReport = Interval & {
  readonly day: string;
  readonly closed: boolean;
  readonly visits: VisitKpis;
  readonly legs: LegKpis;
  readonly use: Use;
  /** How many calls stood by which rule. */
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
  readonly byClerk: readonly {
    readonly clerk: ActorId;
    readonly legs: LegKpis;
    readonly use: Use;
    readonly integrity: IntegrityCounts;
  }[];
  readonly integrityCounts: IntegrityCounts;
  /** In the order of the log; at most `INTEGRITY_LISTED_MAX`, the newest. */
  readonly integrity: readonly IntegrityFact[];
};

export const INTEGRITY_LISTED_MAX = 2000;

const zeros = <K extends string>(keys: readonly K[]): Record<K, number> =>
  Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>;

const tally = <K extends string>(keys: readonly K[], found: Iterable<K | null>) => {
  const counts = zeros(keys);
  for (const key of found) if (key !== null) counts[key] += 1;
  return counts;
};

const grouped = <K, T>(items: readonly T[], keyOf: (item: T) => K | null): Map<K, T[]> => {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === null) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
};

const share = (count: number, of: number): Share => ({
  count,
  of,
  share: of === 0 ? null : count / of,
});

/**
 * Percentile by nearest rank: the smallest value that at least the share `p` of all values does
 * not exceed. `ordered` is in rising order and not empty.
 */
export const percentile = (ordered: readonly number[], p: number): number =>
  ordered[Math.max(0, Math.ceil(p * ordered.length) - 1)]!;

/** `null` for no values. */
export const times = (valuesMs: readonly number[]): Times | null => {
  if (valuesMs.length === 0) return null;
  const ordered = valuesMs.toSorted((a, b) => a - b);
  const sumMs = ordered.reduce((sum, value) => sum + value, 0);
  return {
    count: ordered.length,
    sumMs,
    meanMs: sumMs / ordered.length,
    p50Ms: percentile(ordered, 0.5),
    p90Ms: percentile(ordered, 0.9),
    p95Ms: percentile(ordered, 0.95),
    maxMs: ordered.at(-1)!,
  };
};

/** Wait in milliseconds; `null` for a leg that was not called. */
export const waitMs = (leg: LegFact): number | null =>
  leg.calledAt === null ? null : spanMs(leg.joinedAt, leg.calledAt);

/** From call to arrival in milliseconds; `null` where no clerk confirmed the arrival. */
export const walkMs = (leg: LegFact): number | null =>
  leg.calledAt === null || leg.startedAt === null || !leg.confirmed
    ? null
    : spanMs(leg.calledAt, leg.startedAt);

/** Handling time in milliseconds; `null` where handling did not begin or has not ended. */
export const handlingMs = (leg: LegFact): number | null =>
  leg.startedAt === null || leg.endedAt === null ? null : leg.handlingMs;

/** Total time in milliseconds; `null` while the visit is open. */
export const totalMs = (visit: VisitFact): number | null =>
  visit.endedAt === null ? null : spanMs(visit.joinedAt, visit.endedAt);

/** Whether a call after a wait was within the target. */
export const withinTarget = (wait: number, targetMs: number): boolean => wait <= targetMs;

/** Whether the leg waited for a call just before `at`; the day's end does not serve anybody. */
const waitedAt = (leg: LegFact, at: Millis): boolean => {
  if (leg.joinedAt >= at) return false;
  const ended = leg.endedAt !== null && leg.endedAt < at && leg.outcome !== 'closed_end_of_day';
  if (ended) return false;
  const waitsAgain = leg.waitingSince !== null && leg.waitingSince < at;
  return waitsAgain || leg.calledAt === null || leg.calledAt >= at;
};

const numbers = <T>(items: readonly T[], of: (item: T) => number | null): number[] =>
  items.map(of).filter((value) => value !== null);

/** The figures of the legs of a period that ends at `to`; `unserved` looks at `present`. */
export const legKpis = (
  legs: readonly LegFact[],
  to: Millis,
  present: readonly LegFact[] = legs,
): LegKpis => {
  const called = legs.filter((leg) => leg.calledAt !== null);
  const served = legs.filter((leg) => leg.outcome === 'served');
  const outcomes = tally(
    OUTCOMES,
    legs.map((leg) => leg.outcome),
  );
  const walkOuts = legs.filter((leg) => leg.outcome === 'walk_out' && leg.calledAt === null).length;
  const isWithin = (leg: LegFact) => withinTarget(waitMs(leg)!, leg.targetMs);
  const noShows = called.filter((leg) => leg.outcome === 'no_show').length;
  const late = served.filter((leg) => leg.calledAt !== null && !isWithin(leg)).length;
  return {
    joined: legs.length,
    called: called.length,
    outcomes,
    open: legs.filter((leg) => leg.outcome === null).length,
    waits: times(numbers(legs, waitMs)),
    walks: times(numbers(legs, walkMs)),
    handlings: times(numbers(legs, handlingMs)),
    noShow: share(noShows, called.length),
    missed: legs.filter((leg) => leg.misses > 0).length,
    walkOuts,
    serviceLevel: share(called.filter(isWithin).length, called.length + walkOuts),
    aboveTarget: share(late, served.length),
    unserved: present.filter((leg) => waitedAt(leg, to)).length,
    results: tally(
      RESULTS,
      served.map((leg) => leg.result),
    ),
  };
};

const visitKpis = (visits: readonly VisitFact[]): VisitKpis => {
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
