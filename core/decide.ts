import {
  decideCentre,
  decideDay,
  leases,
  openByClock,
  openDay,
  tick,
  type CentreCommand,
} from './decide/centre.js';
import { decideClerk } from './decide/clerk.js';
import { enterNumber, enterTicket } from './decide/entered.js';
import { hallOf, type Hall } from './decide/hall.js';
import { pressKey } from './decide/keys.js';
import {
  decidePaper,
  decideSupply,
  type PaperCommand,
  type SupplyCommand,
} from './decide/paper.js';
import { decideSheet, type SheetCommand } from './decide/sheets.js';
import { decideVisitor } from './decide/visitor.js';
import type { Event } from './events.js';
import { clerkCommand, visitorCommand } from './protocol/commands.js';
import type { ClerkCommand, Command, CommandType, VisitorCommand } from './protocol/commands.js';
import type { Refusal } from './protocol/refusals.js';
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
    case 'stopPaper':
    case 'resumePaper':
    case 'loadPaper':
      return decideSupply(state, { ...asked, command }, configurations);
    case 'tick': {
      const hall = hallOf(state, asked, configurations);
      const due = 'refused' in hall ? openByClock(state, asked, configurations) : tick(hall);
      const isQuiet = !('refused' in due) && due.length === 0;
      return isQuiet ? leases(state, asked, configurations) : due;
    }
    case 'enterTicket':
      return enterTicket(state, { ...asked, command }, configurations);
    default: {
      const hall = hallOf(state, asked, configurations);
      if ('refused' in hall) return hall;
      return decideInHall(hall, command);
    }
  }
};

type HallCommand = Exclude<
  Command,
  { type: 'tick' | 'openDay' | 'enterTicket' | CentreCommand['type'] | SupplyCommand['type'] }
>;

const PAPER_TYPES: ReadonlySet<string> = new Set<PaperCommand['type']>([
  'reprint',
  'printElsewhere',
  'giveUpPaper',
  'reportPrint',
]);

const SHEET_TYPES: ReadonlySet<string> = new Set<SheetCommand['type']>([
  'printInformation',
  'printPad',
  'cancelPad',
]);

const isOfSheet = (command: Command): command is Extract<Command, SheetCommand> =>
  SHEET_TYPES.has(command.type);

const isOfPaper = (command: Command): command is Extract<Command, PaperCommand> =>
  PAPER_TYPES.has(command.type);

const decideInHall = (hall: Hall, command: HallCommand): readonly Event[] | Refusal => {
  if (isOfPaper(command)) return decidePaper(hall, command);
  if (isOfSheet(command)) return decideSheet(hall, command);
  if (isClerks(command)) return decideClerk(hall, command);
  if (isVisitors(command)) return decideVisitor(hall, command);
  if (command.type === 'pressKey') return pressKey(hall, command);
  return command.type === 'enterNumber' ? enterNumber(hall, command) : decideDay(hall, command);
};
