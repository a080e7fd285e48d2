import { serviceOf } from '../../core/catalogue.js';
import type { TicketPaper } from '../../core/paper.js';
import type { DayState, Ticket } from '../../core/state.js';
import { aheadOf, labelOf } from '../../core/views/hall.js';
import type { Centre } from '../centre.js';
import { linkOf } from './answer.js';

/** What stands on a ticket's paper, as the log knows it now. */
export const paperOf = (centre: Centre, day: DayState, ticket: Ticket): TicketPaper => {
  const configuration = centre.configuration();
  const { name, zone, digits, publicUrl, enquiryUrl } = configuration.centre;
  const services = [ticket.leg.serviceId, ...ticket.next].flatMap((serviceId) => {
    const service = serviceOf(configuration, serviceId);
    return service === undefined ? [] : [service.name];
  });
  return {
    centre: name,
    label: labelOf(configuration, ticket),
    services,
    ahead: aheadOf(configuration, day, ticket),
    takenAt: ticket.takenAt,
    zone,
    digits,
    language: ticket.language,
    classId: ticket.classId,
    link: linkOf(centre.links, centre.log.state, { ticketId: ticket.id, publicUrl }),
    enquiryUrl,
    training: day.training,
    copy: ticket.paper?.why ?? 'first',
  };
};
