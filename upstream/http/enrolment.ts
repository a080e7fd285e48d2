import type { FastifyInstance } from 'fastify';
import { overviewSchemas } from '../../core/protocol/accounts.js';
import type {
  AuditAction,
  CodeAnswer,
  OverviewRefusal,
  Scope,
  SenderName,
} from '../../core/protocol/overview.js';
import { checked, refuseWith } from '../../node/checked.js';
import { audit, type Actor } from '../access/audit.js';
import type { PageParts } from './pages.js';
import { entered } from './session.js';

type Refused = { readonly refused: OverviewRefusal };

interface Asked {
  readonly scope: Scope;
  readonly sender: SenderName;
  readonly actor: Actor;
}

/** What an operator does to senders; those outside the scope are refused, `centre.elsewhere`. */
export interface Enrolment {
  /**
   * A code with which a sender enrols, or one that is enrolled or revoked enrols anew; an earlier
   * code ends.
   */
  enrol(ask: Asked & { readonly governorateId: string }): Promise<CodeAnswer | Refused>;
  /** Ends a code that nobody has used. */
  withdraw(ask: Asked): Promise<Refused | undefined>;
  /** From now on nothing of the sender is taken in, and its code is ended. */
  revoke(ask: Asked): Promise<Refused | undefined>;
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
    if ('refused' in answer) return reply.code(409).send(answer);
    const action = `${sender.kind}.code` as const;
    await audit(database, actor, { action, subject: `${sender.id} ${governorateId}` });
    return answer;
  });

  const ACTS = {
    withdraw: ['withdrawCode', 'codeWithdrawn'],
    revoke: ['revoke', 'revoked'],
  } as const;
  for (const act of ['withdraw', 'revoke'] as const) {
    const [schema, done] = ACTS[act];
    app.post(`/api/enrolment/${act}`, async (request, reply) => {
      const who = await entered(parts, { request, reply }, 'operator');
      const sender = who && checked(overviewSchemas[schema], request, reply);
      if (who === undefined || sender === undefined) return reply;
      const { account, actor } = who;
      const refused = await enrolment[act]({ scope: account.scope, sender, actor });
      if (refused !== undefined) return reply.code(409).send(refused);
      const action: AuditAction = `${sender.kind}.${done}`;
      await audit(database, actor, { action, subject: sender.id });
      return { done: true };
    });
  }
};
