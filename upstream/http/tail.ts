import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { STREAM, type HeldStreams, type Tail } from '../../core/protocol/upstream.js';
import { CLOCKS_APART_MS } from '../ingest/silence.js';
import { StoredSource } from '../relay/source.js';
import type { Upstream } from '../upstream.js';
import { refuse, senderOf } from './sender.js';

const askedSchema = z.strictObject({
  stream: z.string().regex(STREAM),
  from: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
});
type CentreRequest = FastifyRequest<{ Params: { id: string; hash?: string } }>;

/** What a centre fetches that has lost the end of its own log. */
export const tailRoutes = (app: FastifyInstance, upstream: Upstream): void => {
  const { database, now } = upstream;
  const signed = (request: CentreRequest, reply: FastifyReply) =>
    senderOf(upstream, request, reply);

  app.get('/v1/centres/:id/streams', async (request: CentreRequest, reply) => {
    const sender = await signed(request, reply);
    if (sender === undefined) return reply;
    const streams = await database.query<HeldStreams['streams'][number]>(
      `SELECT stream, stored_seq AS seq, encode(stored_hash, 'hex') AS hash FROM stream
       WHERE centre_id = $1 ORDER BY ordinal`,
      [sender.id],
    );
    const [told] = await database.query<{ caught_up_at: number | null }>(
      'SELECT caught_up_at FROM centre WHERE centre_id = $1',
      [sender.id],
    );
    const at = told?.caught_up_at ?? null;
    // By a clock that was ahead: nobody knows how long ago that was.
    const isKnown = at !== null && at <= now() + CLOCKS_APART_MS;
    const wholeAgoMs = isKnown ? Math.max(0, now() - at) : null;
    return reply.send({ streams, wholeAgoMs } satisfies HeldStreams);
  });

  app.get('/v1/centres/:id/events', async (request: CentreRequest, reply) => {
    const sender = await signed(request, reply);
    if (sender === undefined) return reply;
    const asked = askedSchema.safeParse(request.query).data;
    if (asked === undefined) return refuse(reply, 'malformed');
    const source = new StoredSource(database, sender.id);
    return reply.send((await source.from(asked.stream, asked.from)) satisfies Tail);
  });

  app.get('/v1/centres/:id/configuration/:hash', async (request: CentreRequest, reply) => {
    const sender = await signed(request, reply);
    if (sender === undefined) return reply;
    const body = await new StoredSource(database, sender.id).configuration(
      request.params.hash ?? '',
    );
    return body === undefined
      ? reply.code(404).send({})
      : reply.send({ body: body.toString('utf8') });
  });
};
