import type { Configuration } from '../configuration.js';
import type { FoundTicket } from '../protocol/api.js';
import type { DayState } from '../state.js';
import { labelOf } from './hall.js';

/** Open tickets with this number, at most one per series. */
export const foundTickets = (
  configuration: Configuration,
  day: DayState,
  number: number,
): readonly FoundTicket[] =>
  [...day.tickets.values()]
    .filter((ticket) => ticket.number === number && ticket.leg.status !== 'ended')
    .map(({ id: ticketId, seriesId, leg }) => ({
      ticketId,
      label: labelOf(configuration, { seriesId, number }),
      serviceId: leg.serviceId,
      status: leg.status,
      joinedAt: leg.joinedAt,
    }));
