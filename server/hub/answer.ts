import type { AnswerOf } from '../log/writer.js';
import type { Configurations, State } from '../../core/state.js';
import { aheadOf, currentConfiguration, labelOf } from '../../core/views/hall.js';
import { ticketUrl, type TicketLinks } from '../link.js';

/** The page of a ticket, where phones reach one. */
export const linkOf = (
  links: TicketLinks,
  state: State,
  { ticketId, publicUrl }: { readonly ticketId: string; readonly publicUrl: string | null },
): string | null => {
  if (publicUrl === null || state.day === null) return null;
  return ticketUrl(publicUrl, links.token(ticketId, state.day.day));
};

/** What an accepted command is answered with; a visitor's ticket comes with its receipt. */
export const answersWith =
  (links: TicketLinks, configurations: Configurations): AnswerOf =>
  (state, command, events) => {
    const { seq, day } = state;
    const issued = events.find((event) => event.type === 'ticket.issued');
    const ticket = issued && day?.tickets.get(issued.ticketId);
    if (command.type !== 'takeTicket' || day === null || ticket === undefined) {
      const called = events.find((event) => event.type === 'ticket.called');
      return { done: true, seq, ...(called === undefined ? {} : { ticketId: called.ticketId }) };
    }
    const configuration = currentConfiguration(state, configurations);
    const { publicUrl } = configuration.centre;
    const { id: ticketId } = ticket;
    return {
      done: true,
      seq,
      ticketId,
      receipt: {
        ticketId,
        label: labelOf(configuration, ticket),
        ahead: aheadOf(configuration, day, ticket),
        link: linkOf(links, state, { ticketId, publicUrl }),
        printing: ticket.paper !== null,
      },
    };
  };
