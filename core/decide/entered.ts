import { apply } from '../apply.js';
import { closeByOf } from '../calendar.js';
import { categoryOf, serviceOf } from '../catalogue.js';
import type { Millis } from '../configuration.js';
import type { DayEvent, Event, Logged, ServiceId } from '../events.js';
import { leaseWith } from '../leases.js';
import type { ManagerCommand, SystemCommand } from '../protocol/commands.js';
import { refuse, type Refusal } from '../protocol/refusals.js';
import { labelKey, type Asked, type Configurations, type DayState, type State } from '../state.js';
import { DAY_MS } from '../time.js';
import { openedDay, opening } from './centre.js';
import { hallOf, printerAt, type Hall } from './hall.js';
import { chooseService, ownTimes } from './legs.js';

type EnterTicket = Extract<SystemCommand, { type: 'enterTicket' }>;
type EnterNumber = Extract<ManagerCommand, { type: 'enterNumber' }>;

/** What a visitor asked for, as far as the centre still has it. */
const knownServices = ({ configuration }: Hall, services: readonly ServiceId[]): ServiceId[] =>
  [...new Set(services)].filter((id) => serviceOf(configuration, id) !== undefined);

/** Where and when a visit began, and what gave it its number. */
interface Entry {
  readonly deviceId: string;
  readonly takenAt: Millis;
  readonly print: boolean;
  readonly leaseId?: string;
  readonly standsFor?: string;
}

/**
 * [ENTER-1] A visit that began at `takenAt` with a number in the visitor's hand. Who has one waits
 * already: a closed, full or suspended hall keeps nobody out.
 */
const entered = (
  hall: Hall,
  command: EnterTicket | EnterNumber,
  entry: Entry,
): DayEvent[] | Refusal => {
  const { configuration } = hall;
  const services = knownServices(hall, command.services);
  const classId = configuration.classes.some(({ id }) => id === command.classId)
    ? command.classId
    : '';
  const choice = chooseService(hall, services, classId);
  if (choice === undefined) return refuse('service.unknown');
  const { seriesId, number, language } = command;
  const ticketId = hall.idAt(0);
  const times = ownTimes(hall, { serviceId: choice.serviceId, classId }, entry.takenAt);
  const issued = { ticketId, seriesId, number, services, classId, language, ...entry };
  return [
    { type: 'ticket.issued', ...issued },
    { type: 'leg.joined', ticketId, leg: 1, classId, target: 'own', ...choice, ...times },
  ];
};

/**
 * [ENTER-3] The visitor's unanswered request was carried out after all: that ticket, if it is open,
 * takes the number on the paper and keeps its place.
 */
const relabelled = (hall: Hall, command: EnterTicket, leaseId: string): DayEvent[] | undefined => {
  const ticketId = hall.asked.earlier;
  if (ticketId === undefined || !hall.day.tickets.has(ticketId)) return undefined;
  const { seriesId, number } = command;
  return [{ type: 'ticket.relabelled', ticketId, seriesId, number, leaseId }];
};

/** [ENTER-2] Enters a ticket of a lease into the open day. */
const enterToday = (hall: Hall, command: EnterTicket): DayEvent[] | Refusal => {
  const { state, configuration, asked } = hall;
  const { kioskId: deviceId, day, seriesId, number } = command;
  const lease = leaseWith(state.centre.leases, { deviceId, day }, command);
  const key = labelKey(seriesId, number);
  if (lease === undefined || lease.used.has(key) || hall.day.labels.has(key)) {
    return refuse('lease.unknown');
  }
  if (categoryOf(configuration, seriesId) === undefined) return refuse('lease.unknown');
  const takenAt = Math.min(asked.at, Math.max(lease.grantedAt, command.takenAt));
  const print = !('refused' in printerAt(hall, deviceId));
  const { unanswered } = command;
  const standsFor =
    unanswered === null || asked.earlier !== undefined ? {} : { standsFor: unanswered };
  const entry = { deviceId, takenAt, print, leaseId: lease.id, ...standsFor };
  return relabelled(hall, command, lease.id) ?? entered(hall, command, entry);
};

type AskedToEnter = Asked & { readonly command: EnterTicket };

/** [ENTER-4] The first ticket of a day that nobody opened yet opens it: its visitor may wait. */
const openWith = (
  state: State,
  asked: AskedToEnter,
  configurations: Configurations,
): readonly Event[] | Refusal | undefined => {
  const { configuration, date, hours } = opening(state, asked, configurations);
  if (asked.command.day !== date || hours === null) return undefined;
  if (state.centre.lastDay !== null && state.centre.lastDay >= date) return undefined;
  if (asked.at >= closeByOf(configuration, hours.closesAt)) return undefined;
  const opened = openedDay(state, configuration, { date, closesAt: hours.closesAt });
  // No event that opens a day changes what a copy shares with the state: the day is its own, and
  // of the centre whole fields are set.
  const then: State = { ...state, centre: { ...state.centre }, day: null };
  for (const event of opened) {
    const { stream, seq } = then;
    const logged = { ...event, at: asked.at, actor: asked.actor, stream, seq: seq + 1 };
    apply(then, logged as Logged, configurations);
  }
  const hall = hallOf(then, asked, configurations);
  if ('refused' in hall) return hall;
  const decided = enterToday(hall, asked.command);
  return 'refused' in decided ? decided : [...opened, ...decided];
};

/**
 * [ENTER-2] [ENTER-4] A ticket that a kiosk gave out while the server was away. One of a day that
 * is over, or not yet there, is only written down.
 */
export const enterTicket = (
  state: State,
  asked: AskedToEnter,
  configurations: Configurations,
): readonly Event[] | Refusal => {
  const { command } = asked;
  const hall = hallOf(state, asked, configurations);
  if (!('refused' in hall) && hall.day.day === command.day) return enterToday(hall, command);
  if (asked.clock?.confirmed === false) return refuse('clock.unconfirmed');
  const opened = 'refused' in hall ? openWith(state, asked, configurations) : undefined;
  if (opened !== undefined) return opened;
  const { day, kioskId: deviceId, seriesId, number, services, takenAt } = command;
  return [{ type: 'ticket.tooLate', day, deviceId, seriesId, number, services, takenAt }];
};

const isSeenToday = (day: DayState, seriesId: string, number: number): boolean =>
  day.labels.has(labelKey(seriesId, number)) ||
  [...day.stubs.values()].some((stub) => stub.seriesId === seriesId && stub.number === number);

/** [PAD-1] A number of a reserved series, given out by hand, once a day. */
export const enterNumber = (hall: Hall, command: EnterNumber): DayEvent[] | Refusal => {
  const { seriesId, number, takenAt } = command;
  const category = categoryOf(hall.configuration, seriesId);
  if (category?.reserved !== true || number < category.min || number > category.max) {
    return refuse('pad.unknown');
  }
  if (isSeenToday(hall.day, seriesId, number)) return refuse('pad.used');
  const { at, deviceId } = hall.asked;
  if (takenAt > at || takenAt <= at - DAY_MS) return refuse('pad.wrongTime');
  return entered(hall, command, { deviceId, takenAt, print: false });
};
