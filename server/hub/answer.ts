import type { AnswerOf } from '../log/writer.js';
import { labelKey, type Configurations, type State } from '../../core/state.js';
import type { DeviceId, Logged, TicketId } from '../../core/events.js';
import { leasedNumbers } from '../../core/leases.js';
import { aheadOf, currentConfiguration, labelOf } from '../../core/views/hall.js';
import type { Done } from '../../core/protocol/wire.js';
import { ticketUrl, type TicketLinks } from '../access/link.js';
import type { Centre } from '../centre.js';

/** Events that give a ticket its label: whoever caused one gets a receipt. */
const GIVES_LABEL: ReadonlySet<string> = new Set(['ticket.issued', 'ticket.relabelled']);

/** The page of a ticket, where phones reach one. */
export const linkOf = (
  links: TicketLinks,
  state: State,
  { ticketId, publicUrl }: { readonly ticketId: string; readonly publicUrl: string | null },
): string | null => {
  if (publicUrl === null || state.day === null) return null;
  return ticketUrl(publicUrl, links.token(ticketId, state.day.day));
};

/** The ticket of today, open or closed, whose page a token opens. */
export const linkedTicket = (
  links: TicketLinks,
  { stream, day, centre }: State,
  token: string,
): TicketId | undefined => {
  if (day === null) return undefined;
  const linked = links.linked(token, stream, day.day);
  if (linked === undefined) return undefined;
  if ('ticketId' in linked) {
    const { ticketId } = linked;
    return day.tickets.has(ticketId) || day.stubs.has(ticketId) ? ticketId : undefined;
  }
  const lease = centre.leases.find(({ id }) => id === linked.leaseId);
  const numbered = lease && leasedNumbers(lease)[linked.index];
  if (numbered === undefined) return undefined;
  const { seriesId, number } = numbered;
  const bearer = day.labels.get(labelKey(seriesId, number));
  if (bearer !== undefined) return bearer;
  return [...day.stubs.values()].find(
    (stub) => stub.seriesId === seriesId && stub.number === number,
  )?.id;
};

/** The ids of requests; those of tickets have a colon. */
const REQUEST = /^[0-9a-f]{32}$/;

/**
 * [ENTER-5] The ticket of a kiosk's page by what the page calls it: its id, or the page's own
 * request where the agent gave it out. `undefined` while the log knows of no ticket for that.
 */
export const ticketNamed = (
  { log }: Pick<Centre, 'log'>,
  kioskId: DeviceId,
  name: string,
): TicketId | undefined =>
  REQUEST.test(name) ? log.ticketOf({ deviceId: kioskId, requestId: name }) : name;

/** What a sender hears of a call, or of a visitor who was missed and came back. */
const heardOf = (events: readonly Logged[]): Pick<Done, 'ticketId' | 'returned'> => {
  const called = events.find((event) => event.type === 'ticket.called');
  const back = events.find((event) => event.type === 'leg.returned');
  return {
    ...(called === undefined ? {} : { ticketId: called.ticketId }),
    ...(back === undefined ? {} : { returned: back.keptPlace ? 'kept' : 'late' }),
  };
};

/** What an accepted command is answered with, made from its events alone. */
export const answerTo =
  (links: TicketLinks, configurations: Configurations) =>
  (state: State, events: readonly Logged[]): Done => {
    const { seq, day } = state;
    const labelled = events.find(({ type }) => GIVES_LABEL.has(type));
    const ticket =
      labelled && 'ticketId' in labelled ? day?.tickets.get(labelled.ticketId) : undefined;
    if (day === null || ticket === undefined) {
      return { done: true, seq, ...heardOf(events) };
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

/** What an accepted command is answered with; a visitor's ticket comes with its receipt. */
export const answersWith = (links: TicketLinks, configurations: Configurations): AnswerOf => {
  const answer = answerTo(links, configurations);
  return (state, _, events) => answer(state, events);
};
