import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isUtf8 } from 'node:buffer';
import { hash } from 'node:crypto';
import {
  POST_BYTES_MAX,
  postSchema,
  staffSchema,
  WANTED_MAX,
  type PostAnswer,
} from '../../core/protocol/upstream.js';
import { packedValue, unpacked, unpackedBytes } from '../../node/forward/receive.js';
import { keepStaff } from '../centres/staff.js';
import type { Sender } from '../centres/senders.js';
import type { Upstream } from '../upstream.js';
import { joinRoutes } from './join.js';
import { Room } from './room.js';
import { later, openDoor, refuse, senderOf } from './sender.js';
import { tailRoutes } from './tail.js';

/** Posts that may wait for the store before others are asked to come later. */
const LOAD_MAX = 3_000;
/** Of bodies as they come, and of what they unpack to, which takes some times as much in all. */
const ROOM_BYTES_MAX = 128_000_000;
/** How often a centre with nothing to send says so. */
const IDLE_MS = 30_000;

type CentreRequest = FastifyRequest<{ Params: { id: string; relay?: string } }>;

/** The centre that the path names, if it or the relay of its governorate has signed. */
const centreOf = async (
  upstream: Pick<Upstream, 'senders'>,
  request: CentreRequest,
  reply: FastifyReply,
): Promise<Sender | undefined> => {
  const { senders } = upstream;
  const { id, relay } = request.params;
  const sender = await senderOf(upstream, request, reply);
  if (sender === undefined || relay === undefined) return sender;
  const centre = await senders.sender(id);
  const isBelow = centre?.governorateId === sender.governorateId;
  if (centre !== undefined && isBelow && !centre.revoked) return centre;
  refuse(reply, isBelow ? 'revoked' : 'unknown');
  return undefined;
};

/** The door of centres and relays: all that comes in is signed by a key of whom the path names. */
export const centreRoutes = (app: FastifyInstance, upstream: Upstream): void => {
  const { database, ingest, now } = upstream;
  const room = new Room(ROOM_BYTES_MAX);
  openDoor(app, upstream, room);

  /** Whether there is room for what the body unpacks to; else that is answered. */
  const hasRoom = ({ body }: CentreRequest, reply: FastifyReply): boolean => {
    if (room.hold(Math.min(unpackedBytes(body), POST_BYTES_MAX), reply)) return true;
    later(reply, 503);
    return false;
  };

  const takeEvents = async (request: CentreRequest, reply: FastifyReply): Promise<FastifyReply> => {
    if (ingest.load >= LOAD_MAX) return later(reply, 503);
    const centre = await centreOf(upstream, request, reply);
    if (centre === undefined || !hasRoom(request, reply)) return reply;
    const post = await packedValue(postSchema, request.body, POST_BYTES_MAX);
    if (post === undefined) return refuse(reply, 'malformed');
    const relayed = request.params.relay !== undefined;
    const { id: centreId, logKey } = centre;
    const taken = await ingest.take({ centreId, logKey, post, relayed, at: now() });
    const { refused, stored } = taken;
    if (refused !== null || stored === null) return refuse(reply, refused ?? 'gap', stored);
    const wanted = taken.wanted.slice(0, WANTED_MAX);
    const { staff } = taken;
    return reply.send({ stored, nextAfterMs: IDLE_MS, wanted, staff } satisfies PostAnswer);
  };

  const takeConfiguration = async (
    request: CentreRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> => {
    const centre = await centreOf(upstream, request, reply);
    if (centre === undefined || !hasRoom(request, reply)) return reply;
    const text = await unpacked(request.body, POST_BYTES_MAX);
    if (text === undefined || !isUtf8(text) || text.includes(0)) return refuse(reply, 'malformed');
    await database.query(
      `UPDATE configuration SET body = $3, received_at = $4
       WHERE centre_id = $1 AND hash = $2 AND body IS NULL`,
      [centre.id, hash('sha256', text, 'hex'), text.toString('utf8'), now()],
    );
    return reply.send({});
  };

  const takeStaff = async (request: CentreRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const centre = await centreOf(upstream, request, reply);
    if (centre === undefined || !hasRoom(request, reply)) return reply;
    const post = await packedValue(staffSchema, request.body, POST_BYTES_MAX);
    if (post === undefined) return refuse(reply, 'malformed');
    await keepStaff(database, centre.id, post);
    return reply.send({});
  };

  for (const base of ['/v1/centres/:id', '/v1/relays/:relay/centres/:id']) {
    app.post(`${base}/events`, takeEvents);
    app.post(`${base}/configuration`, takeConfiguration);
    app.post(`${base}/staff`, takeStaff);
  }
  joinRoutes(app, upstream);
  tailRoutes(app, upstream);
};
