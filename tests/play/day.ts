import type { Configuration } from '../../core/configuration.js';
import type { Language, Result } from '../../core/lists.js';
import { HOUR_MS, MINUTE_MS } from '../../core/time.js';
import { drawHandlingMs, GROUP_SHARE, PRIORITY_SHARE, TRANSFER_SHARE } from './habits.js';
import { randomOf, type Random } from './random.js';
import { planClerks, wishOf, type PlannedClerk, type ServiceWish } from './staff.js';

const HALF_HOUR_MS = HOUR_MS / 2;
/** Every plan begins at eight; its times count from there. */
export const PLAN_OPENS_H = 8;

const PLAIN = [74, 49, 50, 56, 67, 76, 76, 75, 78, 75, 76, 68, 64, 59, 46, 12];
const LONG = [47, 30, 36, 44, 58, 58, 58, 61, 64, 54, 53, 52, 51, 52, 53, 64, 61, 61, 36, 6];

/** Arrivals by half-hours (relative) and level of the working days as measured in Warsaw. */
export const WORKDAYS = {
  mon: { factor: 1.28, profile: LONG },
  tue: { factor: 1.01, profile: PLAIN },
  wed: { factor: 0.86, profile: PLAIN },
  thu: { factor: 1.01, profile: PLAIN },
  fri: { factor: 0.93, profile: PLAIN },
} as const;
export type Workday = keyof typeof WORKDAYS;

const DAY_CV = 0.13;
const DOOR_SHARE = 0.05;

/** What a day should be like. */
export interface DayWish {
  /** Whole, at least 0: the same seed and configuration give the same day. */
  readonly seed: number;
  readonly workday: Workday;
  /** Mean tickets of a day of factor 1. */
  readonly tickets: number;
}

/** A visitor with one ticket: when they come, and what they will do at each fork of the way. */
export interface PlannedVisit {
  /** Since the plan's opening. */
  readonly atMs: number;
  readonly services: readonly string[];
  readonly classId: string;
  readonly language: Language;
  /** For each service, with a clerk of speed 1. */
  readonly handlingMs: readonly number[];
  /** In [0, 1): absent when called if below `noShowShare` of the wait. */
  readonly absence: number;
  /** Whether an absent visitor returns, and how long after. */
  readonly returnsAfterMs: number | null;
  /** Leaves when not called by then (assumption: mean four hours). */
  readonly patienceMs: number;
  readonly turn: 'none' | 'transfer' | 'transferAndReturn' | 'park';
  readonly result: Result;
  readonly stars: number | null;
}

export interface DayPlan {
  readonly seed: number;
  readonly lengthMs: number;
  /** In order of time. */
  readonly visits: readonly PlannedVisit[];
  readonly clerks: readonly PlannedClerk[];
}

const RESULT_SHARES: readonly (readonly [Result, number])[] = [
  ['completed', 80],
  ['papers', 11],
  ['pay', 5],
  ['referred', 2],
  ['notEntitled', 1],
  ['systemDown', 1],
];

const turnOf = (random: Random): PlannedVisit['turn'] =>
  random.weighed([
    ['transfer', TRANSFER_SHARE],
    ['transferAndReturn', 0.015],
    ['park', 0.015],
    ['none', 0.93],
  ]);

interface Draw {
  readonly random: Random;
  readonly configuration: Configuration;
  readonly wish: ServiceWish;
}

const visitAt = ({ random, configuration, wish }: Draw, atMs: number): PlannedVisit => {
  const first = wish.draw(random);
  const second = random.unit() < 0.05 ? wish.draw(random, first.category) : undefined;
  const services = second === undefined ? [first] : [first, second];
  const { classes } = configuration;
  const priority = classes.length > 0 && random.unit() < PRIORITY_SHARE;
  return {
    atMs,
    services: services.map(({ id }) => id),
    classId: priority ? random.pick(classes).id : '',
    language: random.unit() < 0.93 ? 'ar' : 'en',
    handlingMs: services.map(({ handlingMin }) => drawHandlingMs(random, handlingMin)),
    absence: random.unit(),
    returnsAfterMs: random.unit() < 0.4 ? MINUTE_MS + random.exponential(5 * MINUTE_MS) : null,
    patienceMs: random.exponential(4 * HOUR_MS),
    turn: turnOf(random),
    result: random.weighed(RESULT_SHARES),
    stars: random.unit() < 0.25 ? random.weighed([1, 2, 3, 4, 5].map((n) => [n, n * n])) : null,
  };
};

/** When people come: some wait at the door, the rest is a Poisson process of the day's profile. */
export const drawArrivals = (random: Random, people: number, workday: Workday): number[] => {
  const { factor, profile } = WORKDAYS[workday];
  const expected = people * factor * random.gamma(DAY_CV);
  const halves = profile.map((weight, index) => [index, weight] as const);
  const atDoor = random.poisson(expected * DOOR_SHARE);
  const later = random.poisson(expected * (1 - DOOR_SHARE));
  const times = Array.from(
    { length: later },
    () => (random.weighed(halves) + random.unit()) * HALF_HOUR_MS,
  );
  return [...Array.from({ length: atDoor }, () => 0), ...times].sort((a, b) => a - b);
};

/** Plans a whole day from a configuration and a seed. Pure: no clock, no other randomness. */
export const planDay = (configuration: Configuration, day: DayWish): DayPlan => {
  const random = randomOf(day.seed);
  const lengthMs = WORKDAYS[day.workday].profile.length * HALF_HOUR_MS;
  const clerks = planClerks(configuration, random, lengthMs);
  const draw = { random, configuration, wish: wishOf(configuration, clerks, random) };
  const people = day.tickets / (1 + GROUP_SHARE);
  const visits = drawArrivals(random, people, day.workday).flatMap((atMs) => {
    const one = visitAt(draw, atMs);
    if (random.unit() >= GROUP_SHARE) return [one];
    const { classId, language } = one;
    const services = new Set(one.services);
    const other = visitAt(draw, atMs);
    const again = other.services.some((id) => services.has(id)) ? visitAt(draw, atMs) : other;
    return [one, { ...again, classId, language }];
  });
  return { seed: day.seed, lengthMs, visits, clerks };
};
