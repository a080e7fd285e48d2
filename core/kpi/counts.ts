import { RESULTS } from '../lists.js';
import { OUTCOMES } from '../events.js';
import type { LegFact, VisitFact } from '../facts.js';
import { share, type Share } from '../figures.js';
import { spanMs } from '../intervals.js';

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
 * What one leg adds to the figures of any legs that it is among. All are 0 or 1, or a length of
 * time that counts when the number before it does.
 */
export const LEG_COUNTS = [
  'joined',
  /** Ever called. */
  'called',
  /** Called from the queue. */
  'queued',
  /** Called from the queue within target. */
  'within',
  /** Called and absent, also where the visitor came back. */
  'missed',
  /** Served after more than the target. */
  'above',
  /** Not ended yet. */
  'open',
  ...(['waits', 'waitMs', 'walks', 'walkMs', 'handlings', 'handlingMs'] as const),
  ...OUTCOMES,
  ...RESULTS,
] as const;
export type LegCount = (typeof LEG_COUNTS)[number];
export type LegCounts = Readonly<Record<LegCount, number>>;

/** Likewise for one visit; `stars` are those of a rated one. */
export const VISIT_COUNTS = [
  ...(['joined', 'open', 'totals', 'totalMs', 'rated', 'stars'] as const),
  ...OUTCOMES,
] as const;
export type VisitCount = (typeof VISIT_COUNTS)[number];
export type VisitCounts = Readonly<Record<VisitCount, number>>;

/** No counts at all. */
export const none = <Key extends string>(keys: readonly Key[]): Record<Key, number> => {
  const counts = {} as Record<Key, number>;
  for (const key of keys) counts[key] = 0;
  return counts;
};

/** Sums of counts, key by key. */
export const added = <Key extends string>(
  keys: readonly Key[],
  counts: Iterable<Readonly<Record<Key, number>>>,
): Record<Key, number> => {
  const sums = none(keys);
  for (const one of counts) for (const key of keys) sums[key] += one[key];
  return sums;
};

export const legCounts = (leg: LegFact): LegCounts => {
  const called = leg.calledAt !== null || leg.misses > 0;
  const queued = called && leg.rule !== 'walkDirect';
  const within = withinTarget(leg);
  const served = leg.outcome === 'served';
  const wait = queued ? waitMs(leg) : null;
  const walk = walkMs(leg);
  const handling = handlingMs(leg);
  const counts = none(LEG_COUNTS);
  counts.joined = 1;
  counts.called = Number(called);
  counts.queued = Number(queued);
  counts.within = Number(queued && within);
  counts.missed = Number(leg.misses > 0);
  counts.above = Number(served && leg.calledAt !== null && !within);
  counts.open = Number(leg.outcome === null);
  [counts.waits, counts.waitMs] = [Number(wait !== null), wait ?? 0];
  [counts.walks, counts.walkMs] = [Number(walk !== null), walk ?? 0];
  [counts.handlings, counts.handlingMs] = [Number(handling !== null), handling ?? 0];
  if (leg.outcome !== null) counts[leg.outcome] = 1;
  if (served && leg.result !== null) counts[leg.result] = 1;
  return counts;
};

export const visitCounts = (visit: VisitFact): VisitCounts => {
  const total = visit.outcome === 'served' ? totalMs(visit) : null;
  const counts = none(VISIT_COUNTS);
  counts.joined = 1;
  counts.open = Number(visit.outcome === null);
  [counts.totals, counts.totalMs] = [Number(total !== null), total ?? 0];
  [counts.rated, counts.stars] = [Number(visit.stars !== null), visit.stars ?? 0];
  if (visit.outcome !== null) counts[visit.outcome] = 1;
  return counts;
};

/** Called from the queue within target ÷ (all called from it + walk-outs). */
export const serviceLevel = ({
  within,
  queued,
  walk_out,
}: Pick<LegCounts, 'within' | 'queued' | 'walk_out'>): Share => share(within, queued + walk_out);
