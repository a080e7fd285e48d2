import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { apiSchemas } from '../../core/protocol/api.js';
import type { TicketId } from '../../core/events.js';
import { Buckets, perMinute } from '../access/bucket.js';
import type { Centre } from '../centre.js';
import { linkedTicket } from '../hub/answer.js';
import { checked, refuseWith } from './checked.js';
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
  /** Whether the kiosk may speak for the ticket now; else the reply is sent. */
  const isOwn = (
    { deviceId, ticketId }: { readonly deviceId: string; readonly ticketId: string },
    { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  ): boolean => {
    if (deviceOf(centre, request, deviceId)?.role !== 'kiosk') {
      refuseWith(reply, 403, 'session.needed');
      return false;
    }
    const isIssuer = log.state.day?.tickets.get(ticketId)?.deviceId === deviceId;
    if (isIssuer && tries.take(ticketId, clock.now())) return true;
    refuseWith(reply, 400, 'payload.invalid');
    return false;
  };
  app.post('/api/sms/kiosk', (request, reply) => {
    const body = checked(apiSchemas.smsKeepAtKiosk, request, reply);
    if (body === undefined || !isOwn(body, { request, reply })) return reply;
    const { ticketId, phone } = body;
    if (!sms.keep(ticketId, phone)) return refuseWith(reply, 400, 'payload.invalid');
    return reply.send({ done: true });
  });
  app.post('/api/sms/kiosk/forget', (request, reply) => {
    const body = checked(apiSchemas.smsForgetAtKiosk, request, reply);
    if (body === undefined || !isOwn(body, { request, reply })) return reply;
    sms.forget(body.ticketId);
    return reply.send({ done: true });
  });
};
