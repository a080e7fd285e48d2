import { nextOpening } from '../calendar.js';
import { aheadCounter, candidateOf, targetMs, type Candidate } from '../calling.js';
import { categoryOf } from '../catalogue.js';
import type { Configuration, Millis } from '../configuration.js';
import { configurationOf } from '../decide/hall.js';
import type { CounterState, HallState, HallTimes, Label } from '../protocol/views.js';
import type { Configurations, Counter, DayState, State, Ticket } from '../state.js';
import { HOUR_MS } from '../time.js';

/** A hall that opens so soon opens *today*, also where that is after midnight. */
const TODAY_MS = 12 * HOUR_MS;

/** The configuration that holds now: the day's while one is open, else the newest published. */
export const currentConfiguration = (state: State, configurations: Configurations): Configuration =>
  configurationOf(configurations, state.day?.configuration ?? state.centre.configuration);

/** What a visitor reads for a number of a series. */
export const labelOf = (
  configuration: Configuration,
  { seriesId, number }: { readonly seriesId: string; readonly number: number },
): Label => ({ letter: categoryOf(configuration, seriesId)?.letter ?? null, number });

/** The label that a ticket bore before it took the one on its visitor's paper, if it did. */
export const wasLabel = (
  configuration: Configuration,
  { was }: Pick<Ticket, 'was'>,
): { readonly was?: Label } => (was === undefined ? {} : { was: labelOf(configuration, was) });

const hallState = (day: DayState | null, configuration: Configuration, at: Millis): HallState => {
  if (day === null) return 'closed';
  if (day.issuingClosed || at >= day.closesAt) return 'closing';
  if (day.suspensions.has('')) return 'suspended';
  return day.tickets.size >= configuration.rules.waitingMax ? 'full' : 'open';
};

/** Whether the hall is open, until when, and when it opens next. */
export const hallTimes = (state: State, configuration: Configuration, at: Millis): HallTimes => {
  const { day } = state;
  const now = hallState(day, configuration, at);
  const suspension = day?.suspensions.get('');
  const reason = configuration.reasons.suspend?.find(({ id }) => id === suspension?.reasonId);
  const opensAt = now === 'open' ? null : nextOpening(configuration, at);
  const today = opensAt !== null && opensAt - at < TODAY_MS;
  return {
    state: now === 'closed' && today ? 'before' : now,
    closesAt: day?.closesAt ?? null,
    opensAt,
    reason: reason?.name ?? null,
    suspendedUntil: suspension?.until ?? null,
  };
};

export const counterState = (day: DayState, counter: Counter | undefined): CounterState => {
  if (counter === undefined) return 'closed';
  if (counter.pausedAt !== undefined) return 'paused';
  const leg = counter.ticketId === undefined ? undefined : day.tickets.get(counter.ticketId)?.leg;
  return leg?.status === 'called' || leg?.status === 'serving' ? leg.status : 'open';
};

/** How many would be called before a ticket's leg; 0 when it is not waiting. */
export const aheadOf = (configuration: Configuration, day: DayState, ticket: Ticket): number =>
  ticket.leg.status === 'waiting' ? aheadCounter(configuration, day)(candidateOf(ticket)) : 0;

/** [AHEAD-2] How many would be ahead of a ticket taken now; services with nobody are left out. */
export const aheadOfNew = (
  configuration: Configuration,
  day: DayState,
  at: Millis,
): Record<string, number> => {
  const ahead = aheadCounter(configuration, day);
  const found: Record<string, number> = {};
  for (const { id: serviceId } of configuration.services) {
    const dueAt = at + targetMs(configuration, serviceId, '');
    const times = { joinedAt: at, orderFrom: at, dueAt, seq: Number.MAX_SAFE_INTEGER };
    const fresh: Candidate = { ticketId: '', serviceId, classId: '', ...times };
    const count = ahead(fresh);
    if (count > 0) found[serviceId] = count;
  }
  return found;
};
