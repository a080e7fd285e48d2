import type { Configuration, Millis } from '../../core/configuration.js';
import type { DeviceId } from '../../core/events.js';
import type { Role } from '../../core/protocol/roles.js';
import type {
  AgentView,
  DeviceRole,
  DeviceStatus,
  PrinterState,
  PrintJob,
  PrintState,
  ViewBase,
} from '../../core/protocol/views.js';
import { boardView } from '../../core/views/board.js';
import { deskView } from '../../core/views/desk.js';
import { kioskView } from '../../core/views/kiosk.js';
import { managerView, type ManagerLive } from '../../core/views/manager.js';
import { phoneView } from '../../core/views/phone.js';
import type { Centre } from '../centre.js';
import { reportOfDay } from '../report/day.js';
import { paperOf } from './paper.js';

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

const PRINTS_SHOWN = 20;
/** Papers told to an agent at once, the oldest first: a view stays small however many wait. */
const JOBS_LISTED_MAX = 20;

/** Copies of the ticket's paper: the first is 0, and no command asks for another yet. */
const jobIdOf = (ticketId: string): string => `${ticketId}/0`;

const agentOf = (configuration: Configuration, kioskId: DeviceId) =>
  configuration.agents.find(({ kiosks }) => kiosks.includes(kioskId));

/** What a kiosk's printer is known to do: away when nobody stands beside it. */
export const printerOf = (centre: Centre, kioskId: DeviceId): PrinterState => {
  const configuration = centre.configuration();
  const kiosk = configuration.kiosks.find(({ id }) => id === kioskId);
  if (kiosk?.printer !== true) return 'none';
  const agent = agentOf(configuration, kioskId);
  if (agent === undefined || !centre.live.isConnected(agent.id)) return 'away';
  return centre.live.printer(kioskId) ?? 'away';
};

/** Paper of the kiosk's last tickets. */
const printingOf = (centre: Centre, kioskId: DeviceId): Record<string, PrintState> => {
  const { day } = centre.log.state;
  const found: Record<string, PrintState> = {};
  if (day === null) return found;
  const mine = [...day.tickets.values()].filter(({ deviceId }) => deviceId === kioskId);
  for (const { id, print } of mine.slice(-PRINTS_SHOWN)) {
    if (!print) continue;
    const live = centre.live.print(jobIdOf(id));
    found[id] = live ?? (day.unprinted.has(id) ? 'queued' : 'confirmed');
  }
  return found;
};

const devicesOf = (centre: Centre): DeviceStatus[] => {
  const configuration = centre.configuration();
  const enrolled = centre.devices.enrolled();
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
      printer: role === 'kiosk' ? printerOf(centre, deviceId) : null,
    })),
  );
};

const PRINT_LATE_MS = 60_000;

/** Paper that a person must look after: late, broken off, or given up. */
const troubledPrints = (centre: Centre, at: Millis): ManagerLive['troubled'] => {
  const { day } = centre.log.state;
  if (day === null) return [];
  return [...day.unprinted].flatMap((ticketId): ManagerLive['troubled'] => {
    const takenAt = day.tickets.get(ticketId)?.takenAt ?? day.openedAt;
    const state = centre.live.print(jobIdOf(ticketId));
    if (state === 'interrupted' || state === 'abandoned') return [{ ticketId, state }];
    const late = at - takenAt > PRINT_LATE_MS;
    return late ? [{ ticketId, state: 'queued' as const }] : [];
  });
};

/** Papers that a kiosk's agent has still to print; printing one again by its id is harmless. */
const agentBody = (centre: Centre, agentId: DeviceId): Omit<AgentView, keyof ViewBase> => {
  const { day } = centre.log.state;
  const agent = centre.configuration().agents.find(({ id }) => id === agentId);
  const kiosks = agent?.kiosks ?? [];
  if (day === null) return { kiosks, jobs: [] };
  const jobs: PrintJob[] = [];
  for (const ticketId of day.unprinted) {
    const ticket = day.tickets.get(ticketId);
    if (ticket === undefined || !kiosks.includes(ticket.deviceId)) continue;
    const { deviceId: kioskId, takenAt: issuedAt } = ticket;
    const paper = paperOf(centre, day, ticket);
    jobs.push({ jobId: jobIdOf(ticketId), kioskId, issuedAt, paper });
    if (jobs.length === JOBS_LISTED_MAX) break;
  }
  return { kiosks, jobs };
};

const FIGURES_KEPT_MS = 5_000;
const figures = new WeakMap<Centre, { readonly at: Millis; readonly of: Figures }>();
type Figures = Pick<ManagerLive, 'waits' | 'serviceLevel'>;

/** Today's waits by the definitions of the day report, looked up again every few seconds. */
const figuresOf = (centre: Centre, at: Millis): Figures => {
  const kept = figures.get(centre);
  if (kept !== undefined && Math.abs(at - kept.at) < FIGURES_KEPT_MS) return kept.of;
  const { day } = centre.log.state;
  const { zone } = centre.configuration().centre;
  const report = day && reportOfDay(centre.store.database, day.day, { now: at, zone });
  const legs = report?.legs;
  const of = { waits: legs?.waits ?? null, serviceLevel: legs?.serviceLevel.share ?? null };
  figures.set(centre, { at, of });
  return of;
};

const storageOf = ({ store }: Centre) => {
  const { freeBytes, warning } = store.disk.status();
  return { freeBytes, warning };
};

/** What a subject may see now; `null` when it may see nothing (a ticket that is not of today). */
export const bodyOf = (centre: Centre, subject: Subject, at: Millis): Body | null => {
  const { state } = centre.log;
  const { configurations } = centre.store;
  const { deviceId } = subject;
  switch (subject.role) {
    case 'kiosk': {
      const printer = printerOf(centre, deviceId);
      const live = { deviceId, printer, printing: printingOf(centre, deviceId) };
      return kioskView(state, configurations, { at, live });
    }
    case 'board':
      return boardView(state, configurations, { at, boardId: deviceId });
    case 'desk': {
      const clerk = subject.staff ?? { id: '', name: '' };
      const place = { deviceId, clerk, nameOf: (id: string) => centre.staff.nameOf(id) };
      return deskView(state, configurations, { at, place });
    }
    case 'manager': {
      const live = {
        clock: centre.clock.status(),
        devices: devicesOf(centre),
        storage: storageOf(centre),
        ...figuresOf(centre, at),
        nameOf: (id: string) => centre.staff.nameOf(id),
        troubled: troubledPrints(centre, at),
      };
      return managerView(state, configurations, { at, live });
    }
    case 'phone':
      return phoneView(state, configurations, { at, ticketId: subject.ticketId ?? '' });
    case 'agent':
      return agentBody(centre, deviceId);
  }
};
