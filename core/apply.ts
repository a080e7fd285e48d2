import type { Millis } from './configuration.js';
import type { CentreEvent, DayEvent, Logged } from './events.js';
import { isCentreEvent } from './events.js';
import { freshSeries } from './series.js';
import { shifted } from './shift.js';
import { applyCounter } from './apply/counters.js';
import { applyTicket } from './apply/tickets.js';
import {
  labelKey,
  RULES_VERSION,
  type Configurations,
  type DayState,
  type State,
} from './state.js';

/**
 * The only thing that changes state. Throws on an event that does not fit: the log and the rules
 * disagree, and the caller must stop rather than guess.
 */
export const apply = (state: State, event: Logged, configurations: Configurations): void => {
  if (event.stream !== state.stream || event.seq !== state.seq + 1) {
    throw new Error(`event ${event.stream}:${event.seq} does not follow ${state.seq}`);
  }
  if (isCentreEvent(event)) applyCentre(state, event);
  else if (event.type === 'day.opened') openDay(state, event, configurations);
  else applyDay(state, event);
  state.seq = event.seq;
};

/** Moves the state past events that concern another day, when only a part of the log is folded. */
export const skipTo = (state: State, seq: number): void => {
  if (seq < state.seq) throw new Error(`the state is at ${state.seq}, past ${seq}`);
  state.seq = seq;
};

const applyCentre = ({ centre, day }: State, event: Logged<CentreEvent>): void => {
  switch (event.type) {
    case 'log.started':
      centre.centreId = event.centreId;
      centre.training = event.training;
      return;
    case 'log.restored':
      centre.skipSeries = event.skip;
      centre.restoredDay = day?.day ?? null;
      if (day !== null) centre.earlierStreams = [...centre.earlierStreams, event.previousStream];
      return;
    case 'configuration.published':
      centre.configuration = event.configuration;
      return;
    case 'device.enrolled':
      centre.devices.set(event.deviceId, event.role);
      return;
    case 'device.revoked':
      centre.devices.delete(event.deviceId);
      return;
    case 'paper.stopped':
      centre.paperless.add(event.kioskId);
      return;
    case 'paper.resumed':
      centre.paperless.delete(event.kioskId);
      return;
    case 'paper.loaded':
      centre.rolls.set(event.kioskId, event.at);
      return;
    case 'lease.granted':
      granted({ centre, day }, event);
      return;
    case 'ticket.tooLate':
      return;
    case 'clock.corrected':
      if (event.byMs < 0) setBack({ centre, day }, event.byMs);
      return;
  }
};

/** [SERIES-4] From now on the server leaves the leased numbers of the open day alone. */
const granted = (
  { centre, day }: Pick<State, 'centre' | 'day'>,
  event: Extract<CentreEvent, { type: 'lease.granted' }> & { readonly at: Millis },
): void => {
  const { leaseId: id, deviceId, day: date, ranges, at: grantedAt } = event;
  const lease = { id, deviceId, day: date, grantedAt, ranges, used: new Set<string>() };
  centre.leases = [...centre.leases, lease];
  if (day?.day !== date) return;
  for (const { seriesId, from } of ranges) {
    const series = day.series.get(seriesId);
    if (series === undefined) throw new Error(`no series ${seriesId} to lease from`);
    day.series.set(seriesId, { ...series, top: Math.min(series.top, from - 1) });
  }
};

/** [CLOCK-2] Whoever is in the hall keeps the place in line and the time waited. */
const setBack = ({ centre, day }: Pick<State, 'centre' | 'day'>, byMs: Millis): void => {
  centre.leases = centre.leases.map((lease) => ({ ...lease, grantedAt: lease.grantedAt + byMs }));
  if (day === null) return;
  for (const [id, sheet] of day.sheets) {
    day.sheets.set(id, { ...sheet, orderedAt: sheet.orderedAt + byMs });
  }
  for (const part of [day.tickets, day.counters, day.help] as Map<string, object>[]) {
    for (const [id, entry] of part) part.set(id, shifted(entry, byMs));
  }
  day.calls = day.calls.map((call) => shifted(call, byMs));
  day.openedAt += byMs;
};

