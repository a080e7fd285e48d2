import type { FastifyInstance, FastifyReply } from 'fastify';
import { overviewSchemas } from '../../core/protocol/accounts.js';
import type { AccountsAnswer, OverviewSession } from '../../core/protocol/overview.js';
import { lineOf } from '../../node/address.js';
import { checked, refuseWith } from '../../node/checked.js';
import { Throttle } from '../../node/throttle.js';
import type { Accounts, Refused } from '../access/accounts.js';
import { isSetupCode } from '../access/setup.js';
import {
  actorOf,
  clearSession,
  entered,
  setSession,
  tokenOf,
  type SessionParts,
} from './session.js';

export interface AccountParts extends SessionParts {
  readonly accounts: Accounts;
  /** Of which the setup code is made. */
  readonly pepper: Buffer;
}

const answer = (reply: FastifyReply, refused: Refused | undefined): FastifyReply =>
  refused === undefined ? reply.send({ done: true }) : reply.code(409).send(refused);

/** Who is signed in, signing in and out, and naming the first operator. */
export const sessionRoutes = (app: FastifyInstance, parts: AccountParts): void => {
  const { accounts, sessions, clock, pepper } = parts;
  const codes = new Throttle();

  app.get('/api/session', async (request): Promise<OverviewSession> => {
    const now = clock.now();
    const account = (await sessions.who(tokenOf(parts, request), now, 'page')) ?? null;
    return { account, setup: account === null && (await accounts.isNew()), now };
  });

  app.post('/api/sign-in', async (request, reply) => {
    const body = checked(overviewSchemas.signIn, request, reply);
    if (body === undefined) return reply;
    const signed = await sessions.signIn(body.secret, actorOf(parts, request, body.accountId));
    if ('refused' in signed) return reply.code(401).send(signed);
    setSession(parts, reply, signed.token);
    return { account: signed.account };
  });

  app.post('/api/sign-out', async (request, reply) => {
    const body = checked(overviewSchemas.signOut, request, reply);
    if (body === undefined) return reply;
    const token = tokenOf(parts, request);
    const account = await sessions.who(token, clock.now(), 'page');
    if (account !== undefined && token !== undefined) {
      await sessions.signOut(token, actorOf(parts, request, account.id), body.everywhere);
    }
    clearSession(parts, reply);
    return { done: true };
  });

  app.post('/api/setup', async (request, reply) => {
    const body = checked(overviewSchemas.setup, request, reply);
    if (body === undefined) return reply;
    const at = clock.now();
    const line = lineOf(request.ip);
    if (!(await accounts.isNew())) return refuseWith(reply, 409, 'setup.done');
    if (codes.waitMs(line, at) > 0) return refuseWith(reply, 429, 'enrol.tooMany');
    codes.tried(line, at);
    if (!isSetupCode(pepper, body.code)) return refuseWith(reply, 403, 'setup.wrongCode');
    codes.succeeded(line);
    return answer(reply, await accounts.addFirst(body, actorOf(parts, request, body.id)));
  });
};

/** Accounts as an operator of all centres manages them, and everybody's own secret. */
export const accountRoutes = (app: FastifyInstance, parts: AccountParts): void => {
  const { accounts } = parts;

  app.get('/api/accounts', async (request, reply) => {
    if ((await entered(parts, { request, reply }, 'master')) === undefined) return reply;
    return { accounts: await accounts.all() } satisfies AccountsAnswer;
  });

  app.post('/api/accounts', async (request, reply) => {
    const who = await entered(parts, { request, reply }, 'master');
    const body = who && checked(overviewSchemas.addAccount, request, reply);
    if (who === undefined || body === undefined) return reply;
    return answer(reply, await accounts.add(body, who.actor));
  });

  app.post('/api/accounts/change', async (request, reply) => {
    const who = await entered(parts, { request, reply }, 'master');
    const body = who && checked(overviewSchemas.changeAccount, request, reply);
    if (who === undefined || body === undefined) return reply;
    return answer(reply, await accounts.change(body, who.actor));
  });

  app.post('/api/accounts/secret', async (request, reply) => {
    const who = await entered(parts, { request, reply }, 'master');
    const body = who && checked(overviewSchemas.setSecret, request, reply);
    if (who === undefined || body === undefined) return reply;
    return answer(reply, await accounts.setSecret(body.id, body.secret, who.actor));
  });

  app.post('/api/accounts/remove', async (request, reply) => {
    const who = await entered(parts, { request, reply }, 'master');
    const body = who && checked(overviewSchemas.removeAccount, request, reply);
    if (who === undefined || body === undefined) return reply;
    return answer(reply, await accounts.remove(body.id, who.actor));
  });

  app.post('/api/secret', async (request, reply) => {
    const who = await entered(parts, { request, reply }, 'viewer');
    const body = who && checked(overviewSchemas.ownSecret, request, reply);
    if (who === undefined || body === undefined) return reply;
    const proved = await parts.sessions.proved(body.old, who.actor);
    if ('refused' in proved) {
      const isWrong = proved.refused === 'signIn.wrong';
      return refuseWith(reply, 403, isWrong ? 'account.secretWrong' : proved.refused);
    }
    return answer(reply, await accounts.setSecret(who.account.id, body.secret, who.actor));
  });
};
