import type { Configuration } from '../configuration.js';
import type { FoundTicket } from '../protocol/api.js';
import type { DayState } from '../state.js';
import { labelOf, wasLabel } from './hall.js';

/** Open tickets that bear this number or bore it before, at most one of each per series. */
export const foundTickets = (
  configuration: Configuration,
  day: DayState,
  number: number,
): readonly FoundTicket[] =>
  [...day.tickets.values()]
    .filter(({ leg }) => leg.status !== 'ended')
    .filter((ticket) => ticket.number === number || ticket.was?.number === number)
    .map(({ id: ticketId, leg, ...ticket }) => ({
      ticketId,
      label: labelOf(configuration, ticket),
      ...wasLabel(configuration, ticket),
      serviceId: leg.serviceId,
      status: leg.status,
      joinedAt: leg.joinedAt,
    }));
