import { counterOf, serviceOf } from '../catalogue.js';
import type { Configuration, Millis, Words } from '../configuration.js';
import { MINUTE_MS } from '../time.js';
import type { PhoneView, ViewBase } from '../protocol/views.js';
import type { Configurations, State, Stub, Ticket } from '../state.js';
import { aheadOf, currentConfiguration, hallTimes, labelOf, wasLabel } from './hall.js';

type Phone = Omit<PhoneView, keyof ViewBase>;

const NOBODY: Words = { ar: '', en: '' };

const serviceName = (configuration: Configuration, serviceId: string): Words =>
  serviceOf(configuration, serviceId)?.name ?? NOBODY;

const stateOf = ({ leg }: Ticket, at: Millis): PhoneView['state'] => {
  if (leg.status === 'waiting') return leg.orderFrom > at ? 'delayed' : 'waiting';
  return leg.status === 'ended' ? 'closed' : leg.status;
};

const untilOf = ({ leg }: Ticket, at: Millis): Millis | null => {
  if (leg.status === 'absent') return leg.returnBy;
  return leg.status === 'waiting' && leg.orderFrom > at ? leg.orderFrom : null;
};

const counterView = (configuration: Configuration, { leg }: Ticket): Phone['counter'] => {
  if (leg.status !== 'called' && leg.status !== 'serving') return null;
  const counter = counterOf(configuration, leg.counterId);
  return counter === undefined ? null : { number: counter.number, floor: counter.floor };
};

const closedPart = (configuration: Configuration, stub: Stub) => ({
  state: 'closed' as const,
  service: serviceName(configuration, stub.serviceId),
  nextServices: [],
  papers: null,
  ahead: 0,
  joinedAt: stub.closedAt,
  counter: null,
  calls: 0,
  until: null,
  outcome: stub.outcome,
  result: stub.result ?? null,
  stars: stub.stars ?? null,
});

const openPart = (
  configuration: Configuration,
  ticket: Ticket,
  { ahead, at }: { readonly ahead: number; readonly at: Millis },
) => ({
  state: stateOf(ticket, at),
  service: serviceName(configuration, ticket.leg.serviceId),
  nextServices: ticket.next.map((serviceId) => serviceName(configuration, serviceId)),
  papers: serviceOf(configuration, ticket.leg.serviceId)?.papers ?? null,
  ahead,
  joinedAt: ticket.leg.joinedAt,
  counter: counterView(configuration, ticket),
  calls: 'calls' in ticket.leg ? ticket.leg.calls : 0,
  until: untilOf(ticket, at),
  outcome: null,
  result: null,
  stars: null,
});

/** The page of one ticket; `null` when the open day does not hold it. */
export const phoneView = (
  state: State,
  configurations: Configurations,
  { at, ticketId }: { readonly at: Millis; readonly ticketId: string },
): Phone | null => {
  const { day } = state;
  const ticket = day?.tickets.get(ticketId);
  const stub = day?.stubs.get(ticketId);
  const either = ticket ?? stub;
  if (day === null || either === undefined) return null;
  const configuration = currentConfiguration(state, configurations);
  const part =
    ticket === undefined
      ? closedPart(configuration, either as Stub)
      : openPart(configuration, ticket, { ahead: aheadOf(configuration, day, ticket), at });
  return {
    ...part,
    centre: configuration.centre.name,
    digits: configuration.centre.digits,
    zone: configuration.centre.zone,
    ticketId,
    label: labelOf(configuration, either),
    ...wasLabel(configuration, ticket ?? {}),
    language: either.language,
    delayMax: at + configuration.rules.delayMaxMin * MINUTE_MS,
    hall: hallTimes(state, configuration, at),
  };
};
