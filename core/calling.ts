import type { Configuration, Matcher, Millis, ProfileConfig } from './configuration.js';
import { MINUTE_MS } from './time.js';
import { profileOf, profilesServing, serviceOf } from './catalogue.js';
import type { CallRule, ClassId, CounterId, LegTimes, ServiceId, TicketId } from './events.js';
import type { Counter, DayState, Leg, Ticket } from './state.js';

/** A waiting leg as the calling rule sees it. */
export interface Candidate extends LegTimes {
  readonly ticketId: TicketId;
  readonly serviceId: ServiceId;
  readonly classId: ClassId;
  readonly seq: number;
  readonly boundTo?: Leg['boundTo'];
}

/** The leg that a counter must call, by which rule, and whom the plain order would have called. */
export interface Choice {
  readonly candidate: Candidate;
  readonly rule: CallRule;
  readonly passed?: TicketId;
}

/** [TIME-1] Target wait of a service for a class, in milliseconds. */
export const targetMs = (
  configuration: Configuration,
  serviceId: ServiceId,
  classId: ClassId,
): number => {
  const service = serviceOf(configuration, serviceId);
  const priority = configuration.classes.find((entry) => entry.id === classId);
  const own = service?.targetMin ?? 0;
  return Math.min(own, priority?.targetMin ?? own) * MINUTE_MS;
};

/** What decides a place in line. */
type Placed = Pick<Candidate, 'dueAt' | 'orderFrom' | 'seq'>;

/** [CALL-1] Earliest due first; ties by `orderFrom`, then by sequence. */
export const byDue = (a: Placed, b: Placed): number =>
  a.dueAt - b.dueAt || a.orderFrom - b.orderFrom || a.seq - b.seq;

const matches = (
  matcher: Matcher,
  { serviceId, classId }: Pick<Candidate, 'serviceId' | 'classId'>,
): boolean => matcher.services.includes(serviceId) || matcher.classes.includes(classId);

/** Whether a profile serves a service, by its category or by name. */
export const serves = (
  configuration: Configuration,
  { id }: ProfileConfig,
  serviceId: ServiceId,
): boolean => profilesServing(configuration, serviceId).has(id);

/** The waiting legs of a day; a delayed one is there before its time comes. */
export const waitingLegs = (day: DayState): Candidate[] => {
  const found: Candidate[] = [];
  for (const ticket of day.tickets.values()) {
    if (ticket.leg.status === 'waiting') found.push(candidateOf(ticket));
  }
  return found;
};

export const candidateOf = ({ id, classId, leg }: Ticket): Candidate => ({
  ticketId: id,
  classId,
  serviceId: leg.serviceId,
  joinedAt: leg.joinedAt,
  orderFrom: leg.orderFrom,
  dueAt: leg.dueAt,
  seq: leg.seq,
  ...(leg.boundTo === undefined ? {} : { boundTo: leg.boundTo }),
});

/** Where and when a call is made. */
export interface CallPlace {
  readonly day: DayState;
  readonly configuration: Configuration;
  readonly counter: Counter;
  readonly at: Millis;
}

/** [CALL-3] A bound leg is for its counter alone while that is open and the time has not passed. */
const boundElsewhere = (place: CallPlace, candidate: Candidate): boolean => {
  const bound = candidate.boundTo;
  if (bound === undefined || bound.counterId === place.counter.id) return false;
  return place.at < bound.until && place.day.counters.has(bound.counterId);
};

const boundHere = (place: CallPlace, candidate: Candidate): boolean =>
  candidate.boundTo?.counterId === place.counter.id && place.at < candidate.boundTo.until;

/** [CALL-2] The legs that a counter may call now, in plain order. */
export const eligible = (place: CallPlace, from: readonly Candidate[]): Candidate[] => {
  const { configuration, counter, at } = place;
  const profile = profileOf(configuration, counter.profileId);
  if (profile === undefined) return [];
  return from
    .filter(
      (candidate) =>
        candidate.orderFrom <= at &&
        !boundElsewhere(place, candidate) &&
        (boundHere(place, candidate) || serves(configuration, profile, candidate.serviceId)),
    )
    .sort(byDue);
};

/** [RULE-1] First condition that holds: somebody in `when` waits too long, `first` goes first. */
const byCondition = (
  profile: ProfileConfig,
  queue: readonly Candidate[],
  at: Millis,
): Candidate | undefined => {
  for (const { when, waitingMin, first } of profile.conditions) {
    const holds = queue.some(
      (candidate) => matches(when, candidate) && at - candidate.orderFrom > waitingMin * MINUTE_MS,
    );
    const chosen = holds ? queue.find((candidate) => matches(first, candidate)) : undefined;
    if (chosen !== undefined) return chosen;
  }
  return undefined;
};

/** [RULE-3] A class whose cap is reached at this counter waits while another leg waits. */
const withinCaps = ({ configuration, counter }: CallPlace, candidate: Candidate): boolean => {
  const everyMax = configuration.classes.find(({ id }) => id === candidate.classId)?.everyMax ?? 1;
  if (everyMax <= 1) return true;
  const recent = counter.recent.slice(-(everyMax - 1));
  return !recent.some(({ classId }) => classId === candidate.classId);
};

