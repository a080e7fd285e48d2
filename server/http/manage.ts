import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { EXPORTS } from '../../core/lists.js';
import { apiSchemas, type StaffMember } from '../../core/protocol/api.js';
import { isRefusal } from '../../core/protocol/refusals.js';
import { foundTickets } from '../../core/views/found.js';
import { Throttle } from '../../node/throttle.js';
import type { Centre } from '../centre.js';
import { exportCsv } from '../report/csv.js';
import { reportedDays, reportOfDay } from '../report/day.js';
import { refuseWith, type Checked } from '../../node/checked.js';
import { paperRoutes } from './papers.js';
import { deviceOf, staffOf } from './session.js';
import { voiceRoutes } from './voice.js';

const NUMBER = /^\d{1,4}$/;
const DAY = /^\d{4}-\d\d-\d\d$/;

const queryOf = (request: FastifyRequest, key: string): string => {
  const value = (request.query as Record<string, unknown>)[key];
  return typeof value === 'string' && value.length <= 40 ? value : '';
};

export interface Acting {
  readonly deviceId: string;
  readonly manager: Omit<StaffMember, 'active'>;
}

/** Who acts; else the reply is sent and nothing comes back. */
type Act = (
  request: FastifyRequest,
  reply: FastifyReply,
  by?: 'person' | 'page',
) => Acting | undefined;

/** What only a manager may do, at a manager's enrolled machine. */
export const manageRoutes = (app: FastifyInstance, centre: Centre, checked: Checked): void => {
  const acting: Act = (request, reply, by = 'person') => {
    const deviceId = queryOf(request, 'device');
    const isManagers = deviceOf(centre, request, deviceId)?.role === 'manager';
    const manager = isManagers ? staffOf(centre, request, { deviceId, by }) : undefined;
    if (manager?.role === 'manager') return { deviceId, manager };
    refuseWith(reply, 403, 'session.needed');
    return undefined;
  };
  const audit = ({ deviceId, manager }: Acting, action: string, subject: string): void =>
    centre.audit({ actor: manager.id, deviceId, action, subject });

  staffRoutes(app, centre, { acting, audit, checked });
  reportRoutes(app, centre, { acting, audit, checked });
  ticketRoute(app, centre);
  voiceRoutes(app, centre, { acting, audit, checked });
  paperRoutes(app, centre, { acting, audit, checked });
  const guesses = new Throttle();

  app.get('/api/devices/pending', (request, reply) => {
    if (acting(request, reply, 'page') === undefined) return reply;
    return { pending: centre.devices.pending(centre.clock.now()) };
  });

  app.post('/api/devices/approve', async (request, reply) => {
    const who = acting(request, reply);
    const body = who && checked(apiSchemas.approve, request, reply);
    if (who === undefined || body === undefined) return reply;
    const at = centre.clock.now();
    if (guesses.waitMs(who.manager.id, at) > 0) return refuseWith(reply, 429, 'enrol.tooMany');
    guesses.tried(who.manager.id, at);
    const device = centre.devices.find(body.userCode, at);
    if (device === undefined) return refuseWith(reply, 404, 'enrol.unknownCode');
    guesses.succeeded(who.manager.id);
    const { deviceId, role } = device;
    const answer = await centre.log.enqueue({
      requestId: randomBytes(16).toString('hex'),
      sentAt: at,
      command: { type: 'enrolDevice', deviceId, role },
      actor: who.manager.id,
      deviceId: who.deviceId,
    });
    if (isRefusal(answer)) return reply.code(503).send(answer);
    centre.devices.approve(body.userCode, at);
    centre.cut(deviceId, 'revoked');
    audit(who, 'device.approved', deviceId);
    return { deviceId, role };
  });
};

export interface Tools {
  readonly acting: Act;
  readonly audit: (who: Acting, action: string, subject: string) => void;
  readonly checked: Checked;
}

