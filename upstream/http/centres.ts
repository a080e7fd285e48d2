import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import {
  isSignedBy,
  proofOf,
  SIGNATURE_HEADER,
  signedWith,
  type Signed,
} from '../../chain/request.js';
import { isVerifierKey } from '../../chain/note.js';
import { hash } from 'node:crypto';
import {
  aboutSchema,
  enrolSchema,
  ENROL_PATH,
  POST_BYTES_MAX,
  POST_REFUSALS,
  postSchema,
  rekeySchema,
  senderIdOf,
  WANTED_MAX,
  type PostAnswer,
  type PostRefusal,
  type Stored,
} from '../../core/protocol/upstream.js';
import { ID } from '../../core/protocol/forms.js';
import { lineOf } from '../../node/address.js';
import { Buckets, perMinute } from '../../node/bucket.js';
import { addKey, enrol, isKeyOf, keepCentre } from '../centres/enrolment.js';
import type { Sender } from '../centres/senders.js';
import { QueryFault } from '../store/database.js';
import type { Upstream } from '../upstream.js';

/** Of a body as it comes, packed. */
const PACKED_BYTES_MAX = 1_500_000;
/** Posts that may wait for the store before others are asked to come later. */
const LOAD_MAX = 3_000;
const LATER_MS = 5_000;
/** How often a centre with nothing to send says so. */
const IDLE_MS = 30_000;
const ENROLMENTS_PER_MINUTE = 10;

const unpack = promisify(gunzip);

type Body = Buffer | undefined;
type CentreRequest = FastifyRequest<{ Params: { id: string; relay?: string } }>;

const signedOf = ({ method, url, body }: FastifyRequest): Signed => ({
  method,
  path: url,
  body: (body as Body) ?? Buffer.alloc(0),
});

const refuse = (reply: FastifyReply, refused: PostRefusal, stored: Stored | null = null) =>
  reply.code(POST_REFUSALS[refused]).send({ refused, stored });

const later = (reply: FastifyReply, code: 429 | 503): FastifyReply =>
  reply
    .code(code)
    .header('retry-after', LATER_MS / 1000)
    .send({ later: LATER_MS });

/** What was packed; `undefined` for what is not, or is too large. */
const unpacked = async (body: unknown): Promise<Buffer | undefined> =>
  Buffer.isBuffer(body)
    ? unpack(body, { maxOutputLength: POST_BYTES_MAX }).catch(() => undefined)
    : undefined;

/** The value of a packed body; `undefined` for what is not one of this shape. */
const valueOf = async <S extends z.ZodType>(
  schema: S,
  { body }: FastifyRequest,
): Promise<z.infer<S> | undefined> => {
  const text = await unpacked(body);
  if (text === undefined) return undefined;
  try {
    return schema.safeParse(JSON.parse(text.toString('utf8'))).data;
  } catch {
    // No JSON, and so no such value.
    return undefined;
  }
};

/** The door of centres and relays: all that comes in is signed by a key of whom the path names. */
export const centreRoutes = (app: FastifyInstance, upstream: Upstream): void => {
  const { database, ingest, senders, now } = upstream;
  const enrolments = new Buckets(() => perMinute(ENROLMENTS_PER_MINUTE));
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer', bodyLimit: PACKED_BYTES_MAX },
    (_request, body, done) => done(null, body),
  );
  app.setErrorHandler((fault: Error & { statusCode?: number }, _request, reply) => {
    // The store could not say: the centre sends it again.
    if (fault instanceof QueryFault) {
      upstream.journal.warn({ fault: fault.message, state: fault.state }, 'the store gave way');
      return later(reply, 503);
    }
    if ((fault.statusCode ?? 500) < 500) return refuse(reply, 'malformed');
    throw fault;
  });

  /** Who signed; else the reply is sent and nothing comes back. */
  const senderOf = async (
    senderId: string,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<Sender | undefined> => {
    const header = request.headers[SIGNATURE_HEADER];
    const sender = await senders.signedBy(senderId, signedOf(request), header);
    if (sender !== null && !sender.revoked) return sender;
    refuse(reply, sender === null ? 'unknown' : 'revoked');
    return undefined;
  };

  /** The centre that the path names, if it or the relay of its governorate has signed. */
  const centreOf = async (
    request: CentreRequest,
    reply: FastifyReply,
  ): Promise<Sender | undefined> => {
    const { id, relay } = request.params;
    const sender = await senderOf(relay === undefined ? id : `relay/${relay}`, request, reply);
    if (sender === undefined || relay === undefined) return sender;
    const centre = await senders.sender(id);
    const isBelow = centre?.governorateId === sender.governorateId;
    if (centre !== undefined && isBelow && !centre.revoked) return centre;
    refuse(reply, isBelow ? 'revoked' : 'unknown');
    return undefined;
  };

  const takeEvents = async (request: CentreRequest, reply: FastifyReply): Promise<FastifyReply> => {
    if (ingest.load >= LOAD_MAX) return later(reply, 503);
    const centre = await centreOf(request, reply);
    if (centre === undefined) return reply;
    const post = await valueOf(postSchema, request);
    if (post === undefined) return refuse(reply, 'malformed');
    const relayed = request.params.relay !== undefined;
    const { id: centreId, logKey } = centre;
    const taken = await ingest.take({ centreId, logKey, post, relayed, at: now() });
    const { refused, stored } = taken;
    if (refused !== null || stored === null) return refuse(reply, refused ?? 'gap', stored);
    const wanted = taken.wanted.slice(0, WANTED_MAX);
    return reply.send({ stored, nextAfterMs: IDLE_MS, wanted } satisfies PostAnswer);
  };

  const takeConfiguration = async (
    request: CentreRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> => {
    const centre = await centreOf(request, reply);
    if (centre === undefined) return reply;
    const text = await unpacked(request.body);
    if (text === undefined) return refuse(reply, 'malformed');
    await database.query(
      `UPDATE configuration SET body = $3, received_at = $4
       WHERE centre_id = $1 AND hash = $2 AND body IS NULL`,
      [centre.id, hash('sha256', text, 'hex'), text.toString('utf8'), now()],
    );
    return reply.send({});
  };

  /** A new key for whoever signed with the old one. */
  const takeKey = async (
    senderId: string,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> => {
    const sender = await senderOf(senderId, request, reply);
    if (sender === undefined) return reply;
    const rekey = await valueOf(rekeySchema, request);
    const isOwn =
      rekey !== undefined &&
      isKeyOf(senderId, rekey.requestKey) &&
      isSignedBy(proofOf(senderId), rekey.proof, rekey.requestKey);
    if (!isOwn) return refuse(reply, 'malformed');
    await addKey(database, { senderId, requestKey: rekey.requestKey, now: now() });
    senders.forget(senderId);
    return reply.send({});
  };

  for (const base of ['/v1/centres/:id', '/v1/relays/:relay/centres/:id']) {
    app.post(`${base}/events`, takeEvents);
    app.post(`${base}/configuration`, takeConfiguration);
  }
  app.post('/v1/centres/:id/key', (request: CentreRequest, reply) =>
    takeKey(request.params.id, request, reply),
  );
  app.post('/v1/relays/:id/key', (request: CentreRequest, reply) =>
    takeKey(`relay/${request.params.id}`, request, reply),
  );

  app.post('/v1/relays/:relay/centres/:id', async (request: CentreRequest, reply) => {
    const { relay = '', id: centreId } = request.params;
    const sender = await senderOf(`relay/${relay}`, request, reply);
    if (sender === undefined) return reply;
    const about = await valueOf(aboutSchema, request);
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
    const post = await valueOf(enrolSchema, request);
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
