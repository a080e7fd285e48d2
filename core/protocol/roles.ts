import type { z } from 'zod';
import {
  clerkCommand,
  managerCommand,
  systemCommand,
  visitorCommand,
  type CommandType,
} from './commands.js';

/** Who speaks: a namespace of the wire each. */
export const ROLES = ['kiosk', 'board', 'desk', 'manager', 'phone', 'agent'] as const;
export type Role = (typeof ROLES)[number];

const nothing: readonly CommandType[] = [];

/** The one table of rights, checked for each command. */
export const RIGHTS: Readonly<
  Record<Role, { readonly schema: z.ZodType | null; readonly commands: readonly CommandType[] }>
> = {
  kiosk: {
    schema: visitorCommand,
    commands: ['takeTicket', 'addService', 'callForHelp', 'printElsewhere', 'printInformation'],
  },
  board: { schema: null, commands: nothing },
  desk: {
    schema: clerkCommand,
    commands: clerkCommand.options.map((option) => option.shape.type.value),
  },
  manager: {
    schema: managerCommand,
    commands: managerCommand.options.map((option) => option.shape.type.value),
  },
  phone: {
    schema: visitorCommand,
    commands: ['addService', 'leave', 'delay', 'returnTicket', 'rate'],
  },
  agent: { schema: systemCommand, commands: ['reportPrint', 'enterTicket', 'pressKey'] },
};
