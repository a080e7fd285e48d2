import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SIGNATURE_HEADER } from '../../chain/request.js';
import { ID } from '../../core/protocol/forms.js';
import { POST_REFUSALS, type PostRefusal, type Stored } from '../../core/protocol/upstream.js';
import { PACKED_BYTES_MAX, signedOf, takeBytes } from '../../node/forward/receive.js';
import type { Sender } from '../centres/senders.js';
import { QueryFault } from '../store/database.js';
import type { Upstream } from '../upstream.js';
import type { Room } from './room.js';

const LATER_MS = 5_000;

/** What a path names: a centre, a relay, or a centre that a relay tells of. */
export type SenderRequest = FastifyRequest<{ Params: { id?: string; relay?: string } }>;

export const refuse = (reply: FastifyReply, refused: PostRefusal, stored: Stored | null = null) =>
  reply.code(POST_REFUSALS[refused]).send({ refused, stored });

/** Asks to come again. */
export const later = (reply: FastifyReply, code: 429 | 503): FastifyReply =>
  reply
    .code(code)
    .header('retry-after', LATER_MS / 1000)
    .send({ later: LATER_MS });

/** Who must have signed, by the path. A relay has no log, however its id is written into one. */
const signerOf = ({ params: { id, relay } }: SenderRequest): string => {
  if ([id, relay].some((named) => named !== undefined && !ID.test(named))) return '';
  return relay === undefined ? (id ?? '') : `relay/${relay}`;
};

/** Sends why nothing is taken of a sender, if so. */
const refuseSender = (sender: Sender | null, reply: FastifyReply): Sender | undefined => {
  if (sender !== null && !sender.revoked) return sender;
  refuse(reply, sender === null ? 'unknown' : 'revoked');
  return undefined;
};

/** Who signed, if it is whom the path names; else the refusal is sent and nothing comes back. */
export const senderOf = async (
  { senders }: Pick<Upstream, 'senders'>,
  request: SenderRequest,
  reply: FastifyReply,
): Promise<Sender | undefined> => {
  const header = request.headers[SIGNATURE_HEADER];
  const signer = signerOf(request);
  return refuseSender(await senders.signedBy(signer, signedOf(request), header), reply);
};

/** As much as is read of a body; one that does not say how long it is may be as long as any. */
const lengthOf = ({ headers }: SenderRequest): number => {
  const said = Number(headers['content-length'] ?? PACKED_BYTES_MAX);
  return said <= PACKED_BYTES_MAX ? said : PACKED_BYTES_MAX;
};

/**
 * A door for what senders sign. Before a body is read, its sender is known, with a key of the id
 * that the signature names, and there is room for it; whether that key has signed is seen when all
 * is there. What is not understood before that is nobody's: it may have been changed on its way, so
 * it is answered without a word of this protocol, and sent again.
 */
export const openDoor = (app: FastifyInstance, upstream: Upstream, room: Room): void => {
  const { senders } = upstream;
  takeBytes(app, PACKED_BYTES_MAX);
  app.addHook('onRequest', async (request: SenderRequest, reply) => {
    const named = await senders.named(signerOf(request), request.headers[SIGNATURE_HEADER]);
    if (refuseSender(named, reply) === undefined) return reply;
    return room.hold(lengthOf(request), reply) ? undefined : later(reply, 503);
  });
};

/** Answers what is wrong with a request, or with the store. */
export const tellFaults = (app: FastifyInstance, { journal }: Pick<Upstream, 'journal'>): void => {
  app.setErrorHandler((fault: Error & { statusCode?: number }, _request, reply) => {
    // The store could not say: the centre sends it again.
    if (fault instanceof QueryFault) {
      journal.warn({ fault: fault.message, state: fault.state }, 'the store gave way');
      return later(reply, 503);
    }
    const { statusCode = 500 } = fault;
    if (statusCode < 500) return reply.code(statusCode).send({});
    throw fault;
  });
};
