import { aheadCounter, targetMs, type Candidate } from '../calling.js';
import type { Millis } from '../configuration.js';
import type { Result } from '../lists.js';
import { MINUTE_MS } from '../time.js';
import type { DayEvent, LegJoined, LegTimes, Outcome, Reason } from '../events.js';
import type { Ticket } from '../state.js';
import type { Hall, Held } from './hall.js';

/** [TIME-1] Times of a leg that stands in line from `from` with its service's own target. */
export const ownTimes = (
  { configuration }: Hall,
  leg: { readonly serviceId: string; readonly classId: string },
  from: Millis,
): LegTimes => ({
  joinedAt: from,
  orderFrom: from,
  dueAt: from + targetMs(configuration, leg.serviceId, leg.classId),
});

/** [TIME-2] A leg that follows another in the same visit waits at most `followTarget`. */
export const followTimes = (
  { configuration, asked }: Hall,
  leg: { readonly serviceId: string; readonly classId: string },
  orderFrom: Millis,
): LegTimes => {
  const own = targetMs(configuration, leg.serviceId, leg.classId);
  const follow = configuration.rules.followTargetMin * MINUTE_MS;
  return { joinedAt: asked.at, orderFrom, dueAt: orderFrom + Math.min(own, follow) };
};

/** [CLASS-1] Times of a leg that is in line already when its class changes. */
export const changedTimes = (
  hall: Hall,
  { leg, classId }: Pick<Ticket, 'leg' | 'classId'>,
): LegTimes => {
  const { serviceId, joinedAt, orderFrom, dueAt, target } = leg;
  if (target === 'front') return { joinedAt, orderFrom, dueAt };
  const times = target === 'own' ? ownTimes : followTimes;
  return { ...times(hall, { serviceId, classId }, orderFrom), joinedAt };
};

/** [VISIT-2] Which of a visit's services comes next, by the configuration's named rule. */
export const chooseService = (
  hall: Hall,
  services: readonly string[],
  classId: string,
): { serviceId: string; by: 'asked' | 'shortest' } | undefined => {
  const [first] = services;
  if (first === undefined) return undefined;
  const by = hall.configuration.rules.legOrder;
  if (by === 'asked' || services.length === 1) return { serviceId: first, by: 'asked' };
  const ahead = aheadCounter(hall.configuration, hall.day);
  const lengthOf = (serviceId: string): number =>
    ahead({
      ticketId: '',
      serviceId,
      classId,
      seq: Number.MAX_SAFE_INTEGER,
      ...ownTimes(hall, { serviceId, classId }, hall.asked.at),
    });
  const shortest = services.reduce((best, serviceId) =>
    lengthOf(serviceId) < lengthOf(best) ? serviceId : best,
  );
  return { serviceId: shortest, by };
};

/** [VISIT-3] What follows the end of a ticket's leg: a return, the next service, or the end. */
const following = (hall: Hall, ticket: Ticket): LegJoined | undefined => {
  const { leg, classId, next, id: ticketId } = ticket;
  const joined = { type: 'leg.joined', ticketId, leg: leg.n + 1, classId } as const;
  const { returnTo } = leg;
  if (returnTo !== undefined) {
    const { serviceId, counterId, until } = returnTo;
    const base = { ...joined, serviceId, by: 'return' } as const;
    if (hall.asked.at > until) {
      return { ...base, target: 'own', ...ownTimes(hall, base, hall.asked.at) };
    }
    const times = followTimes(hall, base, returnTo.orderFrom);
    return { ...base, target: 'follow', ...times, boundTo: { counterId, until } };
  }
  const choice = chooseService(hall, next, classId);
  if (choice === undefined) return undefined;
  const followed = { ...joined, ...choice, target: 'follow' } as const;
  return { ...followed, ...followTimes(hall, followed, hall.asked.at) };
};

/** How a clerk ends the leg at the counter. */
export interface Ending {
  readonly outcome: Outcome;
  readonly result?: Result;
  readonly reason?: Reason;
}

/** [SERVE-3] Ends the leg that a counter holds, and joins what follows or closes the visit. */
export const endHeldLeg = (hall: Hall, held: Held, ending: Ending): DayEvent[] => {
  const { ticket, counter, leg } = held;
  const events: DayEvent[] = [];
  const at = { ticketId: ticket.id, counterId: counter.id };
  if (leg.status === 'called') events.push({ type: 'leg.started', ...at, confirmed: false });
  events.push({ type: 'leg.ended', ...at, leg: leg.n, clerk: hall.asked.actor, ...ending });
  const next = following(hall, ticket);
  events.push(next ?? { type: 'ticket.closed', ticketId: ticket.id, outcome: ending.outcome });
  return events;
};

/** Ends a visit that stands nowhere near a counter's work, whatever services were still to come. */
export const endVisit = (ticket: Ticket, outcome: Outcome, reason?: Reason): DayEvent[] => {
  const { leg, id: ticketId } = ticket;
  const counterId = 'counterId' in leg && leg.status !== 'parked' ? leg.counterId : undefined;
  return [
    {
      type: 'leg.ended',
      ticketId,
      leg: leg.n,
      outcome,
      ...(counterId === undefined ? {} : { counterId }),
      ...(reason === undefined ? {} : { reason }),
    },
    { type: 'ticket.closed', ticketId, outcome },
  ];
};

/** The leg that events of this decision put in line, as the calling rule sees it. */
export const joinedCandidates = (hall: Hall, events: readonly DayEvent[]): Candidate[] =>
  events.flatMap((event, n) =>
    event.type === 'leg.joined' ? [{ ...event, seq: hall.state.seq + 1 + n }] : [],
  );
