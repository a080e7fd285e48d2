import type { DayEvent, DeviceId, Event, TicketId } from '../events.js';
import { isLate, type CopyReason, type PaperPart } from '../paper.js';
import type { ManagerCommand } from '../protocol/commands.js';
import { refuse, type Refusal } from '../protocol/refusals.js';
import type { Asked, Configurations, Paper, State } from '../state.js';
import { configurationOf, openTicket, printerAt, type Hall } from './hall.js';
import { reportSheet } from './sheets.js';

/** What is asked about papers, whoever asks it. */
export type PaperCommand =
  | {
      readonly type: 'reprint';
      readonly ticketId: TicketId;
      readonly kioskId: DeviceId;
      readonly why: CopyReason;
    }
  | { readonly type: 'printElsewhere'; readonly ticketId: TicketId; readonly kioskId: DeviceId }
  | { readonly type: 'giveUpPaper'; readonly paperId: PaperPart['paperId'] | null }
  | ({ readonly type: 'reportPrint'; readonly state: 'confirmed' | 'assumed' } & PaperPart);

const abandoned = (ticketId: TicketId, { copy }: Paper): DayEvent => ({
  type: 'ticket.printed',
  ticketId,
  copy,
  state: 'abandoned',
});

/** [PRINT-2] A further copy; one that still waits is given up by it. */
const order = (
  hall: Hall,
  { ticketId, kioskId, why }: Extract<PaperCommand, { type: 'reprint' }>,
): DayEvent[] | Refusal => {
  const ticket = openTicket(hall, ticketId);
  if ('refused' in ticket) return ticket;
  const printer = printerAt(hall, kioskId);
  if ('refused' in printer) return printer;
  const { paper } = ticket;
  const isPending = paper?.state === 'pending';
  if (isPending && paper.kioskId === kioskId && !isLate(paper.orderedAt, hall.asked.at)) {
    return refuse('paper.onItsWay');
  }
  const copy = paper === null ? 0 : paper.copy + 1;
  return [
    ...(isPending ? [abandoned(ticketId, paper)] : []),
    { type: 'paper.ordered', ticketId, copy, why, kioskId },
  ];
};

/** [PRINT-3] A visitor's own paper comes out elsewhere, unless it has come out here. */
const elsewhere = (
  hall: Hall,
  { ticketId, kioskId }: Extract<PaperCommand, { type: 'printElsewhere' }>,
): DayEvent[] | Refusal => {
  const ticket = openTicket(hall, ticketId);
  if ('refused' in ticket) return ticket;
  if (ticket.paper?.state !== 'pending') return refuse('paper.notWaiting');
  if (ticket.paper.kioskId === kioskId) return refuse('paper.onItsWay');
  return order(hall, { type: 'reprint', ticketId, kioskId, why: 'again' });
};

/** [PRINT-4] Nobody waits for these papers any more. */
const giveUp = (hall: Hall, wanted: PaperPart['paperId'] | null): DayEvent[] | Refusal => {
  const isMeant = (paperId: string, paper: Pick<Paper, 'orderedAt'>): boolean =>
    wanted === null ? isLate(paper.orderedAt, hall.asked.at) : wanted === paperId;
  const tickets = [...hall.day.unprinted].flatMap((ticketId) => {
    const paper = hall.day.tickets.get(ticketId)?.paper;
    return paper && isMeant(ticketId, paper) ? [abandoned(ticketId, paper)] : [];
  });
  const sheets = [...hall.day.sheets.values()].flatMap((sheet): DayEvent[] => {
    const isGivenUp = sheet.of.kind === 'information' && isMeant(sheet.id, sheet);
    return isGivenUp ? [{ type: 'sheet.cancelled', sheetId: sheet.id }] : [];
  });
  const events = [...tickets, ...sheets];
  return events.length === 0 ? refuse('paper.notWaiting') : events;
};

/** [PRINT-1] [SHEET-3] Only the first final state of a copy, or of a sheet's part, is kept. */
const report = (
  hall: Hall,
  { paperId, part, state }: Extract<PaperCommand, { type: 'reportPrint' }>,
): DayEvent[] | Refusal => {
  const { day } = hall;
  if (day.sheets.has(paperId)) return reportSheet(hall, { sheetId: paperId, part });
  const [ticketId, copy] = [paperId, part];
  const ticket = day.tickets.get(ticketId);
  if (ticket === undefined) return day.stubs.has(ticketId) ? [] : refuse('ticket.unknown');
  const isPending = ticket.paper?.state === 'pending' && ticket.paper.copy === copy;
  return isPending ? [{ type: 'ticket.printed', ticketId, copy, state }] : [];
};

/** Decides what is asked about the papers of an open day's tickets. */
export const decidePaper = (hall: Hall, command: PaperCommand): DayEvent[] | Refusal => {
  switch (command.type) {
    case 'reprint':
      return order(hall, command);
    case 'printElsewhere':
      return elsewhere(hall, command);
    case 'giveUpPaper':
      return giveUp(hall, command.paperId);
    case 'reportPrint':
      return report(hall, command);
  }
};

/** What is asked about the paper in the printers. */
export type SupplyCommand = Extract<
  ManagerCommand,
  { type: 'stopPaper' | 'resumePaper' | 'loadPaper' }
>;

/** [PAPER-1] [PAPER-2] Whether tickets have paper, and that a printer has a new roll. */
export const decideSupply = (
  state: State,
  { command }: Asked & { readonly command: SupplyCommand },
  configurations: Configurations,
): Event[] | Refusal => {
  const { type, kioskId } = command;
  const hash = state.day?.configuration ?? state.centre.configuration;
  const { kiosks } = configurationOf(configurations, hash);
  if (kioskId !== null && !kiosks.some(({ id, printer }) => id === kioskId && printer)) {
    return refuse('printer.unknown');
  }
  if (type === 'loadPaper') return [{ type: 'paper.loaded', kioskId: command.kioskId }];
  const isStopped = state.centre.paperless.has(kioskId);
  if (type === 'stopPaper') {
    return isStopped ? refuse('paper.stopped') : [{ type: 'paper.stopped', kioskId }];
  }
  return isStopped ? [{ type: 'paper.resumed', kioskId }] : refuse('paper.running');
};
