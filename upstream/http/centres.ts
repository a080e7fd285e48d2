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
  enrolSchema,
  ENROL_PATH,
  POST_BYTES_MAX,
  POST_REFUSALS,
  postSchema,
  rekeySchema,
  WANTED_MAX,
  type PostAnswer,
  type PostRefusal,
  type Stored,
} from '../../core/protocol/upstream.js';
import { lineOf } from '../../node/address.js';
import { Buckets, perMinute } from '../../node/bucket.js';
import { addKey, enrol } from '../centres/enrolment.js';
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
type CentreRequest = FastifyRequest<{ Params: { id: string }; Body: Body }>;

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

/** The value of a packed body; `undefined` for what is not one of this shape. */
const valueOf = async <S extends z.ZodType>(
  schema: S,
  { headers, body }: FastifyRequest,
): Promise<z.infer<S> | undefined> => {
  if (!Buffer.isBuffer(body)) return undefined;
  try {
    const isPacked = headers['content-encoding'] === 'gzip';
    const text = isPacked ? await unpack(body, { maxOutputLength: POST_BYTES_MAX }) : body;
    return schema.safeParse(JSON.parse(text.toString('utf8'))).data;
  } catch {
    // Not packed, too large or no JSON: in each case no such value.
    return undefined;
  }
};

/** The door of centres: all that comes in is signed by a key of the centre that the path names. */
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

  /** The sender; else the reply is sent and nothing comes back. */
  const senderOf = async (
    request: CentreRequest,
    reply: FastifyReply,
  ): Promise<Sender | undefined> => {
    const header = request.headers[SIGNATURE_HEADER];
    const sender = await senders.signedBy(request.params.id, signedOf(request), header);
    if (sender !== null && !sender.revoked) return sender;
    refuse(reply, sender === null ? 'unknown' : 'revoked');
    return undefined;
  };

  app.post('/v1/centres/:id/events', async (request: CentreRequest, reply) => {
    if (ingest.load >= LOAD_MAX) return later(reply, 503);
    const sender = await senderOf(request, reply);
    if (sender === undefined) return reply;
    const post = await valueOf(postSchema, request);
    if (post === undefined) return refuse(reply, 'malformed');
    const { centreId, logKey } = sender;
    const taken = await ingest.take({ centreId, logKey, post, at: now() });
    const { refused, stored } = taken;
    if (refused !== null || stored === null) return refuse(reply, refused ?? 'gap', stored);
    const wanted = taken.wanted.slice(0, WANTED_MAX);
    return reply.send({ stored, nextAfterMs: IDLE_MS, wanted } satisfies PostAnswer);
  });

  app.post('/v1/centres/:id/configuration', async (request: CentreRequest, reply) => {
    const sender = await senderOf(request, reply);
    if (sender === undefined) return reply;
    const { body } = request;
    if (!Buffer.isBuffer(body)) return refuse(reply, 'malformed');
    const text = await unpack(body, { maxOutputLength: POST_BYTES_MAX }).catch(() => undefined);
    if (text === undefined) return refuse(reply, 'malformed');
    await database.query(
      `UPDATE configuration SET body = $3, received_at = $4
       WHERE centre_id = $1 AND hash = $2 AND body IS NULL`,
      [sender.centreId, hash('sha256', text, 'hex'), text.toString('utf8'), now()],
    );
    return reply.send({});
  });

  app.post('/v1/centres/:id/key', async (request: CentreRequest, reply) => {
    const sender = await senderOf(request, reply);
    if (sender === undefined) return reply;
    const rekey = await valueOf(rekeySchema, request);
    const { centreId } = sender;
    const isOwn =
      rekey !== undefined &&
      isVerifierKey(rekey.requestKey) &&
      rekey.requestKey.startsWith(`dawr/${centreId}+`) &&
      isSignedBy(proofOf(centreId), rekey.proof, rekey.requestKey);
    if (!isOwn) return refuse(reply, 'malformed');
    await addKey(database, { centreId, requestKey: rekey.requestKey, now: now() });
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
    senders.forget(post.centreId);
    upstream.journal.info({ centreId: post.centreId }, 'a centre enrolled');
    return reply.send({});
  });
};
