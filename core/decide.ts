import type { Event } from './events.js';
import {
  decideCentre,
  decideDay,
  grantLease,
  openByClock,
  openDay,
  tick,
} from './decide/centre.js';
import { decideClerk } from './decide/clerk.js';
import { hallOf, type Hall } from './decide/hall.js';
import { decideVisitor } from './decide/visitor.js';
import { clerkCommand, visitorCommand } from './protocol/commands.js';
import type {
  ClerkCommand,
  CommandType,
  ManagerCommand,
  SystemCommand,
  VisitorCommand,
} from './protocol/commands.js';
import { refuse, type Refusal } from './protocol/refusals.js';
import type { Asked, Configurations, State } from './state.js';

const typesOf = (schema: typeof visitorCommand | typeof clerkCommand): ReadonlySet<CommandType> =>
  new Set(schema.options.map((option) => option.shape.type.value));

const VISITOR_TYPES = typesOf(visitorCommand);
const CLERK_TYPES = typesOf(clerkCommand);

const isVisitors = (command: Asked['command']): command is VisitorCommand =>
  VISITOR_TYPES.has(command.type);
const isClerks = (command: Asked['command']): command is ClerkCommand =>
  CLERK_TYPES.has(command.type);

/**
 * What follows from a command, or why it is not carried out. Reads the state and changes nothing;
 * the same state, command and time give the same events. An empty list means: nothing to do.
 */
export const decide = (
  state: State,
  asked: Asked,
  configurations: Configurations,
): readonly Event[] | Refusal => {
  const { command } = asked;
  switch (command.type) {
    case 'openDay':
      return openDay(state, asked, configurations);
    case 'startLog':
    case 'restoreLog':
    case 'publish':
    case 'enrolDevice':
    case 'revokeDevice':
    case 'confirmClock':
      return decideCentre(state, { ...asked, command }, configurations);
    case 'tick': {
      const hall = hallOf(state, asked, configurations);
      return 'refused' in hall ? openByClock(state, asked, configurations) : tick(hall);
    }
    default: {
      const hall = hallOf(state, asked, configurations);
      if ('refused' in hall) return hall;
      return decideInHall(hall, command);
    }
  }
};

type HallCommand =
  | VisitorCommand
  | ClerkCommand
  | Exclude<ManagerCommand, { type: 'openDay' | 'revokeDevice' | 'confirmClock' }>
  | Extract<SystemCommand, { type: 'grantLease' | 'reportPrint' }>;

const decideInHall = (hall: Hall, command: HallCommand): readonly Event[] | Refusal => {
  if (isClerks(command)) return decideClerk(hall, command);
  if (isVisitors(command)) return decideVisitor(hall, command);
  switch (command.type) {
    case 'grantLease':
      return grantLease(hall, command);
    case 'reportPrint':
      return reportPrint(hall, command);
    default:
      return decideDay(hall, command);
  }
};

/** [PRINT-1] Only the first final state of a ticket's paper is kept. */
const reportPrint = (
  { day }: Hall,
  { ticketId, copy, state }: Extract<SystemCommand, { type: 'reportPrint' }>,
): readonly Event[] | Refusal => {
  if (!day.tickets.has(ticketId) && !day.stubs.has(ticketId)) return refuse('ticket.unknown');
  return day.unprinted.has(ticketId) ? [{ type: 'ticket.printed', ticketId, copy, state }] : [];
};