/** Managers and clerks find open tickets by the number that a visitor names. */
const ticketRoute = (app: FastifyInstance, centre: Centre): void => {
  app.get('/api/tickets', (request, reply) => {
    const deviceId = queryOf(request, 'device');
    const role = deviceOf(centre, request, deviceId)?.role;
    const isStaffs = role === 'manager' || role === 'desk';
    const person = isStaffs ? staffOf(centre, request, { deviceId }) : undefined;
    if (person === undefined || (role === 'manager' && person.role !== 'manager')) {
      return refuseWith(reply, 403, 'session.needed');
    }
    const number = queryOf(request, 'number');
    if (!NUMBER.test(number)) return refuseWith(reply, 400, 'payload.invalid');
    centre.audit({ actor: person.id, deviceId, action: 'ticket.searched', subject: number });
    const { day } = centre.log.state;
    const found = day === null ? [] : foundTickets(centre.configuration(), day, Number(number));
    return { found };
  });
};

const staffRoutes = (
  app: FastifyInstance,
  { staff, cut }: Centre,
  { acting, audit, checked }: Tools,
): void => {
  /** Screens of sessions that have ended must not go on showing the hall. */
  const cutOff = (devices: readonly string[]): void =>
    devices.forEach((deviceId) => cut(deviceId, 'signedOut'));

  app.get('/api/staff', (request, reply) => {
    if (acting(request, reply) === undefined) return reply;
    return { staff: staff.all() };
  });

  app.post('/api/staff', async (request, reply) => {
    const who = acting(request, reply);
    const body = who && checked(apiSchemas.addStaff, request, reply);
    if (who === undefined || body === undefined) return reply;
    const refused = await staff.add(body);
    if (refused !== undefined) return reply.code(409).send(refused);
    audit(who, 'staff.added', body.id);
    return { done: true };
  });

  app.post('/api/staff/secret', async (request, reply) => {
    const who = acting(request, reply);
    const body = who && checked(apiSchemas.setSecret, request, reply);
    if (who === undefined || body === undefined) return reply;
    const devices = staff.devicesOf(body.id);
    const refused = await staff.setSecret(body.id, body.secret);
    if (refused !== undefined) return reply.code(409).send(refused);
    cutOff(devices);
    audit(who, 'staff.secretSet', body.id);
    return { done: true };
  });

  app.post('/api/staff/active', (request, reply) => {
    const who = acting(request, reply);
    const body = who && checked(apiSchemas.setActive, request, reply);
    if (who === undefined || body === undefined) return reply;
    const devices = staff.devicesOf(body.id);
    const refused = staff.setActive(body.id, body.active);
    if (refused !== undefined) return reply.code(409).send(refused);
    if (!body.active) cutOff(devices);
    audit(who, body.active ? 'staff.enabled' : 'staff.disabled', body.id);
    return { done: true };
  });
};

const reportRoutes = (app: FastifyInstance, centre: Centre, { acting, audit }: Tools): void => {
  const { database } = centre.store;

  app.get('/api/days', (request, reply) => {
    if (acting(request, reply) === undefined) return reply;
    return { days: reportedDays(database) };
  });

  app.get('/api/report/day', (request, reply) => {
    if (acting(request, reply) === undefined) return reply;
    const { zone } = centre.configuration().centre;
    const now = centre.clock.now();
    const report = reportOfDay(database, queryOf(request, 'day'), { now, zone });
    return report ?? refuseWith(reply, 404, 'report.noDay');
  });

  for (const name of EXPORTS) {
    app.get(`/api/export/${name}.csv`, (request, reply) => {
      const who = acting(request, reply);
      if (who === undefined) return reply;
      const from = queryOf(request, 'from');
      const to = queryOf(request, 'to');
      if (!DAY.test(from) || !DAY.test(to) || from > to) {
        return refuseWith(reply, 400, 'payload.invalid');
      }
      audit(who, `export.${name}`, `${from}/${to}`);
      const configuration = centre.configuration();
      const file = `dawr-${configuration.centre.id}-${name}-${from}-${to}.csv`;
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="${file}"`)
        .send(exportCsv(centre.store.directory, { name, from, to, configuration }));
    });
  }
};
