import type { Socket } from 'socket.io';
import { z } from 'zod';
import type { Millis } from '../../core/configuration.js';
import type { Command } from '../../core/protocol/commands.js';
import { isRefusal, refuse, type Refusal } from '../../core/protocol/refusals.js';
import { RIGHTS } from '../../core/protocol/roles.js';
import type { Answer } from '../../core/protocol/wire.js';
import { TokenBucket } from '../access/bucket.js';
import type { Centre } from '../centre.js';
import { stillSigned } from './door.js';
import type { Subject } from './screens.js';

const askSchema = z.strictObject({
  requestId: z.string().regex(/^[0-9a-f]{32}$/),
  sentAt: z.number().int().min(0),
  command: z.looseObject({ type: z.string().max(40) }),
});

/** After so many invalid or forbidden asks in a row the connection is cut. */
const REFUSED_ROW_MAX = 20;

/** The command of an ask, if its sender may give it; else why not. */
const commandOf = (centre: Centre, subject: Subject, raw: unknown): Command | Refusal => {
  const { schema, commands } = RIGHTS[subject.role];
  const parsed = schema?.safeParse(raw);
  if (parsed?.success !== true) return refuse('payload.invalid');
  const command = parsed.data as Command;
  if (!commands.includes(command.type)) return refuse('role.denied');
  return ownThing(centre, subject, command) ? command : refuse('role.denied');
};

/** Phones act for their ticket, kiosks for those that they issued, agents for their kiosks. */
const ownThing = (centre: Centre, subject: Subject, command: Command): boolean => {
  if (!('ticketId' in command)) return true;
  if (subject.role === 'phone') return command.ticketId === subject.ticketId;
  const issuedBy = centre.log.state.day?.tickets.get(command.ticketId)?.deviceId;
  if (subject.role === 'kiosk') return issuedBy === subject.deviceId;
  if (subject.role !== 'agent' || issuedBy === undefined) return true;
  const agent = centre.configuration().agents.find(({ id }) => id === subject.deviceId);
  return agent?.kiosks.includes(issuedBy) ?? false;
};

const actorOf = ({ staff, deviceId, ticketId, role }: Subject): string =>
  staff?.id ?? (role === 'phone' ? `phone ${ticketId ?? ''}` : deviceId);

/** Limits how fast one kiosk gives out tickets, over all its connections. */
export class TicketRate {
  private readonly buckets = new Map<string, TokenBucket>();

  constructor(private readonly centre: Centre) {}

  allows(deviceId: string, at: Millis): boolean {
    const { ticketsPerMinute } = this.centre.limits;
    const perMinute = ticketsPerMinute ?? this.centre.configuration().rules.ticketsPerMinuteMax;
    const bucket = this.buckets.get(deviceId) ?? new TokenBucket(perMinute / 60, perMinute, at);
    this.buckets.set(deviceId, bucket);
    return bucket.take(at);
  }
}

/** Answers the asks of one connection: checks them, and hands them to the log's one writer. */
export const listenForAsks = (
  centre: Centre,
  socket: Socket,
  { subject, tickets }: { readonly subject: Subject; readonly tickets: TicketRate },
): void => {
  const { asksPerSecond, asksBurst } = centre.limits;
  const bucket = new TokenBucket(asksPerSecond, asksBurst, centre.clock.now());
  let refusedRow = 0;
  let signedOut = false;
  const carryOut = async (raw: unknown): Promise<Answer> => {
    const at = centre.clock.now();
    if (!bucket.take(at)) return refuse('rate.limited');
    const ask = askSchema.safeParse(raw);
    if (!ask.success) return refuse('payload.invalid');
    if (!stillSigned(centre, socket, subject)) {
      signedOut = true;
      return refuse('role.denied');
    }
    const { requestId, sentAt } = ask.data;
    const command = commandOf(centre, subject, ask.data.command);
    if (isRefusal(command)) return command;
    if (command.type === 'takeTicket' && !tickets.allows(subject.deviceId, at)) {
      return refuse('rate.limited');
    }
    const deviceId = subject.role === 'phone' ? actorOf(subject) : subject.deviceId;
    const actor = actorOf(subject);
    return centre.log.enqueue({ requestId, sentAt, command, actor, deviceId });
  };
  socket.on('ask', (raw: unknown, answer: unknown) => {
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
