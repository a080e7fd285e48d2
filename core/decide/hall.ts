import { hasReason } from '../catalogue.js';
import type { Configuration, ReasonKind } from '../configuration.js';
import type { Reason } from '../events.js';
import { refuse, type Refusal } from '../protocol/refusals.js';
import {
  isPaperless,
  type Asked,
  type Configurations,
  type Counter,
  type DayState,
  type Leg,
  type State,
  type Ticket,
} from '../state.js';

/** What a decision about an open day looks at. */
export interface Hall {
  readonly state: State;
  readonly day: DayState;
  readonly configuration: Configuration;
  readonly asked: Asked;
  /** Id of a ticket that the n-th event of this decision would issue. */
  readonly idAt: (n: number) => string;
}

/** The body behind a hash. Throws if the log names one that the store does not hold. */
export const configurationOf = (configurations: Configurations, hash: string): Configuration => {
  const found = configurations.get(hash);
  if (found === undefined) throw new Error(`configuration ${hash} is not in the store`);
  return found;
};

/** The open day with its configuration, or why there is none. */
export const hallOf = (
  state: State,
  asked: Asked,
  configurations: Configurations,
): Hall | Refusal => {
  const { day } = state;
  if (day === null) return refuse('day.notOpen');
  return {
    state,
    day,
    configuration: configurationOf(configurations, day.configuration),
    asked,
    idAt: (n) => `${state.stream}:${state.seq + 1 + n}`,
  };
};

/** The kiosk out of whose printer papers come, or why none does there. */
export const printerAt = (
  { state, configuration }: Pick<Hall, 'state' | 'configuration'>,
  kioskId: string,
): Configuration['kiosks'][number] | Refusal => {
  const kiosk = configuration.kiosks.find(({ id }) => id === kioskId);
  if (kiosk?.printer !== true) return refuse('printer.unknown');
  return isPaperless(state, kioskId) ? refuse('paper.stopped') : kiosk;
};

export type HeldLeg = Leg & { status: 'called' | 'serving' };

/** A counter with the ticket that it holds. */
export interface Held {
  readonly counter: Counter;
  readonly ticket: Ticket;
  readonly leg: HeldLeg;
}

/** The sender's open counter. */
export const counterOfClerk = ({ day, asked }: Hall, counterId: string): Counter | Refusal => {
  const counter = day.counters.get(counterId);
  if (counter === undefined) return refuse('counter.notOpen');
  return counter.clerk === asked.actor ? counter : refuse('counter.notYours');
};

/** The sender's open counter and the ticket there. */
export const heldBy = (hall: Hall, counterId: string): Held | Refusal => {
  const counter = counterOfClerk(hall, counterId);
  if ('refused' in counter) return counter;
  if (counter.ticketId === undefined) return refuse('counter.empty');
  const ticket = hall.day.tickets.get(counter.ticketId);
  const leg = ticket?.leg;
  if (ticket === undefined || (leg?.status !== 'called' && leg?.status !== 'serving')) {
    throw new Error(`counter ${counterId} holds ${counter.ticketId}, which is not there`);
  }
  return { counter, ticket, leg };
};

/** An open ticket, or whether it is unknown or closed. */
export const openTicket = ({ day }: Hall, ticketId: string): Ticket | Refusal =>
  day.tickets.get(ticketId) ?? refuse(day.stubs.has(ticketId) ? 'ticket.closed' : 'ticket.unknown');

/** [REASON-1] The reason, if the closed list of its kind holds it. */
export const reasonOf = (
  { configuration }: Hall,
  kind: ReasonKind,
  id: string,
): Reason | Refusal =>
  hasReason(configuration, kind, id) ? { kind, id } : refuse('reason.unknown');
