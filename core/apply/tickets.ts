import type { DayEvent, LegTarget, LegTimes, Logged, ReturnTo } from '../events.js';
import {
  CALLS_KEPT_MAX,
  labelKey,
  type Call,
  type DayState,
  type Leg,
  type Ticket,
} from '../state.js';
import { issued, relabelled, ticketAt } from './issue.js';
import { counterAt, freed, RECENT_MAX } from './counters.js';

type Of<T extends DayEvent['type']> = Logged<Extract<DayEvent, { type: T }>>;

/** What of a leg stays whatever its status. */
interface LegBase extends LegTimes {
  readonly n: number;
  readonly serviceId: string;
  readonly seq: number;
  readonly target: LegTarget;
  readonly wasCalled: boolean;
  readonly boundTo?: NonNullable<Leg['boundTo']>;
  readonly returnTo?: ReturnTo;
}

const baseOf = (leg: Leg): LegBase => {
  const { n, serviceId, target, wasCalled, joinedAt, orderFrom, dueAt } = leg;
  const { seq, boundTo, returnTo } = leg;
  return {
    n,
    serviceId,
    target,
    wasCalled,
    joinedAt,
    orderFrom,
    dueAt,
    seq,
    ...(boundTo === undefined ? {} : { boundTo }),
    ...(returnTo === undefined ? {} : { returnTo }),
  };
};

const timesOf = ({ joinedAt, orderFrom, dueAt }: LegTimes): LegTimes => ({
  joinedAt,
  orderFrom,
  dueAt,
});

const setLeg = (day: DayState, ticket: Ticket, leg: Leg): void => {
  day.tickets.set(ticket.id, { ...ticket, leg });
};

const rejoin = (
  day: DayState,
  event: LegTimes & { readonly ticketId: string; readonly keptPlace?: boolean },
): void => {
  const ticket = ticketAt(day, event.ticketId);
  const base = baseOf(ticket.leg);
  const target = event.keptPlace === false ? 'own' : base.target;
  setLeg(day, ticket, { ...base, ...timesOf(event), target, status: 'waiting' });
};

const joined = (day: DayState, event: Of<'leg.joined'>): void => {
  const ticket = ticketAt(day, event.ticketId);
  if (ticket.leg.status !== 'ended') throw new Error(`a leg of ${ticket.id} is still open`);
  const { leg: n, serviceId, by, boundTo, seq, target } = event;
  const at = by === 'asked' || by === 'shortest' ? ticket.next.indexOf(serviceId) : -1;
  const next = ticket.next.filter((_, index) => index !== at);
  const { returnTo } = ticket.leg;
  const keeps = by === 'transfer' && returnTo !== undefined;
  const leg: Leg = {
    n,
    serviceId,
    seq,
    target,
    wasCalled: false,
    ...timesOf(event),
    ...(boundTo === undefined ? {} : { boundTo }),
    ...(keeps ? { returnTo } : {}),
    status: 'waiting',
  };
  day.tickets.set(ticket.id, { ...ticket, next, leg });
};

const keepCall = (day: DayState, call: Call): void => {
  day.calls = [...day.calls, call].slice(-CALLS_KEPT_MAX);
};

const callOf = (ticket: Ticket, event: Of<'ticket.called' | 'ticket.recalled'>): Call => ({
  ticketId: ticket.id,
  seriesId: ticket.seriesId,
  number: ticket.number,
  language: ticket.language,
  counterId: event.counterId,
  at: event.at,
  seq: event.seq,
  recalled: event.type === 'ticket.recalled',
});

const called = (day: DayState, event: Of<'ticket.called'>): void => {
  const ticket = ticketAt(day, event.ticketId);
  const counter = counterAt(day, event.counterId);
  if (ticket.leg.status !== 'waiting') throw new Error(`${ticket.id} is not waiting`);
  if (counter.ticketId !== undefined) throw new Error(`counter ${counter.id} holds a ticket`);
  const { counterId, at } = event;
  const base = { ...baseOf(ticket.leg), wasCalled: true };
  const calling = { counterId, calledAt: at, lastCallAt: at, calls: 1 };
  setLeg(day, ticket, { ...base, status: 'called', ...calling });
  const recent = [...counter.recent, { classId: ticket.classId, serviceId: base.serviceId }];
  day.counters.set(counterId, {
    ...counter,
    ticketId: ticket.id,
    recent: recent.slice(-RECENT_MAX),
  });
  keepCall(day, callOf(ticket, event));
};

const free = (day: DayState, counterId: string): void => {
  const counter = day.counters.get(counterId);
  if (counter !== undefined) day.counters.set(counterId, freed(counter));
};

const ended = (day: DayState, event: Of<'leg.ended'>): void => {
  const ticket = ticketAt(day, event.ticketId);
  const { leg } = ticket;
  if (leg.status === 'called' || leg.status === 'serving') {
    const counter = counterAt(day, leg.counterId);
    const handlingMs = event.at - (leg.startedAt ?? leg.calledAt);
    const served = event.outcome === 'served' ? 1 : 0;
    day.counters.set(counter.id, {
      ...freed(counter),
      served: counter.served + served,
      handlingMs: counter.handlingMs + served * handlingMs,
    });
  }
  const base = baseOf(leg);
  const { returnTo, result } = event;
  setLeg(day, ticket, {
    ...base,
    ...(returnTo === undefined ? {} : { returnTo }),
    ...(result === undefined ? {} : { result }),
    status: 'ended',
  });
};

