import '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Millis } from '../../core/configuration.js';
import type { Account } from '../../core/protocol/overview.js';
import { lineOf } from '../../node/address.js';
import { refuseWith } from '../../node/checked.js';
import type { Actor } from '../access/audit.js';
import type { Sessions } from '../access/sessions.js';

export interface SessionParts {
  readonly sessions: Sessions;
  readonly isTls: boolean;
  readonly clock: { now(): Millis };
}

/** Under TLS a browser takes it from this host alone, and for the whole of it. */
const cookieName = (isTls: boolean): string => `${isTls ? '__Host-' : ''}dawr-account`;

export const tokenOf = ({ isTls }: SessionParts, { cookies }: FastifyRequest): string | undefined =>
  cookies[cookieName(isTls)];

/** Gives a browser its session; never to be read by a page, gone when the browser is closed. */
export const setSession = ({ isTls }: SessionParts, reply: FastifyReply, token: string): void => {
  const name = cookieName(isTls);
  void reply.setCookie(name, token, {
    ...{ path: '/', httpOnly: true, sameSite: 'strict', secure: isTls },
  });
};

export const clearSession = ({ isTls }: SessionParts, reply: FastifyReply): void => {
  void reply.clearCookie(cookieName(isTls), { path: '/', secure: isTls });
};

export const actorOf = (
  { clock }: SessionParts,
  request: FastifyRequest,
  accountId: string,
): Actor => ({ accountId, line: lineOf(request.ip), at: clock.now() });

/** A page that only looks again says so; all else is done by a person. */
const isAgain = ({ query }: FastifyRequest): boolean =>
  (query as Record<string, unknown>)['again'] === '1';

/** What somebody must be to be let in; `master` is an operator whose scope is all. */
export type Right = 'viewer' | 'operator' | 'master';

const may = ({ role, scope }: Account, right: Right): boolean =>
  right === 'viewer' || (role === 'operator' && (right === 'operator' || scope === null));

/** Who asks, and as whom it is written down; else the reply is sent and nothing comes back. */
export const entered = async (
  parts: SessionParts,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  right: Right,
): Promise<{ readonly account: Account; readonly actor: Actor } | undefined> => {
  const by = isAgain(request) ? 'page' : 'person';
  const account = await parts.sessions.who(tokenOf(parts, request), parts.clock.now(), by);
  if (account !== undefined && may(account, right)) {
    return { account, actor: actorOf(parts, request, account.id) };
  }
  if (account === undefined) refuseWith(reply, 401, 'session.needed');
  else refuseWith(reply, 403, 'role.denied');
  return undefined;
};
