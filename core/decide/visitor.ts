import type { Configuration } from '../configuration.js';
import { MINUTE_MS } from '../time.js';
import { categoryOf, serviceOf } from '../catalogue.js';
import type { DayEvent } from '../events.js';
import type { Language } from '../lists.js';
import type { VisitorCommand } from '../protocol/commands.js';
import { refuse, type Refusal } from '../protocol/refusals.js';
import { nextNumber } from '../series.js';
import type { Asked } from '../state.js';
import { openTicket, printerAt, type Hall } from './hall.js';
import { chooseService, endVisit, ownTimes } from './legs.js';

type Of<T extends VisitorCommand['type']> = Extract<VisitorCommand, { type: T }>;
type Decision = DayEvent[] | Refusal;

/** [ISSUE-1] Whether the hall takes anyone in now. */
const closedHall = ({ day, asked, configuration }: Hall): Refusal | undefined => {
  if (day.issuingClosed || asked.at >= day.closesAt) return refuse('day.issuingClosed');
  if (day.suspensions.has('')) return refuse('hall.suspended');
  if (day.tickets.size >= configuration.rules.waitingMax) return refuse('hall.full');
  return undefined;
};

/** [ISSUE-2] [SUSPEND-1] Why nobody is taken in for a service. */
export const unavailable = (
  { day, configuration }: Hall,
  serviceId: string,
): Refusal | undefined => {
  if (serviceOf(configuration, serviceId) === undefined) return refuse('service.unknown');
  return day.suspensions.has(serviceId) ? refuse('service.suspended') : undefined;
};

const knownClass = ({ classes }: Configuration, classId: string): boolean =>
  classId === '' || classes.some(({ id }) => id === classId);

/** [ISSUE-2] A visit begins: one ticket, its first leg in line, the other services to come. */
const takeTicket = (hall: Hall, command: Of<'takeTicket'>): Decision => {
  const { configuration, asked } = hall;
  const { services, classId, language } = command;
  const closed = closedHall(hall);
  if (closed !== undefined) return closed;
  for (const serviceId of services) {
    const no = unavailable(hall, serviceId);
    if (no !== undefined) return no;
  }
  if (!knownClass(configuration, classId)) return refuse('class.unknown');
  if (services.length > configuration.rules.servicesMax) return refuse('ticket.tooManyServices');
  if (new Set(services).size < services.length) return refuse('ticket.serviceTwice');
  const print = !('refused' in printerAt(hall, asked.deviceId));
  return issue(hall, { services, classId, language, print });
};

/** What a new ticket is made of. */
export interface Issue {
  readonly services: readonly string[];
  readonly classId: string;
  readonly language: Language;
  readonly print: boolean;
}

/** [SERIES-1] Issues the next number of the first service's series. */
export const issue = (hall: Hall, wish: Issue): Decision => {
  const { configuration, day, asked } = hall;
  const choice = chooseService(hall, wish.services, wish.classId);
  const service = choice && serviceOf(configuration, choice.serviceId);
  const category = service && categoryOf(configuration, service.category);
  if (choice === undefined || category === undefined) return refuse('service.unknown');
  const number = nextNumber(day, category);
  if (typeof number !== 'number') return number;
  const ticketId = hall.idAt(0);
  const { classId } = wish;
  const times = ownTimes(hall, { serviceId: choice.serviceId, classId }, asked.at);
  return [
    {
      type: 'ticket.issued',
      ticketId,
      seriesId: category.id,
      number,
      ...wish,
      deviceId: asked.deviceId,
      takenAt: asked.at,
    },
    { type: 'leg.joined', ticketId, leg: 1, classId, target: 'own', ...choice, ...times },
  ];
};

/** [VISIT-1] A further service for an open visit. */
const addService = (hall: Hall, { ticketId, serviceId }: Of<'addService'>): Decision => {
  const closed = closedHall(hall);
  if (closed !== undefined && closed.refused !== 'hall.full') return closed;
  const no = unavailable(hall, serviceId);
  if (no !== undefined) return no;
  const ticket = openTicket(hall, ticketId);
  if ('refused' in ticket) return ticket;
  if (ticket.leg.serviceId === serviceId || ticket.next.includes(serviceId)) {
    return refuse('ticket.serviceTwice');
  }
  if (ticket.asked >= hall.configuration.rules.servicesMax) {
    return refuse('ticket.tooManyServices');
  }
  return [{ type: 'ticket.serviceAdded', ticketId, serviceId }];
};

