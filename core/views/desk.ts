import { byDue, candidateOf, eligible, waitingLegs } from '../calling.js';
import { counterOf } from '../catalogue.js';
import type { Configuration, Millis } from '../configuration.js';
import type {
  DeskCounter,
  DeskCurrent,
  DeskTicket,
  DeskView,
  Person,
  PrinterChoice,
  ViewBase,
} from '../protocol/views.js';
import type { Configurations, Counter, DayState, State, Ticket } from '../state.js';
import { counterState, currentConfiguration, hallTimes, labelOf, wasLabel } from './hall.js';

const WAITING_SHOWN_MAX = 30;
const ASIDE_SHOWN_MAX = 30;

/** Who sits at a desk. */
export interface DeskPlace {
  readonly deviceId: string;
  readonly clerk: Person;
  /** Names of clerks by pseudonym, for the other counters. */
  readonly nameOf: (clerk: string) => string;
  readonly printers: readonly PrinterChoice[];
}

const deskTicket = (configuration: Configuration, ticket: Ticket): DeskTicket => {
  const { leg } = ticket;
  return {
    ticketId: ticket.id,
    label: labelOf(configuration, ticket),
    ...wasLabel(configuration, ticket),
    serviceId: leg.serviceId,
    classId: ticket.classId,
    language: ticket.language,
    joinedAt: leg.joinedAt,
    dueAt: leg.dueAt,
    ...(leg.boundTo === undefined ? {} : { boundTo: leg.boundTo.counterId }),
  };
};

const currentOf = (
  configuration: Configuration,
  day: DayState,
  counter: Counter | undefined,
): DeskCurrent | null => {
  const ticket = counter?.ticketId === undefined ? undefined : day.tickets.get(counter.ticketId);
  const leg = ticket?.leg;
  if (ticket === undefined || (leg?.status !== 'called' && leg?.status !== 'serving')) return null;
  const { noShowCalls, noShowAfterS } = configuration.rules;
  return {
    ...deskTicket(configuration, ticket),
    state: leg.status,
    calledAt: leg.calledAt,
    startedAt: leg.startedAt ?? null,
    calls: leg.calls,
    noShowAt: leg.calls >= noShowCalls ? leg.calledAt + noShowAfterS * 1000 : null,
    nextServices: ticket.next,
  };
};

/** A counter as desks and managers see it. */
export const deskCounter = (
  day: DayState | null,
  counterId: string,
  nameOf: DeskPlace['nameOf'],
): DeskCounter => {
  const counter = day?.counters.get(counterId);
  return {
    counterId,
    state: day === null ? 'closed' : counterState(day, counter),
    clerk: counter === undefined ? null : { id: counter.clerk, name: nameOf(counter.clerk) },
    profileId: counter?.profileId ?? null,
    since: counter?.pausedAt ?? counter?.openedAt ?? null,
  };
};

/** Every leg that the counter may call now, in plain order. */
const waitingAt = (
  configuration: Configuration,
  day: DayState,
  { counter, at }: { readonly counter: Counter; readonly at: Millis },
): DeskTicket[] =>
  eligible({ day, configuration, counter, at }, waitingLegs(day)).flatMap(({ ticketId }) => {
    const ticket = day.tickets.get(ticketId);
    return ticket === undefined ? [] : [deskTicket(configuration, ticket)];
  });

const aside = (day: DayState | null, status: 'parked' | 'absent'): Ticket[] =>
  [...(day?.tickets.values() ?? [])]
    .filter(({ leg }) => leg.status === status)
    .sort((a, b) => byDue(candidateOf(a), candidateOf(b)))
    .slice(0, ASIDE_SHOWN_MAX);

const ownCounter = (
  configuration: Configuration,
  day: DayState | null,
  { deviceId, clerk }: DeskPlace,
): string | undefined => {
  const open = [...(day?.counters.values() ?? [])].find((counter) => counter.clerk === clerk.id);
  const desk = configuration.desks.find(({ id }) => id === deviceId);
  const here = [...(day?.counters.values() ?? [])].find((entry) => entry.deviceId === deviceId);
  const fixed = desk?.counter ?? undefined;
  return open?.id ?? here?.id ?? (fixed && counterOf(configuration, fixed)?.id);
};

export const deskView = (
  state: State,
  configurations: Configurations,
  { at, place }: { readonly at: Millis; readonly place: DeskPlace },
): Omit<DeskView, keyof ViewBase> => {
  const configuration = currentConfiguration(state, configurations);
  const { day } = state;
  const counterId = ownCounter(configuration, day, place);
  const counter = counterId === undefined ? undefined : day?.counters.get(counterId);
  const mine = counter?.clerk === place.clerk.id ? counter : undefined;
  const waiting = day && mine ? waitingAt(configuration, day, { counter: mine, at }) : [];
  return {
    hall: hallTimes(state, configuration, at),
    clerk: place.clerk,
    counter: counterId === undefined ? null : deskCounter(day, counterId, place.nameOf),
    counters: configuration.counters.map(({ id }) => deskCounter(day, id, place.nameOf)),
    current: day === null ? null : currentOf(configuration, day, mine),
    waiting: waiting.slice(0, WAITING_SHOWN_MAX),
    waitingTotal: waiting.length,
    parked: aside(day, 'parked').map((ticket) => deskTicket(configuration, ticket)),
    absent: aside(day, 'absent').flatMap((ticket) =>
      ticket.leg.status === 'absent'
        ? [{ ...deskTicket(configuration, ticket), returnBy: ticket.leg.returnBy }]
        : [],
    ),
    today: {
      served: mine?.served ?? 0,
      handlingMs: mine && mine.served > 0 ? mine.handlingMs / mine.served : null,
    },
    printers: place.printers,
    helpAsked: day?.help.has(place.deviceId) ?? false,
  };
};
