import { z } from 'zod';
import type { Millis } from '../../core/configuration.js';
import type { Command } from '../../core/protocol/commands.js';
import { isRefusal, refuse, type Refusal } from '../../core/protocol/refusals.js';
import { RIGHTS, type Role } from '../../core/protocol/roles.js';
import type { Answer } from '../../core/protocol/wire.js';
import { Buckets, perMinute } from '../../node/bucket.js';
import type { Centre } from '../centre.js';
import { PHONE } from '../log/writer.js';
import { ticketNamed } from './answer.js';
import { stillSigned, type DoorSocket } from './door.js';
import type { Subject } from './screens.js';

const askSchema = z.strictObject({
  requestId: z.string().regex(/^[0-9a-f]{32}$/),
  sentAt: z.number().int().min(0),
  command: z.looseObject({ type: z.string().max(40) }),
});

/** After so many invalid or forbidden asks in a row the connection is cut. */
const REFUSED_ROW_MAX = 20;

/** The command of an ask, if its sender may give it; else why not. */
const commandOf = (
  centre: Centre,
  subject: Subject,
  raw: Readonly<Record<string, unknown>>,
): Command | Refusal => {
  const { role, deviceId } = subject;
  const { schema, commands } = RIGHTS[role];
  const isNamed = role === 'kiosk' && typeof raw['ticketId'] === 'string';
  const ticketId = isNamed ? ticketNamed(centre, deviceId, raw['ticketId'] as string) : undefined;
  if (isNamed && ticketId === undefined) return refuse('ticket.unknown');
  const parsed = schema?.safeParse(isNamed ? { ...raw, ticketId } : raw);
  if (parsed?.success !== true) return refuse('payload.invalid');
  const command = parsed.data as Command;
  if (!commands.includes(command.type)) return refuse('role.denied');
  return ownThing(centre, subject, command) ? command : refuse('role.denied');
};

/** Phones act for their ticket, kiosks for those that they issued, agents for what they serve. */
const ownThing = (centre: Centre, subject: Subject, command: Command): boolean => {
  if (subject.role === 'agent') return agentsThing(centre, subject, command);
  if (command.type === 'printInformation' && subject.role === 'kiosk') {
    return command.kioskId === subject.deviceId;
  }
  if (!('ticketId' in command) || command.ticketId === null) return true;
  if (subject.role === 'phone') return command.ticketId === subject.ticketId;
  if (subject.role !== 'kiosk') return true;
  const ticket = centre.log.state.day?.tickets.get(command.ticketId);
  return ticket?.deviceId === subject.deviceId;
};

/** Papers and tickets of the kiosks, and keys of the counters, that the agent stands beside. */
const agentsThing = (centre: Centre, { deviceId }: Subject, command: Command): boolean => {
  const agent = centre.configuration().agents.find(({ id }) => id === deviceId);
  switch (command.type) {
    case 'pressKey':
      return agent?.counters?.includes(command.counterId) ?? false;
    case 'enterTicket':
      return agent?.kiosks.includes(command.kioskId) ?? false;
    case 'reportPrint': {
      const { day } = centre.log.state;
      const { paperId } = command;
      const paper = day?.tickets.get(paperId)?.paper ?? day?.sheets.get(paperId);
      return paper === undefined || (agent?.kiosks.includes(paper.kioskId) ?? false);
    }
    default:
      return false;
  }
};

interface Sender {
  readonly role: Role;
  readonly actor: string;
  /** Whose request ids these are: of a phone's ticket, else of the device. */
  readonly deviceId: string;
}

const senderOf = ({ staff, deviceId, ticketId, role }: Subject): Sender => {
  const phone = `${PHONE}${ticketId ?? ''}`;
  if (role === 'phone') return { role, actor: phone, deviceId: phone };
  return { role, actor: staff?.id ?? deviceId, deviceId };
};

/** How fast one connection, one ticket's phones and one kiosk may ask. */
export class Rates {
  private readonly asks: Buckets;
  private readonly phones: Buckets;
  private readonly kiosks: Buckets;

  constructor(centre: Centre) {
    const { limits } = centre;
    const { asksPerSecond, asksBurst, asksPerTicketPerMinute, asksPerTicketBurst } = limits;
    this.asks = new Buckets(() => ({ perSecond: asksPerSecond, burst: asksBurst }));
    this.phones = new Buckets(() => perMinute(asksPerTicketPerMinute, asksPerTicketBurst));
    this.kiosks = new Buckets(() =>
      perMinute(limits.ticketsPerMinute ?? centre.configuration().rules.ticketsPerMinuteMax),
    );
  }

  /** Whether a connection may say anything at all. */
  allowsAsk(socketId: string, at: Millis): boolean {
    return this.asks.take(socketId, at);
  }

  /** Whether a new command may be carried out, over all connections of its sender. */
  allowsNew({ role, deviceId }: Sender, { type }: Command, at: Millis): boolean {
    if (role === 'phone') return this.phones.take(deviceId, at);
    return type !== 'takeTicket' || this.kiosks.take(deviceId, at);
  }
}

/** Answers the asks of one connection: checks them, and hands them to the log's one writer. */
export const listenForAsks = (centre: Centre, socket: DoorSocket, rates: Rates): void => {
  const { subject } = socket.data;
  const sender = senderOf(subject);
  let refusedRow = 0;
  let signedOut = false;
  const carryOut = async (raw: unknown): Promise<Answer> => {
    const at = centre.clock.now();
    if (!rates.allowsAsk(socket.id, at)) return refuse('rate.limited');
    const ask = askSchema.safeParse(raw);
    if (!ask.success) return refuse('payload.invalid');
    if (!stillSigned(centre, socket, 'use')) {
      signedOut = true;
      return refuse('role.denied');
    }
    const { requestId, sentAt } = ask.data;
    const command = commandOf(centre, subject, ask.data.command);
    if (isRefusal(command)) return command;
    const { actor, deviceId } = sender;
    const request = { requestId, sentAt, command, actor, deviceId };
    const late = !rates.allowsNew(sender, command, at) && !centre.log.knows(request);
    return late ? refuse('rate.limited') : centre.log.enqueue(request);
  };
  socket.on('ask', (raw, answer) => {
    if (typeof answer !== 'function') return;
    carryOut(raw).then(
      (given) => {
        const badly = isRefusal(given) && BADLY.has(given.refused);
        refusedRow = badly ? refusedRow + 1 : 0;
        (answer as (given: Answer) => void)(given);
        if (signedOut) socket.emit('ended', 'signedOut');
        if (signedOut || refusedRow >= REFUSED_ROW_MAX) socket.disconnect(true);
      },
      (fault: unknown) => {
        centre.journal.error(
          { fault, device: subject.deviceId },
          'an ask could not be carried out',
        );
        (answer as (given: Answer) => void)(refuse('bug'));
      },
    );
  });
};

const BADLY: ReadonlySet<string> = new Set(['payload.invalid', 'role.denied', 'rate.limited']);
