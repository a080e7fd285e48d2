import { civil, closeByOf, hoursOf } from '../calendar.js';
import { counterOf, serviceOf } from '../catalogue.js';
import type { Configuration, Millis } from '../configuration.js';
import type { DayEvent, DeviceId, Event } from '../events.js';
import { dueLeases } from '../leases.js';
import type { ManagerCommand, SystemCommand } from '../protocol/commands.js';
import { refuse, type Refusal } from '../protocol/refusals.js';
import { freshSeries, jump, seriesOf } from '../series.js';
import { RULES_VERSION, type Asked, type Configurations, type State } from '../state.js';
import { DAY_MS } from '../time.js';
import { configurationOf, openTicket, reasonOf, type Hall } from './hall.js';
import { endVisit } from './legs.js';
import type { SupplyCommand } from './paper.js';
import type { SheetCommand } from './sheets.js';

type Decision = Event[] | Refusal;

/** What a day that opens now would go by: its configuration, its date, its hours if it has any. */
export const opening = (state: State, asked: Asked, configurations: Configurations) => {
  const configuration = configurationOf(configurations, state.centre.configuration);
  const { date } = civil(asked.at, configuration.centre.zone);
  return { configuration, date, hours: hoursOf(configuration, date) };
};

/** [DAY-1] The day's first event, and the numbers that a restored centre jumps over. */
export const openedDay = (
  state: State,
  configuration: Configuration,
  day: { readonly date: string; readonly closesAt: Millis },
): Event[] => {
  const { skipSeries, training, leases } = state.centre;
  const ofToday = leases.filter((lease) => lease.day === day.date);
  const events: Event[] = [
    {
      type: 'day.opened',
      day: day.date,
      configuration: state.centre.configuration,
      rulesVersion: RULES_VERSION,
      closesAt: day.closesAt,
      closeBy: closeByOf(configuration, day.closesAt),
      training,
    },
  ];
  const skipped = configuration.categories.flatMap((category) =>
    jump(category, freshSeries(category, ofToday), { count: skipSeries, labels: new Map() }),
  );
  return [...events, ...skipped];
};

/** [DAY-2] A manager opens the day by the calendar, or until a stated time whatever it says. */
export const openDay = (state: State, asked: Asked, configurations: Configurations): Decision => {
  if (state.day !== null) return refuse('day.open');
  if (asked.clock?.confirmed === false) return refuse('clock.unconfirmed');
  const { configuration, date, hours } = opening(state, asked, configurations);
  const wish = asked.command.type === 'openDay' ? asked.command.closesAt : undefined;
  if (state.centre.lastDay !== null && state.centre.lastDay >= date) return refuse('day.over');
  if (wish !== undefined) {
    if (wish <= asked.at || wish > asked.at + DAY_MS) return refuse('day.wrongTime');
    return openedDay(state, configuration, { date, closesAt: wish });
  }
  if (hours === null) return refuse('day.holiday');
  if (asked.at >= hours.closesAt) return refuse('day.wrongTime');
  return openedDay(state, configuration, { date, closesAt: hours.closesAt });
};

/** [DAY-5] Closing ends every open visit and counter, and says so for each. */
const closed = (hall: Hall, by: 'manager' | 'closeBy'): DayEvent[] => {
  const { day } = hall;
  const events: DayEvent[] = [];
  if (!day.issuingClosed) events.push({ type: 'day.issuingClosed' });
  for (const ticket of day.tickets.values()) {
    const outcome = ticket.leg.status === 'absent' ? 'no_show' : 'closed_end_of_day';
    events.push(...endVisit(ticket, outcome));
  }
  for (const counterId of day.counters.keys()) events.push({ type: 'counter.closed', counterId });
  events.push({ type: 'day.closed', by });
  return events;
};

