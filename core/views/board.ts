import type { Configuration, Millis } from '../configuration.js';
import { serviceOf } from '../catalogue.js';
import type { BoardCall, BoardCounter, BoardView, ViewBase } from '../protocol/views.js';
import type { Call, Configurations, DayState, State } from '../state.js';
import { counterState, currentConfiguration, hallTimes, labelOf } from './hall.js';

const CALLS_SHOWN_MAX = 12;
const MISSED_SHOWN_MAX = 24;

/** The counters that a board shows: its own one, those of its zones, or all. */
const countersOf = (configuration: Configuration, boardId: string): ReadonlySet<string> => {
  const board = configuration.boards.find(({ id }) => id === boardId);
  if (board !== undefined && board.counter !== null) return new Set([board.counter]);
  const zones = board?.zones ?? [];
  const shown = configuration.counters.filter(
    ({ zone }) => zones.length === 0 || zones.includes(zone),
  );
  return new Set(shown.map(({ id }) => id));
};

const callView = (configuration: Configuration, call: Call): BoardCall => ({
  key: `${call.ticketId}/${call.seq}`,
  label: labelOf(configuration, call),
  counterId: call.counterId,
  at: call.at,
  recalled: call.recalled,
  language: call.language,
});

export const counterView = (
  configuration: Configuration,
  day: DayState | null,
  counterId: string,
): BoardCounter => {
  const counter = day?.counters.get(counterId);
  const ticket = counter?.ticketId === undefined ? undefined : day?.tickets.get(counter.ticketId);
  return {
    counterId,
    state: day === null ? 'closed' : counterState(day, counter),
    label: ticket === undefined ? null : labelOf(configuration, ticket),
  };
};

const waitingByCategory = (configuration: Configuration, day: DayState): Record<string, number> => {
  const waiting: Record<string, number> = {};
  for (const { leg } of day.tickets.values()) {
    const category = serviceOf(configuration, leg.serviceId)?.category;
    if (leg.status !== 'waiting' || category === undefined) continue;
    waiting[category] = (waiting[category] ?? 0) + 1;
  }
  return waiting;
};

/** Nobody comes any more. */
const isOff = (day: DayState, { ticketId }: Call): boolean => {
  const outcome = day.stubs.get(ticketId)?.outcome;
  return outcome === 'cancelled_by_citizen' || outcome === 'voided_by_staff';
};

/** Newest calls first; a recall takes the place of the call that it repeats. */
export const callsShown = (
  configuration: Configuration,
  day: DayState,
  shown: ReadonlySet<string>,
): BoardCall[] => {
  const seen = new Set<string>();
  const calls: BoardCall[] = [];
  for (const call of day.calls.toReversed()) {
    const place = `${call.ticketId} ${call.counterId}`;
    if (!shown.has(call.counterId) || seen.has(place) || isOff(day, call)) continue;
    seen.add(place);
    calls.push(callView(configuration, call));
    if (calls.length === CALLS_SHOWN_MAX) break;
  }
  return calls;
};

export const boardView = (
  state: State,
  configurations: Configurations,
  { at, boardId }: { readonly at: Millis; readonly boardId: string },
): Omit<BoardView, keyof ViewBase | 'voice'> => {
  const configuration = currentConfiguration(state, configurations);
  const { day } = state;
  const shown = countersOf(configuration, boardId);
  const missed = [...(day?.tickets.values() ?? [])].filter(
    ({ leg }) => leg.status === 'absent' && shown.has(leg.counterId),
  );
  return {
    hall: hallTimes(state, configuration, at),
    calls: day === null ? [] : callsShown(configuration, day, shown),
    counters: configuration.counters
      .filter(({ id }) => shown.has(id))
      .map(({ id }) => counterView(configuration, day, id)),
    missed: missed.slice(-MISSED_SHOWN_MAX).map((ticket) => labelOf(configuration, ticket)),
    waiting: day === null ? {} : waitingByCategory(configuration, day),
    announcement: day?.announcement ?? null,
  };
};
