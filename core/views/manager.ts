import type { Configuration, Millis } from '../configuration.js';
import type { LateFact } from '../facts.js';
import type { PaperPart } from '../paper.js';
import { LOST_LISTED_MAX } from '../protocol/agent.js';
import type { ManagerView, OfflineNews, ViewBase } from '../protocol/views.js';
import type { Configurations, DayState, State } from '../state.js';
import { DAY_MS } from '../time.js';
import { deskCounter } from './desk.js';
import { currentConfiguration, hallTimes, labelOf } from './hall.js';

/** What the server knows beside the log. */
export type ManagerLive = Pick<
  ManagerView,
  'clock' | 'devices' | 'storage' | 'waits' | 'serviceLevel'
> & {
  readonly nameOf: (clerk: string) => string;
  readonly offline: OfflineNews;
  /** Reached the log too late, in the last 24 hours. */
  readonly late: readonly LateFact[];
  readonly troubled: readonly {
    readonly paperId: PaperPart['paperId'];
    readonly state: 'interrupted' | 'queued';
  }[];
};

const serviceRows = (
  configuration: Configuration,
  day: DayState,
  at: Millis,
): ManagerView['services'] => {
  const rows = new Map<string, { waiting: number; overdue: number; oldest: Millis | null }>();
  const rowOf = (serviceId: string) => {
    const row = rows.get(serviceId) ?? { waiting: 0, overdue: 0, oldest: null };
    rows.set(serviceId, row);
    return row;
  };
  for (const { leg } of day.tickets.values()) {
    if (leg.status !== 'waiting') continue;
    const row = rowOf(leg.serviceId);
    row.waiting += 1;
    if (leg.dueAt < at) row.overdue += 1;
    row.oldest = Math.min(row.oldest ?? leg.joinedAt, leg.joinedAt);
  }
  for (const serviceId of day.suspensions.keys()) if (serviceId !== '') rowOf(serviceId);
  return configuration.services.flatMap(({ id: serviceId }) => {
    const row = rows.get(serviceId);
    if (row === undefined) return [];
    const { waiting, overdue, oldest: oldestJoinedAt } = row;
    const suspended = day.suspensions.has(serviceId);
    return [{ serviceId, waiting, overdue, oldestJoinedAt, suspended }];
  });
};

const totalsOf = (day: DayState | null): ManagerView['totals'] => {
  const of = (...states: string[]): number =>
    [...(day?.tickets.values() ?? [])].filter(({ leg }) => states.includes(leg.status)).length;
  return {
    issued: day?.counts.issued ?? 0,
    waiting: of('waiting'),
    serving: of('called', 'serving', 'parked'),
    served: day?.counts.served ?? 0,
    absent: of('absent') + (day?.counts.noShow ?? 0),
    left: day?.counts.left ?? 0,
  };
};

const printsOf = (
  configuration: Configuration,
  day: DayState,
  troubled: ManagerLive['troubled'],
): ManagerView['prints'] =>
  troubled.flatMap(({ paperId, state }): ManagerView['prints'] => {
    const ticket = day.tickets.get(paperId);
    const sheet = day.sheets.get(paperId);
    if (sheet?.of.kind === 'information') {
      const { kioskId, orderedAt, of } = sheet;
      return [
        { paperId, of: { kind: of.kind, serviceId: of.serviceId }, state, kioskId, orderedAt },
      ];
    }
    if (ticket === undefined || ticket.paper === null) return [];
    const { kioskId, orderedAt } = ticket.paper;
    const of = { kind: 'ticket', label: labelOf(configuration, ticket) } as const;
    return [{ paperId, of, state, kioskId, orderedAt }];
  });

/** Tickets of no line, of the last 24 hours: their visitors may still be there, or come back. */
const lostOf = (
  configuration: Configuration,
  { offline, late }: Pick<ManagerLive, 'offline' | 'late'>,
  at: Millis,
): ManagerView['offline']['lost'] =>
  [
    ...offline.refused.filter(({ takenAt }) => takenAt > at - DAY_MS),
    ...late.map(({ deviceId: kioskId, services, seriesId, number, takenAt }) => ({
      ...{ kioskId, seriesId, number, takenAt },
      services: services.split(' '),
      why: 'tooLate',
    })),
  ]
    .sort((a, b) => b.takenAt - a.takenAt)
    .slice(0, LOST_LISTED_MAX)
    .map((ticket) => ({ ...ticket, label: labelOf(configuration, ticket) }));

const padsOf = (day: DayState): ManagerView['pads'] =>
  [...day.sheets.values()].flatMap(({ kioskId, of, left }) => {
    if (of.kind !== 'pad') return [];
    const { seriesId, from, to } = of;
    return [{ seriesId, from, to, kioskId, left: left.size }];
  });

export const managerView = (
  state: State,
  configurations: Configurations,
  { at, live }: { readonly at: Millis; readonly live: ManagerLive },
): Omit<ManagerView, keyof ViewBase> => {
  const configuration = currentConfiguration(state, configurations);
  const { day } = state;
  const { nameOf, troubled, offline, late, ...rest } = live;
  return {
    ...rest,
    hall: hallTimes(state, configuration, at),
    day: day?.day ?? null,
    services: day === null ? [] : serviceRows(configuration, day, at),
    counters: configuration.counters.map(({ id }) => {
      const counter = day?.counters.get(id);
      const ticket = counter?.ticketId && day?.tickets.get(counter.ticketId);
      return {
        ...deskCounter(day, id, nameOf),
        label: ticket ? labelOf(configuration, ticket) : null,
        served: counter?.served ?? 0,
      };
    }),
    help: [...(day?.help.entries() ?? [])].map(([deviceId, { counterId, since }]) => ({
      deviceId,
      counterId: counterId ?? null,
      since,
    })),
    totals: totalsOf(day),
    prints: day === null ? [] : printsOf(configuration, day, troubled),
    pads: day === null ? [] : padsOf(day),
    padNext: Object.fromEntries(day?.padNext ?? []),
    paperless: [...state.centre.paperless],
    announcement: day?.announcement ?? null,
    offline: {
      waiting: offline.waiting,
      lost: lostOf(configuration, { offline, late }, at),
    },
    configurationWaiting: day?.waitingChanges ?? [],
  };
};
