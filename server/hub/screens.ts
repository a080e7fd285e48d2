import type { Millis } from '../../core/configuration.js';
import type { DeviceId } from '../../core/events.js';
import type { StandbyState, UpstreamTrouble } from '../../core/protocol/manager.js';
import type { Role } from '../../core/protocol/roles.js';
import { STANDBY_ID } from '../../core/protocol/standby.js';
import type { SmsState } from '../../core/protocol/sms.js';
import type { DeskCurrent, DeviceRole, DeviceStatus, ViewBase } from '../../core/protocol/views.js';
import { agentCounters } from '../../core/views/agent.js';
import { boardView } from '../../core/views/board.js';
import { deskView } from '../../core/views/desk.js';
import { kioskView } from '../../core/views/kiosk.js';
import { managerView, type ManagerLive } from '../../core/views/manager.js';
import { phoneView } from '../../core/views/phone.js';
import { DAY_MS, MINUTE_MS } from '../../core/time.js';
import type { Centre } from '../centre.js';
import { reportOfDay } from '../report/day.js';
import { lateSince } from '../report/rows.js';
import type { Notices } from '../sms/notices.js';
import { kioskDoor, leasesOf } from './leases.js';
import { agentBody, kioskPapers, printerOf, printersOf, troubledPapers } from './papers.js';
import { scannedAt } from './scans.js';

/** Whose screen a view is for. Screens of the same subject share one view. */
export interface Subject {
  readonly role: Role;
  readonly deviceId: DeviceId;
  /** The person signed in, at desks and the manager's page. */
  readonly staff?: { readonly id: string; readonly name: string };
  /** The ticket of a phone. */
  readonly ticketId?: string;
}

export type Body = Omit<object, keyof ViewBase>;

/** Every device of the centre's file, and how it is. */
export const devicesOf = (centre: Centre): DeviceStatus[] => {
  const configuration = centre.configuration();
  const enrolled = centre.devices.enrolled();
  const machines = centre.machines.all();
  const manager = { id: 'manager', name: { ar: 'المدير', en: 'Manager' } };
  const slots: [DeviceRole, readonly { id: string; name: DeviceStatus['name'] }[]][] = [
    ['kiosk', configuration.kiosks],
    ['board', configuration.boards],
    ['desk', configuration.desks],
    ['agent', configuration.agents],
    ['manager', [manager]],
  ];
  return slots.flatMap(([role, entries]) =>
    entries.map(({ id: deviceId, name }) => ({
      deviceId,
      role,
      name,
      connected: centre.live.isConnected(deviceId),
      since: centre.live.since(deviceId),
      enrolled: enrolled.has(deviceId),
      machine: role === 'agent' ? (machines.get(deviceId) ?? null) : null,
      printer: role === 'kiosk' ? printerOf(centre, deviceId) : null,
      troubles: centre.live.troubles(deviceId),
      roll: role === 'kiosk' ? (centre.live.printer(deviceId)?.roll ?? null) : null,
    })),
  );
};

const FIGURES_KEPT_MS = 5_000;
const figures = new WeakMap<Centre, { readonly at: Millis; readonly of: Figures }>();
type Figures = Pick<ManagerLive, 'waits' | 'serviceLevel' | 'late'>;

/** What the report's tables know of today, looked up again every few seconds. */
const figuresOf = (centre: Centre, at: Millis): Figures => {
  const kept = figures.get(centre);
  if (kept !== undefined && Math.abs(at - kept.at) < FIGURES_KEPT_MS) return kept.of;
  const { day } = centre.log.state;
  const { zone } = centre.configuration().centre;
  const report = day && reportOfDay(centre.store.database, day.day, { now: at, zone });
  const legs = report?.legs;
  const late = lateSince(centre.store.database, at - DAY_MS);
  const of = { waits: legs?.waits ?? null, serviceLevel: legs?.serviceLevel.share ?? null, late };
  figures.set(centre, { at, of });
  return of;
};

const storageOf = ({ store }: Centre) => {
  const { freeBytes, warning } = store.disk.status();
  return { freeBytes, warning };
};