/** [TICK-1] What time alone changes: opening, closing, lapses, ends of suspensions. */
export const tick = (hall: Hall): DayEvent[] => {
  const { day, asked } = hall;
  if (asked.clock?.confirmed === false) return [];
  if (asked.at >= day.closeBy) return closed(hall, 'closeBy');
  const events: DayEvent[] = [];
  if (!day.issuingClosed && asked.at >= day.closesAt) events.push({ type: 'day.issuingClosed' });
  for (const ticket of day.tickets.values()) {
    if (ticket.leg.status === 'absent' && asked.at >= ticket.leg.lapsesAt) {
      events.push({ type: 'leg.lapsed', ticketId: ticket.id }, ...endVisit(ticket, 'no_show'));
    }
  }
  for (const [serviceId, { until }] of day.suspensions) {
    if (until !== null && asked.at >= until) {
      events.push({ type: 'service.resumed', serviceId: serviceId === '' ? null : serviceId });
    }
  }
  return events;
};

/** [DAY-3] By the clock a day opens only inside its calendar hours, and only once. */
export const openByClock = (
  state: State,
  asked: Asked,
  configurations: Configurations,
): Decision => {
  if (state.centre.configuration === '') return [];
  const { hours } = opening(state, asked, configurations);
  if (hours === null || asked.at < hours.opensAt) return [];
  const opened = openDay(state, asked, configurations);
  return 'refused' in opened ? [] : opened;
};

const closeEarly = (hall: Hall, closesAt: Millis): Decision => {
  const { asked, configuration, day } = hall;
  if (closesAt < asked.at || closesAt > day.openedAt + DAY_MS) return refuse('day.wrongTime');
  return [{ type: 'day.hoursChanged', closesAt, closeBy: closeByOf(configuration, closesAt) }];
};

/** [SUSPEND-1] Nobody is taken in for a suspended service; those who wait are still called. */
const suspend = (hall: Hall, command: Extract<ManagerCommand, { type: 'suspend' }>): Decision => {
  const { serviceId, reasonId, until } = command;
  if (serviceId !== null && serviceOf(hall.configuration, serviceId) === undefined) {
    return refuse('service.unknown');
  }
  if (hall.day.suspensions.has(serviceId ?? '')) return refuse('suspend.already');
  if (until !== null && until <= hall.asked.at) return refuse('day.wrongTime');
  const reason = reasonOf(hall, 'suspend', reasonId);
  if ('refused' in reason) return reason;
  return [{ type: 'service.suspended', serviceId, reason, until }];
};

const voidTicket = (
  hall: Hall,
  { ticketId, reasonId }: Extract<ManagerCommand, { type: 'voidTicket' }>,
): Decision => {
  const ticket = openTicket(hall, ticketId);
  if ('refused' in ticket) return ticket;
  if (ticket.leg.status === 'serving') return refuse('ticket.called');
  const reason = reasonOf(hall, 'void', reasonId);
  return 'refused' in reason ? reason : endVisit(ticket, 'voided_by_staff', reason);
};

/** [COUNTER-3] A manager changes at once what a counter serves. */
const switchProfile = (
  hall: Hall,
  { counterId, profileId }: Extract<ManagerCommand, { type: 'switchProfile' }>,
): Decision => {
  const counter = hall.day.counters.get(counterId);
  if (counter === undefined) return refuse('counter.notOpen');
  const allowed = counterOf(hall.configuration, counterId)?.profiles.includes(profileId);
  if (allowed !== true) return refuse('profile.unknown');
  if (counter.profileId === profileId) return refuse('profile.same');
  return [{ type: 'counter.profileSet', counterId, profileId }];
};

type DayCommand = Exclude<
  ManagerCommand,
  {
    type:
      | 'openDay'
      | 'reprint'
      | 'giveUpPaper'
      | 'enterNumber'
      | (CentreCommand | SupplyCommand | SheetCommand)['type'];
  }
>;

