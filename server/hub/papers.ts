import type { Configuration, Millis } from '../../core/configuration.js';
import type { DeviceId } from '../../core/events.js';
import { isLate, jobIdOf } from '../../core/paper.js';
import {
  isPrinting,
  type AgentHall,
  type AgentView,
  type PrinterChoice,
  type PrinterState,
  type PrintJob,
  type PrintState,
  type ViewBase,
} from '../../core/protocol/views.js';
import { isPaperless, type DayState, type Paper, type Ticket } from '../../core/state.js';
import type { ManagerLive } from '../../core/views/manager.js';
import type { Centre } from '../centre.js';
import { sheetJobs } from './sheets.js';
import { paperOf } from './paper.js';

const PRINTS_SHOWN = 20;
/** Papers told to an agent at once: a view stays small however many wait. */
const JOBS_LISTED_MAX = 20;

const agentOf = (configuration: Configuration, kioskId: DeviceId) =>
  configuration.agents.find(({ kiosks }) => kiosks.includes(kioskId));

/** What a kiosk's printer is known to do: away when nobody stands beside it. */
export const printerOf = (centre: Centre, kioskId: DeviceId): PrinterState => {
  const configuration = centre.configuration();
  const kiosk = configuration.kiosks.find(({ id }) => id === kioskId);
  if (kiosk?.printer !== true) return 'none';
  const agent = agentOf(configuration, kioskId);
  if (agent === undefined || !centre.live.isConnected(agent.id)) return 'away';
  return centre.live.printer(kioskId)?.state ?? 'away';
};

/** The printers that tickets may be printed with. */
export const printersOf = (centre: Centre): readonly PrinterChoice[] =>
  centre
    .configuration()
    .kiosks.filter(({ id, printer }) => printer && !isPaperless(centre.log.state, id))
    .map(({ id: kioskId }) => ({ kioskId, state: printerOf(centre, kioskId) }));

const stateOf = ({ live }: Centre, { id }: Ticket, paper: Paper): PrintState => {
  if (paper.state !== 'pending') return paper.state;
  return live.print(jobIdOf(id, paper.copy)) ?? 'queued';
};

/** What a kiosk shows of printers and of the papers of its last tickets. */
export const kioskPapers = (centre: Centre, kioskId: DeviceId) => {
  const { state } = centre.log;
  const printer = isPaperless(state, kioskId) ? ('none' as const) : printerOf(centre, kioskId);
  const mine = [...(state.day?.tickets.values() ?? [])].filter(
    ({ deviceId }) => deviceId === kioskId,
  );
  const printing: Record<string, PrintState> = {};
  const hasAgent = agentOf(centre.configuration(), kioskId) !== undefined;
  for (const ticket of mine.slice(-PRINTS_SHOWN)) {
    if (ticket.paper === null) continue;
    printing[ticket.id] = stateOf(centre, ticket, ticket.paper);
    // A page that has its ticket from the agent knows no other name of it.
    const request = hasAgent ? centre.log.requestOf(ticket.id) : undefined;
    if (request !== undefined) printing[request] = printing[ticket.id]!;
  }
  const here = isPrinting(printer) || printer === 'none';
  const others = here ? [] : printersOf(centre);
  const elsewhere = others
    .filter((other) => other.kioskId !== kioskId && isPrinting(other.state))
    .map((other) => other.kioskId);
  return { printer, printing, elsewhere };
};

interface Pending {
  readonly ticket: Ticket;
  readonly paper: Paper;
}

const pendingIn = (day: DayState): Pending[] =>
  [...day.unprinted].flatMap((ticketId) => {
    const ticket = day.tickets.get(ticketId);
    return ticket === undefined || ticket.paper === null ? [] : [{ ticket, paper: ticket.paper }];
  });

/** Paper that a person must decide about: it broke off for good, or is too late. */
export const troubledPapers = (centre: Centre, at: Millis): ManagerLive['troubled'] => {
  const { day } = centre.log.state;
  if (day === null) return [];
  const waiting = [
    ...pendingIn(day).map(({ ticket, paper: { copy, orderedAt } }) => {
      return { paperId: ticket.id, part: copy, orderedAt };
    }),
    ...[...day.sheets.values()].flatMap(({ id, of, orderedAt }) =>
      of.kind === 'information' ? [{ paperId: id, part: 0, orderedAt }] : [],
    ),
  ];
  return waiting.flatMap(({ paperId, part, orderedAt }): ManagerLive['troubled'] => {
    const isBroken = centre.live.print(jobIdOf(paperId, part)) === 'interrupted';
    if (isBroken) return [{ paperId, state: 'interrupted' }];
    return isLate(orderedAt, at) ? [{ paperId, state: 'queued' }] : [];
  });
};

/** The first of each kiosk, then the second of each: a printer that hangs holds up no other. */
const inTurn = (pending: readonly Pending[]): Pending[] => {
  const before = new Map<DeviceId, number>();
  const ranked = pending.map((one) => {
    const rank = before.get(one.paper.kioskId) ?? 0;
    before.set(one.paper.kioskId, rank + 1);
    return { one, rank };
  });
  return ranked.sort((a, b) => a.rank - b.rank).map(({ one }) => one);
};

/**
 * Papers that an agent has still to print, those of its kiosks in turn, the oldest first; printing
 * one again by its id is harmless. Those that are too late are listed only where there is room:
 * they wait for staff, and must not keep new ones from being printed.
 */
export const agentBody = (
  centre: Centre,
  agentId: DeviceId,
  at: Millis,
): Omit<AgentView, keyof ViewBase | keyof AgentHall | 'leases'> => {
  const { state } = centre.log;
  const { day } = state;
  const agent = centre.configuration().agents.find(({ id }) => id === agentId);
  const kiosks = agent?.kiosks ?? [];
  const rolls = Object.fromEntries(
    [...state.centre.rolls].filter(([kioskId]) => kiosks.includes(kioskId)),
  );
  if (day === null) return { kiosks, rolls, jobs: [] };
  const mine = pendingIn(day).filter(({ paper }) => kiosks.includes(paper.kioskId));
  const late = mine.filter(({ paper }) => isLate(paper.orderedAt, at));
  const fresh = mine.filter(({ paper }) => !isLate(paper.orderedAt, at));
  const jobOf = ({ ticket, paper }: Pending): PrintJob => {
    const { copy, kioskId, orderedAt: issuedAt } = paper;
    const jobId = jobIdOf(ticket.id, copy);
    const request = centre.log.requestOf(ticket.id);
    const named = request === undefined ? {} : { request };
    return { jobId, kioskId, issuedAt, ...named, paper: paperOf(centre, day, ticket) };
  };
  const due = inTurn(fresh).slice(0, JOBS_LISTED_MAX).map(jobOf);
  const sheets = sheetJobs(centre, kiosks).slice(0, JOBS_LISTED_MAX - due.length);
  const room = JOBS_LISTED_MAX - due.length - sheets.length;
  return { kiosks, rolls, jobs: [...due, ...sheets, ...late.reverse().slice(0, room).map(jobOf)] };
};
