import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { Logger } from 'pino';
import { check } from '../../chain/check.js';
import { isVerifierKey, keyIdOfKey } from '../../chain/note.js';
import { isSignedBy, SIGNATURE_HEADER, signedWith } from '../../chain/request.js';
import type { Millis } from '../../core/configuration.js';
import {
  BESIDE_BYTES_MAX,
  besideSchema,
  partSchema,
  STANDING_PATH,
  type Beside,
  type Standing,
} from '../../core/protocol/standby.js';
import {
  ENROL_PATH,
  enrolSchema,
  POST_BYTES_MAX,
  POST_REFUSALS,
  postSchema,
  WANTED_MAX,
  type EventsPost,
  type PostAnswer,
  type PostRefusal,
} from '../../core/protocol/upstream.js';
import { lineOf } from '../../node/address.js';
import { limitConnections } from '../../node/connections.js';
import {
  JOIN_BYTES_MAX,
  PACKED_BYTES_MAX,
  packedValue,
  SENDER_MS_MAX,
  signedOf,
  takeBytes,
  unpacked,
} from '../../node/forward/receive.js';
import { setHeaders } from '../../node/headers.js';
import { ownHostOf } from '../../node/hosts.js';
import { Throttle } from '../../node/throttle.js';
import type { ServerSettings } from '../settings.js';
import { lacking, takePart } from './beside.js';
import type { OpenCopy } from './copy.js';
import { STANDBY_PAGE } from './page.js';
import { keepRole, roleIn, type Role } from './role.js';

const CODE_GROUPS = 4;
const CONNECTIONS = { connectionsPerLine: 50, connectionsMax: 200 };
/** The server says so often that it lives, if nothing else is to be said. */
const BEAT_MS = 1_000;
const LATER_S = 1;

export interface DoorParts {
  readonly settings: ServerSettings;
  readonly centreId: string;
  readonly copy: OpenCopy;
  readonly journal: Logger;
  readonly now: () => Millis;
  /** The server has given a sign of life. */
  readonly onHeard: (at: Millis) => void;
}

const newCode = (): string =>
  Array.from({ length: CODE_GROUPS }, () => String(randomInt(1000, 10_000))).join('-');

type Request = FastifyRequest<{ Params: { id: string } }>;

const refuse = (reply: FastifyReply, refused: PostRefusal, stored: object | null = null) =>
  reply.code(POST_REFUSALS[refused]).send({ refused, stored });

/** Address of the hall of a server that came from this address. */
const hallUrl = (ip: string, { port, tls }: Beside['door']): string =>
  `${tls ? 'https' : 'http'}://${ip.includes(':') ? `[${ip}]` : ip}:${port}`;

/** The door of a standby: it takes the log of one server, which has enrolled with its code. */
export class Door {
  /** Shown at the terminal until a server has enrolled with it. */
  readonly code: string | null;
  private readonly tries = new Throttle();
  private role: Role | null;

  constructor(private readonly parts: DoorParts) {
    this.role = roleIn(parts.copy.directory);
    this.code = this.enrolled === null ? newCode() : null;
  }

  /** Keys of the server that has enrolled. */
  private get enrolled(): { readonly requestKey: string; readonly logKey: string } | null {
    if (this.role?.role !== 'standby') return null;
    const { requestKey, logKey } = this.role;
    return requestKey === null || logKey === null ? null : { requestKey, logKey };
  }

  async app(): Promise<FastifyInstance> {
    const { settings, journal, centreId } = this.parts;
    const { tls } = settings;
    const https =
      tls === null ? null : { cert: await readFile(tls.cert), key: await readFile(tls.key) };
    const loggerInstance: FastifyBaseLogger = journal;
    const app = Fastify({
      loggerInstance,
      logController: new LogController({ disableRequestLogging: true }),
      requestTimeout: SENDER_MS_MAX,
      https,
    });
    limitConnections(app.server, CONNECTIONS);
    setHeaders(app, { isTls: tls !== null });
    const isOwnHost = ownHostOf(settings);
    app.addHook('onRequest', async (request, reply) =>
      isOwnHost(request.raw) ? undefined : reply.code(421).send('This server has another name\n'),
    );
    takeBytes(app, PACKED_BYTES_MAX);
    const standing: Standing = { role: 'standby', centreId };
    app.get(STANDING_PATH, (_request, reply) => reply.send(standing));
    app.get('/', (_request, reply) => reply.type('text/html; charset=utf-8').send(STANDBY_PAGE));
    const small = { bodyLimit: JOIN_BYTES_MAX };
    app.post(ENROL_PATH, small, (request, reply) => this.enrol(request, reply));
    const base = '/v1/centres/:id';
    const signed = {
      onRequest: async (request: Request, reply: FastifyReply) =>
        this.isKnown(request) ? undefined : refuse(reply, 'unknown'),
      preHandler: (request: Request, reply: FastifyReply) => this.own(request, reply),
    };
    app.post(`${base}/events`, signed, (request: Request, reply) => this.events(request, reply));
    app.post(`${base}/configuration`, signed, async (request, reply) => {
      const body = await unpacked(request.body, POST_BYTES_MAX);
      if (body === undefined) return refuse(reply, 'malformed');
      this.parts.copy.copy.keepConfiguration(body);
      return reply.send({});
    });
    app.post(`${base}/beside`, signed, (request: Request, reply) => this.beside(request, reply));
    const large = { ...signed, bodyLimit: BESIDE_BYTES_MAX };
    app.post(`${base}/beside/part`, large, (request: Request, reply) => this.part(request, reply));
    await app.ready();
    return app;
  }

