import type { Configuration, Millis } from '../../core/configuration.js';
import { MINUTE_MS } from '../../core/time.js';
import type { CounterId, TicketId } from '../../core/events.js';

/** A waiting leg as an outsider knows it from the log. */
export interface Waiting {
  readonly ticketId: TicketId;
  readonly serviceId: string;
  readonly classId: string;
  readonly orderFrom: Millis;
  readonly dueAt: Millis;
  readonly seq: number;
  readonly boundTo?: { readonly counterId: CounterId; readonly until: Millis } | undefined;
}

/** A call that the rules made, with all that waited then, the called leg among them. */
export interface Call {
  readonly configuration: Configuration;
  readonly profileId: string;
  readonly counterId: CounterId;
  readonly openCounters: ReadonlySet<CounterId>;
  readonly at: Millis;
  readonly ticketId: TicketId;
  readonly passed: TicketId | undefined;
  readonly waiting: readonly Waiting[];
}

type Profile = Configuration['profiles'][number];

const mayServe = ({ configuration }: Call, profile: Profile, serviceId: string): boolean => {
  const service = configuration.services.find(({ id }) => id === serviceId);
  const byCategory = service !== undefined && profile.categories.includes(service.category);
  return byCategory || profile.services.includes(serviceId);
};

const mayCall = (call: Call, profile: Profile, leg: Waiting): boolean => {
  if (leg.orderFrom > call.at) return false;
  const { boundTo } = leg;
  const bound = boundTo !== undefined && call.at < boundTo.until;
  if (bound && boundTo.counterId === call.counterId) return true;
  if (bound && call.openCounters.has(boundTo.counterId)) return false;
  return mayServe(call, profile, leg.serviceId);
};

const before = (a: Waiting, b: Waiting): boolean => {
  if (a.dueAt !== b.dueAt) return a.dueAt < b.dueAt;
  return a.orderFrom === b.orderFrom ? a.seq < b.seq : a.orderFrom < b.orderFrom;
};

const isBoundHere = ({ boundTo }: Waiting, { counterId, at }: Call): boolean =>
  boundTo !== undefined && boundTo.counterId === counterId && at < boundTo.until;

/** Whether nothing bends the plain order at a counter with this profile. */
const isPlain = ({ configuration }: Call, profile: Profile): boolean =>
  profile.conditions.length === 0 &&
  profile.weights.length === 0 &&
  profile.reserved === null &&
  configuration.classes.every(({ everyMax }) => everyMax <= 1);

const target = (leg: Waiting): number => leg.dueAt - leg.orderFrom;

/** Whom the call passed, against the bounds of core/SPEC.md; in words. */
export const boundFaults = (call: Call): string[] => {
  const profile = call.configuration.profiles.find(({ id }) => id === call.profileId);
  const called = call.waiting.find(({ ticketId }) => ticketId === call.ticketId);
  if (profile === undefined || called === undefined)
    return ['[CALL-1] who was called, and by whom?'];
  const there = call.waiting.filter((leg) => mayCall(call, profile, leg));
  if (!there.includes(called)) return [`[CALL-2] ${call.ticketId} was not to be called here`];
  const ahead = there.filter((leg) => before(leg, called));
  const found = ahead
    .filter((leg) => call.at - leg.dueAt > profile.skipMaxMin * MINUTE_MS)
    .map((leg) => `[BOUND-2] ${leg.ticketId} was passed by ${called.ticketId}`);
  const returns = there.some((leg) => isBoundHere(leg, call));
  if (returns && !isBoundHere(called, call) && call.passed !== undefined) {
    found.push(`[CALL-3] who came back to ${call.counterId} was passed`);
  }
  if (isPlain(call, profile) && !returns) {
    for (const leg of there) {
      const gap = called.orderFrom - leg.orderFrom;
      if (gap <= target(leg) - target(called)) continue;
      found.push(`[BOUND-1] ${leg.ticketId} was passed by ${called.ticketId}`);
    }
  }
  const first = there.reduce((a, b) => (before(b, a) ? b : a));
  const passed = first === called ? undefined : first.ticketId;
  if (call.passed !== passed) found.push(`[CALL-1] ${passed ?? 'nobody'} was passed, says nobody`);
  return found;
};
