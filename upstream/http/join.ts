import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { isVerifierKey } from '../../chain/note.js';
import { isSignedBy, proofOf, SIGNATURE_HEADER, signedWith } from '../../chain/request.js';
import {
  aboutSchema,
  type elsewhereSchema,
  ENROL_PATH,
  enrolSchema,
  rekeySchema,
  senderIdOf,
} from '../../core/protocol/upstream.js';
import { lineOf } from '../../node/address.js';
import { Buckets, perMinute } from '../../node/bucket.js';
import { JOIN_BYTES_MAX, packedValue, signedOf, takeBytes } from '../../node/forward/receive.js';
import { addKey, enrol, isKeyOf, keepCentre } from '../centres/enrolment.js';
import type { Upstream } from '../upstream.js';
import { refuse, senderOf, type SenderRequest } from './sender.js';

const ENROLMENTS_PER_MINUTE = 10;

type Elsewhere = z.infer<typeof elsewhereSchema>;

/** Further keys of who is known, and what a relay tells of its centres. */
export const joinRoutes = (app: FastifyInstance, upstream: Upstream): void => {
  const { database, senders, now } = upstream;

  /** A new key for whoever signed with the old one. */
  const takeKey = async (request: SenderRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const sender = await senderOf(upstream, request, reply);
    if (sender === undefined) return reply;
    const { id: senderId } = sender;
    const rekey = await packedValue(rekeySchema, request.body, JOIN_BYTES_MAX);
    const isOwn =
      rekey !== undefined &&
      isKeyOf(senderId, rekey.requestKey) &&
      isSignedBy(proofOf(senderId), rekey.proof, rekey.requestKey);
    if (!isOwn) return refuse(reply, 'malformed');
    const { requestKey } = rekey;
    await database.transaction((queries) => addKey(queries, { senderId, requestKey, now: now() }));
    senders.forget(senderId);
    return reply.send({});
  };

  const small = { bodyLimit: JOIN_BYTES_MAX };
  app.post('/v1/centres/:id/key', small, takeKey);
  app.post('/v1/relays/:relay/key', small, takeKey);

  app.post('/v1/relays/:relay/centres/:id', small, async (request: SenderRequest, reply) => {
    const { id: centreId = '' } = request.params;
    const sender = await senderOf(upstream, request, reply);
    if (sender === undefined) return reply;
    const about = await packedValue(aboutSchema, request.body, JOIN_BYTES_MAX);
    if (about === undefined || !isKeyOf(centreId, about.logKey)) {
      return refuse(reply, 'malformed');
    }
    const { governorateId } = sender;
    const elsewhere = { refused: 'elsewhere', governorateId } satisfies Elsewhere;
    if ((about.governorateId ?? governorateId) !== governorateId) {
      return reply.code(403).send(elsewhere);
    }
    const place = { centreId, governorateId, relayed: true, now: about.enrolledAt };
    await keepCentre(database, about, place);
    senders.forget(centreId);
    const known = await senders.sender(centreId);
    const isBelow = known?.governorateId === governorateId;
    return isBelow ? reply.send({}) : reply.code(403).send(elsewhere);
  });
};

/** Where centres and relays come to be known, by an operator's code. */
export const enrolRoute = (app: FastifyInstance, upstream: Upstream): void => {
  const { database, senders, now } = upstream;
  const enrolments = new Buckets(() => perMinute(ENROLMENTS_PER_MINUTE));
  takeBytes(app, JOIN_BYTES_MAX);

  const onRequest = async ({ ip }: FastifyRequest, reply: FastifyReply) =>
    enrolments.take(lineOf(ip), now()) ? undefined : reply.code(429).send({ refused: 'tooMany' });

  app.post(ENROL_PATH, { onRequest }, async (request, reply) => {
    const post = await packedValue(enrolSchema, request.body, JOIN_BYTES_MAX);
    const header = request.headers[SIGNATURE_HEADER];
    const isOwn =
      post !== undefined &&
      signedWith(header) !== null &&
      isVerifierKey(post.requestKey) &&
      isSignedBy(signedOf(request), String(header), post.requestKey);
    if (!isOwn) return reply.code(400).send({ refused: 'malformed' });
    const answer = await enrol(database, post, now());
    if ('refused' in answer) return reply.code(403).send(answer);
    senders.forget(senderIdOf(post));
    upstream.journal.info({ sender: senderIdOf(post) }, 'a sender enrolled');
    return reply.send(answer);
  });
};
