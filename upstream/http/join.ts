import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isVerifierKey } from '../../chain/note.js';
import { isSignedBy, proofOf, SIGNATURE_HEADER, signedWith } from '../../chain/request.js';
import { ID } from '../../core/protocol/forms.js';
import {
  aboutSchema,
  ENROL_PATH,
  enrolSchema,
  POST_BYTES_MAX,
  rekeySchema,
  senderIdOf,
} from '../../core/protocol/upstream.js';
import { lineOf } from '../../node/address.js';
import { Buckets, perMinute } from '../../node/bucket.js';
import { packedValue, signedOf } from '../../node/forward/receive.js';
import { addKey, enrol, isKeyOf, keepCentre } from '../centres/enrolment.js';
import type { Upstream } from '../upstream.js';
import { refuse, senderOf } from './sender.js';

const ENROLMENTS_PER_MINUTE = 10;

type NamedRequest = FastifyRequest<{ Params: { id: string; relay?: string } }>;

/** Where centres and relays come to be known: enrolment, further keys, a relay on its centres. */
export const joinRoutes = (app: FastifyInstance, upstream: Upstream): void => {
  const { database, senders, now } = upstream;
  const enrolments = new Buckets(() => perMinute(ENROLMENTS_PER_MINUTE));
  const at = (request: FastifyRequest, reply: FastifyReply) => ({ senders, request, reply });

  /** A new key for whoever signed with the old one. */
  const takeKey = async (
    senderId: string,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> => {
    const sender = await senderOf(senderId, at(request, reply));
    if (sender === undefined) return reply;
    const rekey = await packedValue(rekeySchema, request.body, POST_BYTES_MAX);
    const isOwn =
      rekey !== undefined &&
      isKeyOf(senderId, rekey.requestKey) &&
      isSignedBy(proofOf(senderId), rekey.proof, rekey.requestKey);
    if (!isOwn) return refuse(reply, 'malformed');
    await addKey(database, { senderId, requestKey: rekey.requestKey, now: now() });
    senders.forget(senderId);
    return reply.send({});
  };

  app.post('/v1/centres/:id/key', (request: NamedRequest, reply) =>
    takeKey(request.params.id, request, reply),
  );
  app.post('/v1/relays/:id/key', (request: NamedRequest, reply) =>
    takeKey(`relay/${request.params.id}`, request, reply),
  );

  app.post('/v1/relays/:relay/centres/:id', async (request: NamedRequest, reply) => {
    const { relay = '', id: centreId } = request.params;
    const sender = await senderOf(`relay/${relay}`, at(request, reply));
    if (sender === undefined) return reply;
    const about = await packedValue(aboutSchema, request.body, POST_BYTES_MAX);
    if (about === undefined || !ID.test(centreId) || !isKeyOf(centreId, about.logKey)) {
      return refuse(reply, 'malformed');
    }
    const { governorateId } = sender;
    await keepCentre(database, about, { centreId, governorateId, relayed: true, now: now() });
    senders.forget(centreId);
    return reply.send({});
  });

  app.post(ENROL_PATH, async (request, reply) => {
    const line = lineOf(request.ip);
    if (!enrolments.take(line, now())) return reply.code(429).send({ refused: 'tooMany' });
    const post = await packedValue(enrolSchema, request.body, POST_BYTES_MAX);
    const header = request.headers[SIGNATURE_HEADER];
    const isOwn =
      post !== undefined &&
      signedWith(header) !== null &&
      isVerifierKey(post.requestKey) &&
      isSignedBy(signedOf(request), String(header), post.requestKey);
    if (!isOwn) return reply.code(400).send({ refused: 'malformed' });
    const refused = await enrol(database, post, now());
    if (refused !== null) return reply.code(403).send({ refused });
    senders.forget(senderIdOf(post));
    upstream.journal.info({ sender: senderIdOf(post) }, 'a sender enrolled');
    return reply.send({});
  });
};