const closed = (day: DayState, event: Of<'ticket.closed'>): void => {
  const { id, seriesId, number, language, leg } = ticketAt(day, event.ticketId);
  if (leg.status !== 'ended') throw new Error(`${id} closes with an open leg`);
  const { outcome, at: closedAt } = event;
  const { serviceId } = leg;
  day.tickets.delete(id);
  day.unprinted.delete(id);
  day.labels.delete(labelKey(seriesId, number));
  const { result } = leg;
  const stub = { id, seriesId, number, language, outcome, serviceId, closedAt };
  day.stubs.set(id, result === undefined ? stub : { ...stub, result });
  if (outcome === 'served') day.counts.served += 1;
  else if (outcome === 'no_show') day.counts.noShow += 1;
  else day.counts.left += 1;
};

/** A log may hold the end of a paper whose visit was over: nobody waited for it. */
const printed = (day: DayState, event: Of<'ticket.printed'>): void => {
  const ticket = day.tickets.get(event.ticketId);
  day.unprinted.delete(event.ticketId);
  if (ticket === undefined || ticket.paper === null) return;
  day.tickets.set(ticket.id, { ...ticket, paper: { ...ticket.paper, state: event.state } });
};

const held = (day: DayState, ticketId: string) => {
  const ticket = ticketAt(day, ticketId);
  const { leg } = ticket;
  if (leg.status !== 'called' && leg.status !== 'serving') {
    throw new Error(`${ticketId} is at no counter`);
  }
  return { ticket, leg };
};

/** Changes a ticket; false when the event is not about one. */
export const applyTicket = (day: DayState, event: Logged<DayEvent>): boolean => {
  switch (event.type) {
    case 'ticket.issued':
      issued(day, event);
      return true;
    case 'leg.joined':
      joined(day, event);
      return true;
    case 'ticket.serviceAdded': {
      const ticket = ticketAt(day, event.ticketId);
      const next = [...ticket.next, event.serviceId];
      day.tickets.set(ticket.id, { ...ticket, next, asked: ticket.asked + 1 });
      return true;
    }
    case 'ticket.relabelled':
      relabelled(day, event);
      return true;
    case 'ticket.classSet': {
      const ticket = ticketAt(day, event.ticketId);
      const leg = { ...ticket.leg, ...timesOf(event) };
      day.tickets.set(ticket.id, { ...ticket, classId: event.classId, leg });
      return true;
    }
    case 'ticket.delayed':
    case 'leg.returned':
    case 'leg.unparked':
      rejoin(day, event);
      return true;
    case 'ticket.called':
      called(day, event);
      return true;
    case 'ticket.recalled': {
      const { ticket, leg } = held(day, event.ticketId);
      setLeg(day, ticket, { ...leg, lastCallAt: event.at, calls: leg.calls + 1 });
      keepCall(day, callOf(ticket, event));
      return true;
    }
    case 'leg.started': {
      const { ticket, leg } = held(day, event.ticketId);
      const startedAt = event.confirmed ? event.at : leg.calledAt;
      setLeg(day, ticket, { ...leg, status: 'serving', startedAt });
      return true;
    }
    case 'leg.ended':
      ended(day, event);
      return true;
    case 'leg.missed': {
      const { ticket, leg } = held(day, event.ticketId);
      const { counterId, returnBy, lapsesAt } = event;
      setLeg(day, ticket, { ...baseOf(leg), status: 'absent', counterId, returnBy, lapsesAt });
      free(day, counterId);
      return true;
    }
    case 'leg.parked': {
      const { ticket, leg } = held(day, event.ticketId);
      const { counterId, at: since } = event;
      setLeg(day, ticket, { ...baseOf(leg), status: 'parked', counterId, since });
      free(day, counterId);
      return true;
    }
    default:
      return applyRest(day, event);
  }
};

/** What changes a ticket's record rather than its place. */
const applyRest = (day: DayState, event: Logged<DayEvent>): boolean => {
  switch (event.type) {
    case 'leg.lapsed':
      return true;
    case 'ticket.closed':
      closed(day, event);
      return true;
    case 'ticket.printed':
      printed(day, event);
      return true;
    case 'paper.ordered': {
      const ticket = ticketAt(day, event.ticketId);
      const { copy, why, kioskId, at: orderedAt } = event;
      const paper = { copy, why, kioskId, orderedAt, state: 'pending' } as const;
      day.tickets.set(ticket.id, { ...ticket, paper });
      day.unprinted.delete(ticket.id);
      day.unprinted.add(ticket.id);
      return true;
    }
    case 'visit.rated': {
      const stub = day.stubs.get(event.ticketId);
      if (stub === undefined) throw new Error(`${event.ticketId} is not closed: nothing to rate`);
      day.stubs.set(stub.id, { ...stub, stars: event.stars });
      return true;
    }
    default:
      return false;
  }
};
