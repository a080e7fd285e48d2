import { profilesServing, serviceOf } from '../catalogue.js';
import type { Configuration } from '../configuration.js';
import { MINUTE_MS } from '../time.js';
import type { DayEvent, LegTarget, LegTimes, Outcome, Reason, ReturnTo } from '../events.js';
import type { ClerkCommand } from '../protocol/commands.js';
import { refuse, type Refusal } from '../protocol/refusals.js';
import { counterOfClerk, heldBy, openTicket, reasonOf, type Hall, type Held } from './hall.js';
import { changedTimes, followTimes, ownTimes } from './legs.js';

type Of<T extends ClerkCommand['type']> = Extract<ClerkCommand, { type: T }>;
type Decision = DayEvent[] | Refusal;

/** [SERVE-1] The visitor is at the counter. */
export const start = (hall: Hall, { counterId }: Of<'start'>): Decision => {
  const held = heldBy(hall, counterId);
  if ('refused' in held) return held;
  if (held.leg.status === 'serving') return refuse('counter.started');
  return [{ type: 'leg.started', ticketId: held.ticket.id, counterId, confirmed: true }];
};

/** [MISS-1] Absent only after enough calls and enough time. */
export const noShow = (hall: Hall, { counterId }: Of<'noShow'>): Decision => {
  const { asked, configuration } = hall;
  const held = heldBy(hall, counterId);
  if ('refused' in held) return held;
  const { leg, ticket } = held;
  if (leg.status === 'serving') return refuse('counter.started');
  const { noShowCalls, noShowAfterS, returnWithinMin, lapseAfterMin } = configuration.rules;
  if (leg.calls < noShowCalls || asked.at < leg.calledAt + noShowAfterS * 1000) {
    return refuse('noShow.tooSoon');
  }
  return [
    {
      type: 'leg.missed',
      ticketId: ticket.id,
      counterId,
      clerk: asked.actor,
      returnBy: asked.at + returnWithinMin * MINUTE_MS,
      lapsesAt: asked.at + Math.max(returnWithinMin, lapseAfterMin) * MINUTE_MS,
    },
  ];
};

/** Whether any counter of the centre may serve a service. */
const servedSomewhere = (configuration: Configuration, serviceId: string): boolean => {
  const able = profilesServing(configuration, serviceId);
  return configuration.counters.some(({ profiles }) => profiles.some((id) => able.has(id)));
};

const otherService = ({ configuration }: Hall, held: Held, serviceId: string): Refusal | null => {
  if (serviceOf(configuration, serviceId) === undefined) return refuse('service.unknown');
  if (held.leg.serviceId === serviceId) return refuse('transfer.sameService');
  return servedSomewhere(configuration, serviceId) ? null : refuse('transfer.noCounter');
};

interface Transfer {
  readonly serviceId: string;
  readonly target: LegTarget;
  readonly times: LegTimes;
  readonly reason?: Reason;
  readonly returnTo?: ReturnTo | undefined;
}

const transferred = (hall: Hall, held: Held, to: Transfer): DayEvent[] => {
  const { ticket, leg, counter } = held;
  const { serviceId, target, times, reason, returnTo } = to;
  const at = { ticketId: ticket.id, counterId: counter.id };
  const outcome: Outcome = 'transferred';
  return [
    ...(leg.status === 'called' ? [{ type: 'leg.started', ...at, confirmed: false } as const] : []),
    {
      type: 'leg.ended',
      ...at,
      leg: leg.n,
      outcome,
      clerk: hall.asked.actor,
      ...(reason === undefined ? {} : { reason }),
      ...(returnTo === undefined ? {} : { returnTo }),
    },
    {
      type: 'leg.joined',
      ticketId: ticket.id,
      leg: leg.n + 1,
      serviceId,
      classId: ticket.classId,
      by: 'transfer',
      target,
      ...times,
    },
  ];
};

