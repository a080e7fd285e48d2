import cookie from '@fastify/cookie';
import files from '@fastify/static';
import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
} from 'fastify';
import { readFile } from 'node:fs/promises';
import { limitConnections, type ConnectionLimits } from './connections.js';
import { setHeaders, type Allowed } from './headers.js';
import { ownHostOf, type Named } from './hosts.js';
import { WEB } from './page.js';

const BODY_BYTES_MAX = 16_384;
/** A request that dawdles longer is cut, unless a door says otherwise. */
const REQUEST_MS_MAX = 30_000;

interface AppParts {
  readonly journal: FastifyBaseLogger;
  readonly tls: { readonly cert: string; readonly key: string } | null;
  readonly limits: ConnectionLimits;
  readonly named: Named;
  readonly allowed?: Omit<Allowed, 'isTls'>;
  readonly requestMsMax?: number;
}

export const sendText = (reply: FastifyReply, code: number, text: string): FastifyReply =>
  reply.code(code).type('text/plain; charset=utf-8').send(text);

export const notFound = (reply: FastifyReply): FastifyReply =>
  sendText(reply, 404, 'Not found · غير موجود\n');

/** A door with pages behind it: strict headers, its own names alone, limits, the built files. */
export const newApp = async ({
  journal,
  tls,
  limits,
  named,
  allowed,
  requestMsMax = REQUEST_MS_MAX,
}: AppParts): Promise<FastifyInstance> => {
  const https =
    tls === null ? null : { cert: await readFile(tls.cert), key: await readFile(tls.key) };
  const app = Fastify({
    loggerInstance: journal,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: requestMsMax,
    https,
  });
  limitConnections(app.server, limits);
  const isOwnHost = ownHostOf(named);
  setHeaders(app, { isTls: tls !== null, ...allowed });
  app.addHook('onRequest', async (request, reply) =>
    isOwnHost(request.raw)
      ? undefined
      : sendText(reply, 421, 'This server has another name · لهذا الخادم اسم آخر\n'),
  );
  await app.register(cookie);
  await app.register(files, {
    root: `${WEB}assets`,
    prefix: '/assets/',
    preCompressed: true,
    immutable: true,
    maxAge: '1y',
    decorateReply: false,
  });
  app.setErrorHandler((fault: FastifyError, request, reply) => {
    if ((fault.statusCode ?? 500) < 500) return reply.send(fault);
    request.log.error({ err: fault }, 'a request failed');
    return sendText(reply, 500, 'This server has a fault · في هذا الخادم عطل\n');
  });
  app.setNotFoundHandler((_request, reply) => notFound(reply));
  return app;
};