/** Where a gateway is configured, a phone's page says whether its number is known. */
const withSms = <V extends { readonly ticketId: string }>(
  { sms }: Centre,
  view: V | null,
): V | null =>
  view === null || sms === null ? view : { ...view, sms: { state: ownState(sms, view.ticketId) } };

/** A number that was taken back is not there, whatever became of its messages. */
const ownState = (sms: Notices, ticketId: string): SmsState | null =>
  sms.knows(ticketId) ? (sms.newsOf(ticketId)?.state ?? null) : null;

/** What the clerk sees of the messages to the visitor who is called or served. */
const withNews = (sms: Notices | null, current: DeskCurrent | null): DeskCurrent | null => {
  const news = current === null ? undefined : sms?.newsOf(current.ticketId);
  return current === null || !news ? current : { ...current, sms: news };
};

/** A short cut of the line is nobody's trouble. */
const AWAY_TOLD_MS = 10 * MINUTE_MS;

const upstreamTroubles = ({ upstreams }: Centre, at: Millis): readonly UpstreamTrouble[] =>
  upstreams.status().flatMap(({ id, state }): UpstreamTrouble[] => {
    if (id === STANDBY_ID) return [];
    if (state.is === 'stopped') return [{ id, is: state.why }];
    const isLong = state.is === 'away' && at - state.since > AWAY_TOLD_MS;
    return isLong ? [{ id, is: 'away', since: state.since }] : [];
  });

const standbyOf = ({ upstreams }: Centre): { readonly standby?: StandbyState } => {
  const state = upstreams.status().find(({ id }) => id === STANDBY_ID)?.state;
  if (state === undefined) return {};
  if (state.is === 'stopped') return { standby: { is: state.why } };
  return { standby: state.is === 'away' ? { is: 'away', since: state.since } : { is: state.is } };
};

/** What a subject may see now; `null` when it may see nothing (a ticket that is not of today). */
export const bodyOf = (centre: Centre, subject: Subject, at: Millis): Body | null => {
  const { state } = centre.log;
  const { configurations } = centre.store;
  const { deviceId } = subject;
  switch (subject.role) {
    case 'kiosk': {
      const door = kioskDoor(centre, deviceId);
      const live = { deviceId, ...kioskPapers(centre, deviceId), door };
      const view = kioskView(state, configurations, { at, live });
      const offered = centre.sms === null ? {} : ({ sms: true } as const);
      return { ...view, ...scannedAt(centre, deviceId, at), ...offered, voice: centre.voices.hash };
    }
    case 'board':
      return {
        ...boardView(state, configurations, { at, boardId: deviceId }),
        voice: centre.voices.hash,
      };
    case 'desk': {
      const clerk = subject.staff ?? { id: '', name: '' };
      const nameOf = (id: string): string => centre.staff.nameOf(id);
      const place = { deviceId, clerk, nameOf, printers: printersOf(centre) };
      const view = deskView(state, configurations, { at, place });
      const current = withNews(centre.sms, view.current);
      return { ...view, current, ...scannedAt(centre, deviceId, at) };
    }
    case 'manager': {
      const live = {
        clock: centre.clock.status(),
        devices: devicesOf(centre),
        storage: storageOf(centre),
        ...figuresOf(centre, at),
        nameOf: (id: string) => centre.staff.nameOf(id),
        troubled: troubledPapers(centre, at),
        offline: centre.live.offline(),
      };
      const view = managerView(state, configurations, { at, live });
      const upstreams = upstreamTroubles(centre, at);
      const { altered } = centre.scrub;
      const told = {
        ...view,
        ...standbyOf(centre),
        ...(altered === null ? {} : { altered: altered.seq }),
        ...(upstreams.length === 0 ? {} : { upstreams }),
      };
      return centre.sms === null ? told : { ...told, sms: centre.sms.today() };
    }
    case 'phone':
      return withSms(
        centre,
        phoneView(state, configurations, { at, ticketId: subject.ticketId ?? '' }),
      );
    case 'agent':
      return {
        ...agentBody(centre, deviceId, at),
        leases: leasesOf(centre, deviceId),
        ...agentCounters(state, configurations, deviceId),
      };
  }
};
