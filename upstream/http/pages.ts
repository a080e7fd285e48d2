import type { FastifyInstance } from 'fastify';
import { auditQuery, overviewSchemas } from '../../core/protocol/accounts.js';
import { ID } from '../../core/protocol/forms.js';
import { daySchema } from '../../core/protocol/upstream.js';
import { checked, refuseWith } from '../../node/checked.js';
import { sendPage } from '../../node/page.js';
import { audit } from '../access/audit.js';
import type { Database } from '../store/database.js';
import { accountRoutes, sessionRoutes, type AccountParts } from './accounts.js';
import { enrolmentRoutes, type Enrolment } from './enrolment.js';
import { exportRoute } from './export.js';
import type { Reads } from './reads.js';
import { entered } from './session.js';

export interface PageParts extends AccountParts {
  readonly database: Database;
  readonly reads: Reads;
  readonly enrolment: Enrolment;
}

/** Addresses of the one page, which shows what its address names. */
const PLACES = ['/', '/centres/:id', '/alarms', '/export', '/enrolment', '/accounts', '/audit'];

const readRoutes = (app: FastifyInstance, parts: PageParts): void => {
  const { database, reads, clock } = parts;

  app.get('/api/fleet', async (request, reply) => {
    const who = await entered(parts, { request, reply }, 'viewer');
    if (who === undefined) return reply;
    return reads.readFleet(database, { scope: who.account.scope, now: clock.now() });
  });

  app.get<{ Params: { id: string }; Querystring: { day?: string } }>(
    '/api/centre/:id',
    async (request, reply) => {
      const who = await entered(parts, { request, reply }, 'viewer');
      if (who === undefined) return reply;
      const { id: centreId } = request.params;
      const { day = null } = request.query;
      if (!ID.test(centreId) || (day !== null && !daySchema.safeParse(day).success)) {
        return refuseWith(reply, 400, 'payload.invalid');
      }
      const { scope } = who.account;
      const answer = await reads.readCentre(database, { scope, centreId, day, now: clock.now() });
      return answer ?? refuseWith(reply, 404, 'centre.unknown');
    },
  );

  app.get<{ Querystring: { centre?: string } }>('/api/alarms', async (request, reply) => {
    const who = await entered(parts, { request, reply }, 'viewer');
    if (who === undefined) return reply;
    const { centre: centreId = null } = request.query;
    if (centreId !== null && !ID.test(centreId)) return refuseWith(reply, 400, 'payload.invalid');
    const { scope } = who.account;
    return reads.readAlarms(database, { scope, centreId, now: clock.now() });
  });

  app.get('/api/audit', async (request, reply) => {
    const who = await entered(parts, { request, reply }, 'master');
    if (who === undefined) return reply;
    const query = auditQuery.safeParse(request.query);
    if (!query.success) return refuseWith(reply, 400, 'payload.invalid');
    const { at, id } = query.data;
    const before = at === undefined || id === undefined ? null : { at, auditId: id };
    return reads.readAudit(database, clock.now(), before);
  });

  const ACTS = {
    clear: ['clearAlarm', 'alarm.cleared'],
    reopen: ['reopenAlarm', 'alarm.reopened'],
  } as const;
  for (const act of ['clear', 'reopen'] as const) {
    const [name, action] = ACTS[act];
    app.post(`/api/alarms/${act}`, async (request, reply) => {
      const who = await entered(parts, { request, reply }, 'operator');
      const body = who && checked(overviewSchemas[name], request, reply);
      if (who === undefined || body === undefined) return reply;
      const { account, actor } = who;
      const isDone = await database.transaction(async (queries) => {
        const ask = { ...body, scope: account.scope, by: account.id, now: actor.at };
        const done = await reads[name](queries, ask);
        const subject = `${body.centreId} ${body.alarmId}`;
        if (done) await audit(queries, actor, { action, subject });
        return done;
      });
      return isDone ? { done: true } : refuseWith(reply, 404, 'alarm.unknown');
    });
  }
};

/** The pages of a data centre and all that they ask, on an app of `newApp`. */
export const pageRoutes = (app: FastifyInstance, parts: PageParts): void => {
  for (const place of PLACES) app.get(place, (_request, reply) => sendPage(reply, 'overview'));
  sessionRoutes(app, parts);
  accountRoutes(app, parts);
  readRoutes(app, parts);
  enrolmentRoutes(app, parts);
  exportRoute(app, parts);
};