  /** Whether a request names the server and its key; of any other no body is read. */
  private isKnown({ params, headers }: Request): boolean {
    const keyId = signedWith(headers[SIGNATURE_HEADER]);
    const isOwn = keyId !== null && keyId === keyIdOfKey(this.enrolled?.requestKey ?? '');
    return isOwn && params.id === this.parts.centreId;
  }

  /** Answers at once where the server has not signed. */
  private async own(request: Request, reply: FastifyReply): Promise<FastifyReply | undefined> {
    const key = this.enrolled?.requestKey;
    const header = String(request.headers[SIGNATURE_HEADER]);
    const isOwn = key !== undefined && isSignedBy(signedOf(request), header, key);
    return isOwn ? undefined : refuse(reply, 'unknown');
  }

  private async enrol(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { copy, centreId, now, journal } = this.parts;
    const line = lineOf(request.ip);
    if (this.tries.waitMs(line, now()) > 0) return reply.code(429).send({ refused: 'tooMany' });
    this.tries.tried(line, now());
    const post = await packedValue(enrolSchema, request.body, JOIN_BYTES_MAX);
    const header = String(request.headers[SIGNATURE_HEADER]);
    const keys = post?.kind === 'centre' ? [post.requestKey, post.logKey] : [];
    const areOwn =
      post?.kind === 'centre' &&
      post.id === centreId &&
      keys.every((key) => isVerifierKey(key) && key.startsWith(`dawr/${centreId}+`)) &&
      isSignedBy(signedOf(request), header, post.requestKey);
    if (!areOwn) return reply.code(400).send({ refused: 'malformed' });
    const { requestKey, logKey, code } = post;
    const { enrolled } = this;
    const isGood = enrolled === null ? code === this.code : enrolled.requestKey === requestKey;
    if (!isGood) return reply.code(403).send({ refused: 'code' });
    this.tries.succeeded(line);
    this.role = { role: 'standby', requestKey, logKey };
    keepRole(copy.directory, this.role);
    journal.info({ centreId }, 'the server has enrolled');
    return reply.send({});
  }

  private async events(request: Request, reply: FastifyReply): Promise<FastifyReply> {
    const post = await packedValue(postSchema, request.body, POST_BYTES_MAX);
    if (post === undefined) return refuse(reply, 'malformed');
    const { copy, now, onHeard, journal } = this.parts;
    onHeard(now());
    if (!copy.hasKeys) return reply.code(503).header('retry-after', LATER_S).send({});
    const logKey = this.enrolled?.logKey ?? '';
    const held = copy.copy.held(post.stream);
    const stored = held.seq === 0 ? null : { seq: held.seq, hash: held.hash.toString('hex') };
    const verdict = check(post, held, logKey);
    if ('refused' in verdict) return refuse(reply, verdict.refused, stored);
    if (verdict.wrongNote) journal.warn({ stream: post.stream }, 'a checkpoint does not hold');
    const { rows, notes } = verdict;
    if (rows.length > 0 && !this.continues(post, held.seq)) return refuse(reply, 'fork', stored);
    const wanted = copy.copy.lacks(rows);
    if (wanted.length === 0) {
      copy.copy.take({ stream: post.stream, rows, notes, logKey });
      // One that comes late names less than is held, and says nothing of now.
      if (!post.ended && post.last === verdict.held.seq) copy.isWhole(now());
    }
    const after = wanted.length === 0 ? verdict.held : held;
    if (after.seq === 0 && wanted.length === 0) return refuse(reply, 'gap', null);
    return reply.send({
      stored: { seq: after.seq, hash: after.hash.toString('hex') },
      nextAfterMs: BEAT_MS,
      wanted: wanted.slice(0, WANTED_MAX),
    } satisfies PostAnswer);
  }

  /** Whether new rows go to the end of this file: only the newest stream grows. */
  private continues({ stream, events }: EventsPost, heldSeq: number): boolean {
    const { copy } = this.parts.copy;
    if (heldSeq > 0) return copy.head?.stream === stream;
    return copy.mayBegin(events.map(([, , , , , , type, , body]) => ({ type, body })));
  }

  private async beside(request: Request, reply: FastifyReply): Promise<FastifyReply> {
    const told = await packedValue(besideSchema, request.body, POST_BYTES_MAX);
    if (told === undefined) return refuse(reply, 'malformed');
    const { copy, now, onHeard } = this.parts;
    onHeard(now());
    copy.hallIsAt(hallUrl(request.ip, told.door));
    return reply.send({ wanted: lacking(copy, told.parts) });
  }

  private async part(request: Request, reply: FastifyReply): Promise<FastifyReply> {
    const part = await packedValue(partSchema, request.body, BESIDE_BYTES_MAX);
    if (part === undefined) return refuse(reply, 'malformed');
    takePart(this.parts.copy, part.name, part.content);
    return reply.send({});
  }
}
