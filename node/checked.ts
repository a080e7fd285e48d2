import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { ApiRefusal } from '../core/protocol/api.js';
import type { OverviewRefusal } from '../core/protocol/overview.js';

/** A body of the right shape; else the reply is sent and nothing comes back. */
export type Checked = <S extends z.ZodType>(
  schema: S,
  request: FastifyRequest,
  reply: FastifyReply,
) => z.infer<S> | undefined;

export const refuseWith = (
  reply: FastifyReply,
  code: number,
  refused: ApiRefusal | OverviewRefusal,
): FastifyReply => reply.code(code).send({ refused });

/**
 * Only a page of this server may post: it alone can set the header, and a browser names its origin.
 */
export const isOwnPage = ({ headers }: FastifyRequest): boolean => {
  const { origin, host } = headers;
  if (headers['x-dawr'] !== '1') return false;
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === host);
};

export const checked: Checked = (schema, request, reply) => {
  const parsed = schema.safeParse(request.body);
  if (isOwnPage(request) && parsed.success) return parsed.data;
  refuseWith(reply, 400, 'payload.invalid');
  return undefined;
};
