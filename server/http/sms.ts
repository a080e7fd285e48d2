import type { FastifyInstance, FastifyReply } from 'fastify';
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

/** The same at a kiosk, for a ticket that it gave out itself. */
export const kioskSmsRoute = (app: FastifyInstance, centre: Centre): void => {
  const { sms, clock, log } = centre;
  if (sms === null) return;
  const tries = new Buckets(() => perMinute(PER_MINUTE));
  app.post('/api/sms/kiosk', (request, reply) => {
    const body = checked(apiSchemas.smsKeepAtKiosk, request, reply);
    if (body === undefined) return reply;
    const { deviceId, ticketId, phone } = body;
    if (deviceOf(centre, request, deviceId)?.role !== 'kiosk') {
      return refuseWith(reply, 403, 'session.needed');
    }
    const isOwn = log.state.day?.tickets.get(ticketId)?.deviceId === deviceId;
    if (!isOwn || !tries.take(ticketId, clock.now()) || !sms.keep(ticketId, phone)) {
      return refuseWith(reply, 400, 'payload.invalid');
    }
    return reply.send({ done: true });
  });
};
