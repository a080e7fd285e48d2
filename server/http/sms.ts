import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { apiSchemas } from '../../core/protocol/api.js';
import type { TicketId } from '../../core/events.js';
import { Buckets, perMinute } from '../../node/bucket.js';
import type { Centre } from '../centre.js';
import { linkedTicket, ticketNamed } from '../hub/answer.js';
import { checked, refuseWith } from '../../node/checked.js';
import { deviceOf } from './session.js';

/** So many numbers one ticket may name in a minute. */
const PER_MINUTE = 4;

/** The visitor's own number: given with consent, and taken back, on the ticket's page alone. */
export const smsRoutes = (app: FastifyInstance, centre: Centre): void => {
  const { sms, links, clock, log } = centre;
  if (sms === null) return;
  const tries = new Buckets(() => perMinute(PER_MINUTE));
  const ticketOf = (token: string, reply: FastifyReply): TicketId | undefined => {
    const ticketId = linkedTicket(links, log.state, token);
    if (ticketId !== undefined && tries.take(ticketId, clock.now())) return ticketId;
    refuseWith(reply, 400, 'payload.invalid');
    return undefined;
  };
  app.post('/api/sms', (request, reply) => {
    const body = checked(apiSchemas.smsKeep, request, reply);
    const ticketId = body && ticketOf(body.token, reply);
    if (body === undefined || ticketId === undefined) return reply;
    if (!sms.keep(ticketId, body.phone)) return refuseWith(reply, 400, 'payload.invalid');
    return reply.send({ done: true });
  });
  app.post('/api/sms/forget', (request, reply) => {
    const body = checked(apiSchemas.smsForget, request, reply);
    const ticketId = body && ticketOf(body.token, reply);
    if (ticketId === undefined) return reply;
    sms.forget(ticketId);
    return reply.send({ done: true });
  });
};

/** The same at a kiosk, for tickets that it gave out itself. */
export const kioskSmsRoutes = (app: FastifyInstance, centre: Centre): void => {
  const { sms, clock, log } = centre;
  if (sms === null) return;
  const tries = new Buckets(() => perMinute(PER_MINUTE));
  /** The ticket that the kiosk may speak for now; else the reply is sent. */
  const ownTicket = (
    { deviceId, ticketId: name }: { readonly deviceId: string; readonly ticketId: string },
    { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  ): TicketId | undefined => {
    if (deviceOf(centre, request, deviceId)?.role !== 'kiosk') {
      refuseWith(reply, 403, 'session.needed');
      return undefined;
    }
    const ticketId = ticketNamed(centre, deviceId, name) ?? '';
    const isIssuer = log.state.day?.tickets.get(ticketId)?.deviceId === deviceId;
    if (isIssuer && tries.take(ticketId, clock.now())) return ticketId;
    refuseWith(reply, 400, 'payload.invalid');
    return undefined;
  };
  app.post('/api/sms/kiosk', (request, reply) => {
    const body = checked(apiSchemas.smsKeepAtKiosk, request, reply);
    const ticketId = body && ownTicket(body, { request, reply });
    if (body === undefined || ticketId === undefined) return reply;
    if (!sms.keep(ticketId, body.phone)) return refuseWith(reply, 400, 'payload.invalid');
    return reply.send({ done: true });
  });
  app.post('/api/sms/kiosk/forget', (request, reply) => {
    const body = checked(apiSchemas.smsForgetAtKiosk, request, reply);
    const ticketId = body && ownTicket(body, { request, reply });
    if (ticketId === undefined) return reply;
    sms.forget(ticketId);
    return reply.send({ done: true });
  });
};
