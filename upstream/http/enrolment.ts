import type { FastifyInstance } from 'fastify';
import { overviewSchemas } from '../../core/protocol/accounts.js';
import type { EnrolCentreAnswer, OverviewRefusal, Scope } from '../../core/protocol/overview.js';
import { checked, refuseWith } from '../../node/checked.js';
import { audit, type Actor } from '../access/audit.js';
import type { PageParts } from './pages.js';
import { entered } from './session.js';

type Refused = { readonly refused: OverviewRefusal };

/** What an operator does to centres; those outside the scope are refused, `centre.elsewhere`. */
export interface Enrolment {
  /**
   * A code with which a centre enrols, or one that is enrolled or revoked enrols anew; an earlier
   * code ends.
   */
  enrol(ask: {
    readonly scope: Scope;
    readonly centreId: string;
    readonly governorateId: string;
    readonly actor: Actor;
  }): Promise<EnrolCentreAnswer | Refused>;
  /** From now on nothing of the centre is taken in, and its code is ended. */
  revoke(ask: {
    readonly scope: Scope;
    readonly centreId: string;
    readonly actor: Actor;
  }): Promise<Refused | undefined>;
}

export const enrolmentRoutes = (app: FastifyInstance, parts: PageParts): void => {
  const { enrolment, database } = parts;

  app.post('/api/centres/enrol', async (request, reply) => {
    const who = await entered(parts, { request, reply }, 'operator');
    const body = who && checked(overviewSchemas.enrolCentre, request, reply);
    if (who === undefined || body === undefined) return reply;
    const { account, actor } = who;
    if (account.scope !== null && !account.scope.includes(body.governorateId)) {
      return refuseWith(reply, 403, 'centre.elsewhere');
    }
    const answer = await enrolment.enrol({ ...body, scope: account.scope, actor });
    if ('refused' in answer) return reply.code(409).send(answer);
    await audit(database, actor, {
      action: 'centre.code',
      subject: `${body.centreId} ${body.governorateId}`,
    });
    return answer;
  });

  app.post('/api/centres/revoke', async (request, reply) => {
    const who = await entered(parts, { request, reply }, 'operator');
    const body = who && checked(overviewSchemas.revokeCentre, request, reply);
    if (who === undefined || body === undefined) return reply;
    const { account, actor } = who;
    const refused = await enrolment.revoke({ ...body, scope: account.scope, actor });
    if (refused !== undefined) return reply.code(409).send(refused);
    await audit(database, actor, { action: 'centre.revoked', subject: body.centreId });
    return { done: true };
  });
};
