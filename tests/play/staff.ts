import type { Configuration } from '../../core/configuration.js';
import { HOUR_MS, MINUTE_MS } from '../../core/time.js';
import { drawSpeed, GAP_MEAN_MS, LUNCH_MS, PAUSE_MEAN_MS, PAUSES_PER_HOUR } from './habits.js';
import type { Random } from './random.js';

type Service = Configuration['services'][number];

/** A clerk's day at one counter; times count from the plan's opening. */
export interface PlannedClerk {
  readonly counterId: string;
  readonly profileId: string;
  /** Factor on handling times. */
  readonly speed: number;
  readonly opensMs: number;
  /** In order of time, apart from each other. */
  readonly breaks: readonly { readonly fromMs: number; readonly toMs: number }[];
}

/** What visitors come for. */
export interface ServiceWish {
  /** A service, of another category than this one if there is any. */
  draw(random: Random, not?: string): Service;
}

const LUNCH_FROM_MS = 3.5 * HOUR_MS;
const LUNCH_TO_MS = 6 * HOUR_MS;
/** So many of the counters are open from the first minute, the others an hour later. */
const EARLY_SHARE = 0.8;

const breaksOf = (random: Random, lunchMs: number, lengthMs: number): PlannedClerk['breaks'] => {
  const breaks = [{ fromMs: lunchMs, toMs: lunchMs + LUNCH_MS }];
  const gap = (): number => random.exponential(HOUR_MS / PAUSES_PER_HOUR);
  for (let fromMs = gap(); fromMs < lengthMs; fromMs += gap()) {
    breaks.push({ fromMs, toMs: fromMs + random.exponential(PAUSE_MEAN_MS) });
  }
  breaks.sort((a, b) => a.fromMs - b.fromMs);
  const kept: { fromMs: number; toMs: number }[] = [];
  for (const one of breaks) if (one.fromMs >= (kept.at(-1)?.toMs ?? 0)) kept.push(one);
  return kept;
};

/** Counters that open late: the last ones, but never the only one of its profile. */
const lateCounters = ({ counters }: Configuration): ReadonlySet<string> => {
  const firsts = new Set<string | undefined>();
  const others = counters.filter(({ profiles: [profile] }) => {
    const first = !firsts.has(profile);
    firsts.add(profile);
    return !first;
  });
  const late = Math.floor(counters.length * (1 - EARLY_SHARE));
  return new Set(late === 0 ? [] : others.slice(-late).map(({ id }) => id));
};

/** One clerk for each counter, with its first profile; lunches rotate. */
export const planClerks = (
  configuration: Configuration,
  random: Random,
  lengthMs: number,
): PlannedClerk[] => {
  const { counters } = configuration;
  const late = lateCounters(configuration);
  const turn = (LUNCH_TO_MS - LUNCH_MS - LUNCH_FROM_MS) / Math.max(1, counters.length - 1);
  return counters.map(({ id, profiles }, index) => ({
    counterId: id,
    profileId: profiles[0]!,
    speed: drawSpeed(random),
    opensMs: late.has(id) ? HOUR_MS : 0,
    breaks: breaksOf(random, LUNCH_FROM_MS + turn * index, lengthMs),
  }));
};

const servedBy = ({ profiles, services }: Configuration, profileId: string): Service[] => {
  const profile = profiles.find(({ id }) => id === profileId);
  return services.filter(
    ({ id, category }) =>
      profile?.categories.includes(category) === true || profile?.services.includes(id) === true,
  );
};

const meanMin = (services: readonly Service[]): number =>
  services.reduce((sum, { handlingMin }) => sum + handlingMin, 0) / services.length;

/** Counters for each category: one that serves several counts in parts. */
const countersOf = (configuration: Configuration, clerks: readonly PlannedClerk[]) => {
  const found = new Map<string, number>();
  for (const { profileId } of clerks) {
    const categories = new Set(servedBy(configuration, profileId).map((entry) => entry.category));
    for (const id of categories) found.set(id, (found.get(id) ?? 0) + 1 / categories.size);
  }
  return found;
};

/**
 * Demand follows what the counters can do, category by category and about as unevenly as halls
 * are, so that no line is hopeless; within a category few services make up most (Zipf). Services
 * that no planned counter serves are not asked for.
 */
export const wishOf = (
  configuration: Configuration,
  clerks: readonly PlannedClerk[],
  random: Random,
): ServiceWish => {
  const weighed: (readonly [Service, number])[] = [];
  for (const [category, counters] of countersOf(configuration, clerks)) {
    const services = configuration.services.filter((service) => service.category === category);
    const order = services.toSorted((a, b) => Number(b.frequent) - Number(a.frequent));
    const level = (counters / meanMin(services)) * Math.exp(0.25 * random.normal());
    const ranks = order.reduce((sum, _, rank) => sum + 1 / (rank + 1), 0);
    order.forEach((service, rank) => weighed.push([service, level / (rank + 1) / ranks]));
  }
  return {
    draw: (source, not) => {
      const others = weighed.filter(([{ category }]) => category !== not);
      return source.weighed(others.length === 0 ? weighed : others);
    },
  };
};

/** Counters are open and not paused for about so much of a day. */
const OPEN_SHARE = 0.85;

/** Tickets that keep all counters of a configuration busy to this share over a day of `hours`. */
export const ticketsFor = (configuration: Configuration, load: number, hours: number): number => {
  const clerks = configuration.counters.map(({ profiles }) => profiles[0]!);
  return clerks.reduce((sum, profileId) => {
    const cycleMin = meanMin(servedBy(configuration, profileId)) + GAP_MEAN_MS / MINUTE_MS;
    return sum + (load * OPEN_SHARE * hours * 60) / cycleMin;
  }, 0);
};