/** [MOVE-1] Keep the place, go to the end, or to the front with a reason. */
export const transfer = (hall: Hall, command: Of<'transfer'>): Decision => {
  const held = heldBy(hall, command.counterId);
  if ('refused' in held) return held;
  const { serviceId, place, reasonId } = command;
  const no = otherService(hall, held, serviceId);
  if (no !== null) return no;
  const { returnTo, orderFrom } = held.leg;
  const to = { serviceId, classId: held.ticket.classId };
  if (place === 'keep') {
    return transferred(hall, held, {
      serviceId,
      returnTo,
      target: 'follow',
      times: followTimes(hall, to, orderFrom),
    });
  }
  if (place === 'end') {
    const times = ownTimes(hall, to, hall.asked.at);
    return transferred(hall, held, { serviceId, returnTo, target: 'own', times });
  }
  if (reasonId === undefined) return refuse('reason.needed');
  const reason = reasonOf(hall, 'front', reasonId);
  if ('refused' in reason) return reason;
  const first = hall.day.openedAt;
  const times = { joinedAt: hall.asked.at, orderFrom: first, dueAt: first };
  return transferred(hall, held, { serviceId, returnTo, target: 'front', times, reason });
};

/** [MOVE-2] Elsewhere and back to this counter ahead of new arrivals, within a time limit. */
export const transferAndReturn = (hall: Hall, command: Of<'transferAndReturn'>): Decision => {
  const held = heldBy(hall, command.counterId);
  if ('refused' in held) return held;
  const { serviceId, counterId } = command;
  const no = otherService(hall, held, serviceId);
  if (no !== null) return no;
  const { leg, ticket } = held;
  if (leg.returnTo !== undefined) return refuse('transfer.returning');
  const until = hall.asked.at + hall.configuration.rules.returnLegWithinMin * MINUTE_MS;
  const { orderFrom } = leg;
  const times = followTimes(hall, { serviceId, classId: ticket.classId }, orderFrom);
  const returnTo = { serviceId: leg.serviceId, counterId, orderFrom, until };
  return transferred(hall, held, { serviceId, target: 'follow', times, returnTo });
};

/** [MOVE-3] Parked, the leg leaves the counter free and keeps its place. */
export const park = (hall: Hall, { counterId, reasonId }: Of<'park'>): Decision => {
  const held = heldBy(hall, counterId);
  if ('refused' in held) return held;
  const reason = reasonOf(hall, 'park', reasonId);
  if ('refused' in reason) return reason;
  return [{ type: 'leg.parked', ticketId: held.ticket.id, counterId, reason }];
};

/** [MOVE-4] Back in line with its own `orderFrom` and due time. */
export const unpark = (hall: Hall, { counterId, ticketId }: Of<'unpark'>): Decision => {
  const counter = counterOfClerk(hall, counterId);
  if ('refused' in counter) return counter;
  const ticket = openTicket(hall, ticketId);
  if ('refused' in ticket) return ticket;
  const { leg } = ticket;
  if (leg.status !== 'parked') return refuse('ticket.notParked');
  const { joinedAt, orderFrom, dueAt } = leg;
  return [{ type: 'leg.unparked', ticketId, joinedAt, orderFrom, dueAt }];
};

/** [CLASS-1] A class given or taken back at the counter, with a reason. */
export const setClass = (hall: Hall, command: Of<'setClass'>): Decision => {
  const held = heldBy(hall, command.counterId);
  if ('refused' in held) return held;
  const { classId } = command;
  const known = hall.configuration.classes.some(({ id }) => id === classId);
  if (classId !== '' && !known) return refuse('class.unknown');
  if (held.ticket.classId === classId) return refuse('class.same');
  const reason = reasonOf(hall, 'setClass', command.reasonId);
  if ('refused' in reason) return reason;
  const { leg, ticket } = held;
  const times = changedTimes(hall, { leg, classId });
  return [{ type: 'ticket.classSet', ticketId: ticket.id, classId, reason, ...times }];
};
