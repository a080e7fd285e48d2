import type { Millis } from '../configuration.js';
import {
  LEG_COUNTS,
  legCounts,
  none,
  visitCounts,
  VISIT_COUNTS,
  type LegCount,
  type VisitCount,
} from './counts.js';
import type { LegFact, VisitFact } from '../facts.js';
import { bucketOf } from './histogram.js';
import { MINUTE_MS } from '../time.js';

/** Legs are rolled up by the quarter of an hour, in UTC, in which they joined. */
const SLOT_MS = 15 * MINUTE_MS;

export const slotOf = ({ joinedAt }: Pick<LegFact, 'joinedAt'>): Millis =>
  Math.floor(joinedAt / SLOT_MS) * SLOT_MS;

/**
 * Sums over legs. What a leg added is taken away again when it changes, so there are sums alone:
 * a longest wait could not be taken away.
 */
export interface LegSums {
  readonly counts: Record<LegCount, number>;
  readonly waits: Map<number, number>;
  readonly handlings: Map<number, number>;
}

export type VisitSums = Record<VisitCount, number>;

export const noLegs = (): LegSums => ({
  counts: none(LEG_COUNTS),
  waits: new Map(),
  handlings: new Map(),
});

export const noVisits = (): VisitSums => none(VISIT_COUNTS);

const count = (histogram: Map<number, number>, ms: Millis, sign: 1 | -1): void => {
  const bucket = bucketOf(ms);
  const now = (histogram.get(bucket) ?? 0) + sign;
  if (now === 0) histogram.delete(bucket);
  else histogram.set(bucket, now);
};

/** Adds what a leg counts for, or takes it away. */
export const addLeg = (sums: LegSums, leg: LegFact, sign: 1 | -1): void => {
  const own = legCounts(leg);
  for (const key of LEG_COUNTS) sums.counts[key] += sign * own[key];
  if (own.waits === 1) count(sums.waits, own.waitMs, sign);
  if (own.handlings === 1) count(sums.handlings, own.handlingMs, sign);
};

/** Likewise for a visit. */
export const addVisit = (sums: VisitSums, visit: VisitFact, sign: 1 | -1): void => {
  const own = visitCounts(visit);
  for (const key of VISIT_COUNTS) sums[key] += sign * own[key];
};
