import type { FastifyReply, FastifyRequest } from 'fastify';
import { SIGNATURE_HEADER } from '../../chain/request.js';
import { POST_REFUSALS, type PostRefusal, type Stored } from '../../core/protocol/upstream.js';
import { signedOf } from '../../node/forward/receive.js';
import type { Sender, Senders } from '../centres/senders.js';

export const refuse = (reply: FastifyReply, refused: PostRefusal, stored: Stored | null = null) =>
  reply.code(POST_REFUSALS[refused]).send({ refused, stored });

/** Where a request came in, and how it is answered. */
export interface Asked {
  readonly senders: Senders;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** Who signed, if it is this sender; else the refusal is sent and nothing comes back. */
export const senderOf = async (
  senderId: string,
  { senders, request, reply }: Asked,
): Promise<Sender | undefined> => {
  const header = request.headers[SIGNATURE_HEADER];
  const sender = await senders.signedBy(senderId, signedOf(request), header);
  if (sender !== null && !sender.revoked) return sender;
  refuse(reply, sender === null ? 'unknown' : 'revoked');
  return undefined;
};
