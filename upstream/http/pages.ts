import type { FastifyInstance } from 'fastify';
import { overviewSchemas } from '../../core/protocol/accounts.js';
import { ID } from '../../core/protocol/forms.js';
import type { EnrolCentreAnswer, OverviewRefusal, Scope } from '../../core/protocol/overview.js';
import { checked, refuseWith } from '../../node/checked.js';
import { sendPage } from '../../node/page.js';
import { audit, type Actor } from '../access/audit.js';
import type { Database } from '../store/database.js';
import { accountRoutes, sessionRoutes, type AccountParts } from './accounts.js';
import { exportRoute } from './export.js';
import type { Reads } from './reads.js';
import { entered } from './session.js';

type Refused = { readonly refused: OverviewRefusal };

/** What an operator does to centres. Both refuse centres outside the scope with `centre.elsewhere`. */
export interface Enrolment {
  /**
   * A code with which a centre enrols, or an enrolled one gives its keys anew; an earlier code ends.
   * Refuses a revoked centre.
   */
  enrol(ask: {
    readonly scope: Scope;
    readonly centreId: string;
    readonly governorateId: string;
    readonly actor: Actor;
  }): Promise<EnrolCentreAnswer | Refused>;
  /** From now on nothing of the centre is taken in, and its codes are ended. */
  revoke(ask: {
    readonly scope: Scope;
    readonly centreId: string;
    readonly actor: Actor;
  }): Promise<Refused | undefined>;
}

export interface PageParts extends AccountParts {
  readonly database: Database;
  readonly reads: Reads;
  readonly enrolment: Enrolment;
}

/** Addresses of the one page, which shows what its address names. */
const PLACES = ['/', '/centres/:id', '/alarms', '/export', '/enrolment', '/accounts'];

const DAY = /^\d{4}-\d{2}-\d{2}$/;

const readRoutes = (app: FastifyInstance, parts: PageParts): void => {
  const { database, reads, clock } = parts;

  app.get('/api/fleet', async (request, reply) => {
    const who = await entered(parts, request, reply, 'viewer');
    if (who === undefined) return reply;
    return reads.readFleet(database, { scope: who.account.scope, now: clock.now() });
  });

  app.get<{ Params: { id: string }; Querystring: { day?: string } }>(
    '/api/centre/:id',
    async (request, reply) => {
      const who = await entered(parts, request, reply, 'viewer');
      if (who === undefined) return reply;
      const { id: centreId } = request.params;
      const { day = null } = request.query;
      if (!ID.test(centreId) || (day !== null && !DAY.test(day))) {
        return refuseWith(reply, 400, 'payload.invalid');
      }
      const { scope } = who.account;
      const answer = await reads.readCentre(database, { scope, centreId, day, now: clock.now() });
      return answer ?? refuseWith(reply, 404, 'centre.unknown');
    },
  );

  app.get('/api/alarms', async (request, reply) => {
    const who = await entered(parts, request, reply, 'viewer');
    if (who === undefined) return reply;
    return reads.readAlarms(database, { scope: who.account.scope, now: clock.now() });
  });

  app.post('/api/alarms/clear', async (request, reply) => {
    const who = await entered(parts, request, reply, 'operator');
    const body = who && checked(overviewSchemas.clearAlarm, request, reply);
    if (who === undefined || body === undefined) return reply;
    const { account, actor } = who;
    const cleared = await database.transaction(async (queries) => {
      const ask = { ...body, scope: account.scope, by: account.id, now: actor.at };
      const done = await reads.clearAlarm(queries, ask);
      if (done) await audit(queries, actor, 'alarm.cleared', `${body.centreId} ${body.alarmId}`);
      return done;
    });
    return cleared ? { done: true } : refuseWith(reply, 404, 'alarm.unknown');
  });
};

const enrolmentRoutes = (app: FastifyInstance, parts: PageParts): void => {
  const { enrolment, database } = parts;

  app.post('/api/centres/enrol', async (request, reply) => {
    const who = await entered(parts, request, reply, 'operator');
    const body = who && checked(overviewSchemas.enrolCentre, request, reply);
    if (who === undefined || body === undefined) return reply;
    const { account, actor } = who;
    if (account.scope !== null && !account.scope.includes(body.governorateId)) {
      return refuseWith(reply, 403, 'centre.elsewhere');
    }
    const answer = await enrolment.enrol({ ...body, scope: account.scope, actor });
    if ('refused' in answer) return reply.code(409).send(answer);
    await audit(database, actor, 'centre.code', `${body.centreId} ${body.governorateId}`);
    return answer;
  });

  app.post('/api/centres/revoke', async (request, reply) => {
    const who = await entered(parts, request, reply, 'operator');
    const body = who && checked(overviewSchemas.revokeCentre, request, reply);
    if (who === undefined || body === undefined) return reply;
    const { account, actor } = who;
    const refused = await enrolment.revoke({ ...body, scope: account.scope, actor });
    if (refused !== undefined) return reply.code(409).send(refused);
    await audit(database, actor, 'centre.revoked', body.centreId);
    return { done: true };
  });
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