/** Decides what a manager asks for about the open day. */
export const decideDay = (hall: Hall, command: DayCommand): Decision => {
  const { day } = hall;
  switch (command.type) {
    case 'closeDay':
      return closed(hall, 'manager');
    case 'closeEarly':
      return closeEarly(hall, command.closesAt);
    case 'announce':
      return [{ type: 'announcement.set', text: command.text }];
    case 'suspend':
      return suspend(hall, command);
    case 'unsuspend':
      return day.suspensions.has(command.serviceId ?? '')
        ? [{ type: 'service.resumed', serviceId: command.serviceId }]
        : refuse('suspend.none');
    case 'voidTicket':
      return voidTicket(hall, command);
    case 'switchProfile':
      return switchProfile(hall, command);
    case 'answerHelp':
      return day.help.has(command.deviceId)
        ? [{ type: 'help.answered', deviceId: command.deviceId }]
        : refuse('help.none');
  }
};

/** [SERIES-3] Numbers that an open day may have issued after the copy it was restored from. */
const skippedToday = (
  { day }: State,
  count: number,
  configurations: Configurations,
): readonly Event[] => {
  if (day === null) return [];
  return configurationOf(configurations, day.configuration).categories.flatMap((category) =>
    jump(category, seriesOf(day, category), { count, labels: day.labels }),
  );
};

/** [PUBLISH-1] A configuration for the days to come, and what of it holds today. */
const publish = (
  state: State,
  command: Extract<SystemCommand, { type: 'publish' }>,
  configurations: Configurations,
): Decision => {
  const { configuration, today, waiting } = command;
  if (!configurations.has(configuration) || !configurations.has(today)) {
    return refuse('configuration.unknown');
  }
  if (state.centre.configuration === configuration) return refuse('configuration.same');
  const events: Event[] = [{ type: 'configuration.published', configuration }];
  if (state.day !== null && state.day.configuration !== today) {
    events.push({ type: 'configuration.applied', configuration: today, waiting });
  }
  return events;
};

/** [DEVICE-2] Without a manager's device nobody could approve another. */
const revokeDevice = ({ centre: { devices } }: State, deviceId: DeviceId): Decision => {
  if (!devices.has(deviceId)) return refuse('device.unknown');
  const managers = [...devices].filter(([, role]) => role === 'manager');
  if (managers.length === 1 && managers[0]?.[0] === deviceId) return refuse('device.lastManager');
  return [{ type: 'device.revoked', deviceId }];
};

/** What concerns the centre rather than one day. */
export type CentreCommand =
  | Extract<SystemCommand, { type: 'startLog' | 'restoreLog' | 'publish' | 'enrolDevice' }>
  | Extract<ManagerCommand, { type: 'revokeDevice' | 'confirmClock' }>;

/** Decides what concerns the centre rather than one day. */
export const decideCentre = (
  state: State,
  { command, clock }: Asked & { readonly command: CentreCommand },
  configurations: Configurations,
): Decision => {
  switch (command.type) {
    case 'startLog': {
      const { centreId, training, configuration } = command;
      if (state.seq > 0) return refuse('configuration.same');
      return [
        { type: 'log.started', centreId, training },
        { type: 'configuration.published', configuration },
      ];
    }
    case 'restoreLog': {
      const { type: _, skip, ...previous } = command;
      return [
        { type: 'log.restored', ...previous, skip },
        ...skippedToday(state, skip, configurations),
      ];
    }
    case 'publish':
      return publish(state, command, configurations);
    case 'enrolDevice':
      return [{ type: 'device.enrolled', deviceId: command.deviceId, role: command.role }];
    case 'revokeDevice':
      return revokeDevice(state, command.deviceId);
    case 'confirmClock':
      return [{ type: 'clock.corrected', byMs: clock?.differenceMs ?? 0 }];
  }
};

/** [LEASE-1] Leases that kiosks lack, while the time is sure. */
export const leases = (state: State, asked: Asked, configurations: Configurations): Event[] => {
  if (state.centre.configuration === '' || asked.clock?.confirmed === false) return [];
  const coming = configurationOf(configurations, state.centre.configuration);
  const today =
    state.day === null ? coming : configurationOf(configurations, state.day.configuration);
  return dueLeases(state, { coming, today }, asked.at);
};