/**
 * [RULE-4] Over one round of the groups that wait, each gets its weight; what no group names is the
 * rest, of weight 1. A group without anybody leaves its turn to the others.
 */
const byWeight = (
  profile: ProfileConfig,
  counter: Counter,
  queue: readonly Candidate[],
): Candidate | undefined => {
  const { weights } = profile;
  if (weights.length === 0) return undefined;
  const groupOf = (entry: Pick<Candidate, 'serviceId' | 'classId'>): number =>
    weights.findIndex(({ of }) => matches(of, entry));
  const weightOf = (group: number): number => weights[group]?.weight ?? 1;
  const heads = new Map<number, Candidate>();
  for (const entry of queue) if (!heads.has(groupOf(entry))) heads.set(groupOf(entry), entry);
  const round = [...heads.keys()].reduce((sum, group) => sum + weightOf(group), 0);
  const recent = round > 1 ? counter.recent.slice(1 - round).map(groupOf) : [];
  const share = (group: number): number =>
    (recent.filter((entry) => entry === group).length + 1) / weightOf(group);
  const [best] = [...heads].sort(
    ([a, headA], [b, headB]) => share(a) - share(b) || byDue(headA, headB),
  );
  return best?.[1];
};

/**
 * [CALL-1] [RULE-5] Which leg a counter must call. Bindings, conditions, reservations, caps and
 * weights bend the plain order in that sequence, but a leg overdue by more than the profile's
 * `skipMax` goes first regardless. `undefined` where nobody may be called.
 */
export const choose = (place: CallPlace, from: readonly Candidate[]): Choice | undefined => {
  const profile = profileOf(place.configuration, place.counter.profileId);
  const queue = eligible(place, from);
  const first = queue[0];
  if (first === undefined || profile === undefined) return undefined;
  const bent = bend(place, profile, queue);
  const chosen = bent?.candidate ?? first;
  if (chosen === first)
    return { candidate: first, rule: boundHere(place, first) ? 'bound' : 'due' };
  if (place.at - first.dueAt > profile.skipMaxMin * MINUTE_MS) {
    return { candidate: first, rule: 'overdue' };
  }
  return { candidate: chosen, rule: bent?.rule ?? 'due', passed: first.ticketId };
};

const bend = (
  place: CallPlace,
  profile: ProfileConfig,
  queue: readonly Candidate[],
): { candidate: Candidate; rule: CallRule } | undefined => {
  const bound = queue.find((candidate) => boundHere(place, candidate));
  if (bound !== undefined) return { candidate: bound, rule: 'bound' };
  const condition = byCondition(profile, queue, place.at);
  if (condition !== undefined) return { candidate: condition, rule: 'condition' };
  const { reserved } = profile;
  const kept = reserved && queue.find((candidate) => matches(reserved, candidate));
  if (kept) return { candidate: kept, rule: 'reserved' };
  const capped = queue.filter((candidate) => withinCaps(place, candidate));
  const open = capped.length === 0 ? queue : capped;
  const weighed = byWeight(profile, place.counter, open);
  if (weighed !== undefined) return { candidate: weighed, rule: 'weight' };
  return open[0] === undefined ? undefined : { candidate: open[0], rule: 'cap' };
};

/** [AHEAD-1] Counters that may call a leg now: those open, else any whose profiles allow it. */
const countersFor = (
  configuration: Configuration,
  open: ReadonlyMap<CounterId, Counter>,
  serviceId: ServiceId,
): ReadonlySet<CounterId> => {
  const able = profilesServing(configuration, serviceId);
  const now = [...open.values()].filter(({ profileId }) => able.has(profileId));
  if (now.length > 0) return new Set(now.map(({ id }) => id));
  const served = configuration.counters.filter(({ profiles }) =>
    profiles.some((profileId) => able.has(profileId)),
  );
  return new Set(served.map(({ id }) => id));
};

/** [AHEAD-1] Finds, for legs of one day, how many would be called before them. */
export const aheadCounter = (configuration: Configuration, day: DayState) => {
  const lanes = new Map<ServiceId, ReadonlySet<CounterId>>();
  const laneOf = (serviceId: ServiceId): ReadonlySet<CounterId> => {
    const known = lanes.get(serviceId);
    if (known !== undefined) return known;
    const lane = countersFor(configuration, day.counters, serviceId);
    lanes.set(serviceId, lane);
    return lane;
  };
  return (leg: Candidate): number => {
    const lane = laneOf(leg.serviceId);
    const sharing = new Map<ServiceId, boolean>();
    const shares = (serviceId: ServiceId): boolean => {
      const known = sharing.get(serviceId);
      if (known !== undefined) return known;
      const found = [...laneOf(serviceId)].some((counterId) => lane.has(counterId));
      sharing.set(serviceId, found);
      return found;
    };
    let ahead = 0;
    for (const { id, leg: other } of day.tickets.values()) {
      if (other.status !== 'waiting' || id === leg.ticketId) continue;
      if (byDue(other, leg) < 0 && shares(other.serviceId)) ahead += 1;
    }
    return ahead;
  };
};