const openDay = (
  state: State,
  event: Logged<Extract<DayEvent, { type: 'day.opened' }>>,
  configurations: Configurations,
): void => {
  if (state.day !== null) throw new Error(`day ${state.day.day} is still open`);
  const body = configurations.get(event.configuration);
  if (body === undefined) throw new Error(`configuration ${event.configuration} is not here`);
  const { day, configuration, rulesVersion, training, closesAt, closeBy } = event;
  if (rulesVersion !== RULES_VERSION) throw new Error(`day ${day} has rules ${rulesVersion}`);
  const leases = state.centre.leases.filter((lease) => lease.day >= day);
  const ofToday = leases.filter((lease) => lease.day === day);
  state.centre.leases = leases;
  state.centre.lastDay = day;
  state.day = {
    day,
    configuration,
    rulesVersion,
    training,
    openedAt: event.at,
    closesAt,
    closeBy,
    issuingClosed: false,
    tickets: new Map(),
    labels: new Map(),
    stubs: new Map(),
    series: new Map(
      body.categories.map((category) => [category.id, freshSeries(category, ofToday)]),
    ),
    counters: new Map(),
    suspensions: new Map(),
    help: new Map(),
    calls: [],
    unprinted: new Set(),
    sheets: new Map(),
    padNext: new Map(),
    counts: { issued: 0, served: 0, left: 0, noShow: 0 },
    announcement: null,
    waitingChanges: [],
  };
};

const applyDay = (state: State, event: Logged<Exclude<DayEvent, { type: 'day.opened' }>>): void => {
  const { day, centre } = state;
  if (day === null) throw new Error(`${event.type} at ${event.seq} while no day is open`);
  if (event.type === 'day.closed') {
    if (day.tickets.size > 0) throw new Error(`day ${day.day} closes with open tickets`);
    centre.closedDay = day.day;
    if (centre.restoredDay !== day.day) {
      centre.skipSeries = 0;
      centre.restoredDay = null;
    }
    centre.earlierStreams = [];
    state.day = null;
    return;
  }
  if ('leaseId' in event) useNumber(centre, event);
  if (!applyCounter(day, event) && !applyTicket(day, event)) applyHall(day, event);
};

/** [LEASE-2] Each number of a lease enters once. */
const useNumber = (
  { leases }: State['centre'],
  { leaseId, seriesId, number }: Extract<DayEvent, { leaseId?: string }>,
): void => {
  if (leaseId === undefined) return;
  const lease = leases.find(({ id }) => id === leaseId);
  const key = labelKey(seriesId, number);
  if (lease === undefined || lease.used.has(key)) throw new Error(`${key} is not of ${leaseId}`);
  lease.used.add(key);
};

/** What concerns the whole hall. Throws on a type that nobody knows. */
const applyHall = (day: DayState, event: Logged<DayEvent>): void => {
  switch (event.type) {
    case 'day.hoursChanged':
      day.closesAt = event.closesAt;
      day.closeBy = event.closeBy;
      day.issuingClosed &&= event.at >= event.closesAt;
      return;
    case 'day.issuingClosed':
      day.issuingClosed = true;
      return;
    case 'configuration.applied':
      day.configuration = event.configuration;
      day.waitingChanges = event.waiting;
      return;
    case 'series.skipped': {
      const series = day.series.get(event.seriesId);
      if (series === undefined) throw new Error(`no series ${event.seriesId} to skip in`);
      day.series.set(event.seriesId, { ...series, next: event.to + 1 });
      return;
    }
    case 'sheet.ordered': {
      const { sheetId: id, kioskId, of, at: orderedAt } = event;
      const parts = of.kind === 'pad' ? of.to - of.from + 1 : 1;
      const left = new Set(Array.from({ length: parts }, (_, part) => part));
      day.sheets.set(id, { id, kioskId, of, orderedAt, left });
      if (of.kind === 'pad') day.padNext.set(of.seriesId, of.to + 1);
      return;
    }
    case 'sheet.printed': {
      const left = day.sheets.get(event.sheetId)?.left;
      if (left?.delete(event.part) !== true) throw new Error(`no sheet ${event.sheetId} waits`);
      if (left.size === 0) day.sheets.delete(event.sheetId);
      return;
    }
    case 'sheet.cancelled':
      day.sheets.delete(event.sheetId);
      return;
    case 'service.suspended':
      day.suspensions.set(event.serviceId ?? '', {
        reasonId: event.reason.id,
        since: event.at,
        until: event.until,
      });
      return;
    case 'service.resumed':
      day.suspensions.delete(event.serviceId ?? '');
      return;
    case 'announcement.set':
      day.announcement = event.text;
      return;
    case 'help.asked': {
      const { counterId, at: since } = event;
      day.help.set(event.deviceId, counterId === undefined ? { since } : { counterId, since });
      return;
    }
    case 'help.answered':
      day.help.delete(event.deviceId);
      return;
    default:
      throw new Error(`nobody knows what ${event.type} does`);
  }
};