/** [LEAVE-1] Who leaves before any call is a walk-out; after one, the visitor cancelled. */
const leave = (hall: Hall, { ticketId }: Of<'leave'>): Decision => {
  const ticket = openTicket(hall, ticketId);
  if ('refused' in ticket) return ticket;
  if (ticket.leg.status === 'serving') return refuse('ticket.called');
  return endVisit(ticket, ticket.leg.wasCalled ? 'cancelled_by_citizen' : 'walk_out');
};

/** [TIME-4] A delay moves the leg to the stated time with the target that it has. */
const delay = (hall: Hall, { ticketId, until }: Of<'delay'>): Decision => {
  const { asked, configuration } = hall;
  const ticket = openTicket(hall, ticketId);
  if ('refused' in ticket) return ticket;
  if (ticket.leg.status !== 'waiting') return refuse('ticket.notWaiting');
  const untilMax = asked.at + configuration.rules.delayMaxMin * MINUTE_MS;
  if (until <= Math.max(asked.at, ticket.leg.orderFrom) || until > untilMax) {
    return refuse('delay.outOfRange');
  }
  const { joinedAt, orderFrom, dueAt } = ticket.leg;
  const times = { joinedAt, orderFrom: until, dueAt: until + dueAt - orderFrom };
  return [{ type: 'ticket.delayed', ticketId, ...times }];
};

/** [MISS-3] Back in time keeps the place; later is a new arrival. */
export const returnTicket = (hall: Hall, { ticketId }: { ticketId: string }): Decision => {
  const ticket = openTicket(hall, ticketId);
  if ('refused' in ticket) return ticket;
  const { leg, classId } = ticket;
  if (leg.status !== 'absent') return refuse('ticket.notAbsent');
  const { joinedAt, orderFrom, dueAt, serviceId } = leg;
  const keptPlace = hall.asked.at <= leg.returnBy;
  const times = keptPlace
    ? { joinedAt, orderFrom, dueAt }
    : ownTimes(hall, { serviceId, classId }, hall.asked.at);
  const { actor, deviceId } = hall.asked;
  const by = actor === deviceId ? {} : { clerk: actor };
  return [{ type: 'leg.returned', ticketId, keptPlace, ...by, ...times }];
};

const rate = ({ day }: Hall, { ticketId, stars }: Of<'rate'>): Decision => {
  const stub = day.stubs.get(ticketId);
  if (stub === undefined) {
    return refuse(day.tickets.has(ticketId) ? 'ticket.notClosed' : 'ticket.unknown');
  }
  if (stub.stars !== undefined) return refuse('ticket.rated');
  return [{ type: 'visit.rated', ticketId, stars }];
};

/** [HELP-1] Help rings until somebody answers. */
export const askHelp = (
  { day }: Hall,
  { deviceId }: Pick<Asked, 'deviceId'>,
  counterId?: string,
): Decision => {
  if (day.help.has(deviceId)) return refuse('help.pending');
  return [{ type: 'help.asked', deviceId, ...(counterId === undefined ? {} : { counterId }) }];
};

/** Decides what a visitor asks for while a day is open. */
export const decideVisitor = (
  hall: Hall,
  command: Exclude<VisitorCommand, { type: 'printElsewhere' | 'printInformation' }>,
): Decision => {
  switch (command.type) {
    case 'takeTicket':
      return takeTicket(hall, command);
    case 'addService':
      return addService(hall, command);
    case 'leave':
      return leave(hall, command);
    case 'delay':
      return delay(hall, command);
    case 'returnTicket':
      return returnTicket(hall, command);
    case 'rate':
      return rate(hall, command);
    case 'callForHelp':
      return askHelp(hall, hall.asked);
  }
};
