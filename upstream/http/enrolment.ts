import type { FastifyInstance } from 'fastify';
import { overviewSchemas } from '../../core/protocol/accounts.js';
import type {
  CodeAnswer,
  OverviewRefusal,
  Scope,
  SenderName,
} from '../../core/protocol/overview.js';
import { checked, refuseWith } from '../../node/checked.js';
import type { Actor } from '../access/audit.js';
import type { PageParts } from './pages.js';
import { entered } from './session.js';

export type Refused = { readonly refused: OverviewRefusal };

export const DONE = { done: true } as const;

export interface Asked {
  readonly scope: Scope;
  readonly sender: SenderName;
  readonly actor: Actor;
}

/**
 * What an operator does to senders, each written down with who did it; those outside the scope are
 * refused, `centre.elsewhere`.
 */
export interface Enrolment {
  /**
   * A code with which a sender enrols, or one that is enrolled or revoked enrols anew; an earlier
   * code ends.
   */
  enrol(ask: Asked & { readonly governorateId: string }): Promise<CodeAnswer | Refused>;
  /** Ends a code that nobody has used. */
  withdraw(ask: Asked): Promise<typeof DONE | Refused>;
  /** From now on nothing of the sender is taken in, and its code is ended. */
  revoke(ask: Asked): Promise<typeof DONE | Refused>;
  /** Ends the revocation of a centre that a relay tells of. */
  readmit(ask: Asked): Promise<typeof DONE | Refused>;
}

export const enrolmentRoutes = (app: FastifyInstance, parts: PageParts): void => {
  const { enrolment, database, reads, clock } = parts;

  app.get('/api/enrolment', async (request, reply) => {
    const who = await entered(parts, { request, reply }, 'operator');
    if (who === undefined) return reply;
    return reads.readEnrolment(database, { scope: who.account.scope, now: clock.now() });
  });

  app.post('/api/enrolment/code', async (request, reply) => {
    const who = await entered(parts, { request, reply }, 'operator');
    const body = who && checked(overviewSchemas.makeCode, request, reply);
    if (who === undefined || body === undefined) return reply;
    const { account, actor } = who;
    const { governorateId, ...sender } = body;
    const { scope } = account;
    if (scope !== null && !scope.includes(governorateId)) {
      return refuseWith(reply, 403, 'centre.elsewhere');
    }
    const answer = await enrolment.enrol({ scope, sender, governorateId, actor });
    return 'refused' in answer ? reply.code(409).send(answer) : answer;
  });

  const SCHEMAS = { withdraw: 'withdrawCode', revoke: 'revoke', readmit: 'readmit' } as const;
  for (const act of ['withdraw', 'revoke', 'readmit'] as const) {
    app.post(`/api/enrolment/${act}`, async (request, reply) => {
      const who = await entered(parts, { request, reply }, 'operator');
      const sender = who && checked(overviewSchemas[SCHEMAS[act]], request, reply);
      if (who === undefined || sender === undefined) return reply;
      const { account, actor } = who;
      const answer = await enrolment[act]({ scope: account.scope, sender, actor });
      return 'refused' in answer ? reply.code(409).send(answer) : answer;
    });
  }
};
