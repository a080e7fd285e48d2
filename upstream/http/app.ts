import { readFile } from 'node:fs/promises';
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { limitConnections } from '../../node/connections.js';
import { setHeaders } from '../../node/headers.js';
import { ownHostOf } from '../../node/hosts.js';
import type { Upstream } from '../upstream.js';
import { centreRoutes } from './centres.js';

/** A request that dawdles longer is cut. */
const REQUEST_MS_MAX = 60_000;
/** Many centres may come by one proxy. */
const CONNECTIONS = { connectionsPerLine: 5_000, connectionsMax: 20_000 };

/** The one door of a data centre: that of centres, and the pages. */
export const upstreamApp = async (
  upstream: Upstream,
  pages: (app: FastifyInstance) => void,
): Promise<FastifyInstance> => {
  const { settings } = upstream;
  const { tls } = settings;
  const https =
    tls === null ? null : { cert: await readFile(tls.cert), key: await readFile(tls.key) };
  const loggerInstance: FastifyBaseLogger = upstream.journal;
  const app = Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    requestTimeout: REQUEST_MS_MAX,
    https,
  });
  limitConnections(app.server, CONNECTIONS);
  const isOwnHost = ownHostOf(settings);
  setHeaders(app, { isTls: tls !== null });
  app.addHook('onRequest', async (request, reply) =>
    isOwnHost(request.raw) ? undefined : reply.code(421).send('This server has another name\n'),
  );
  app.get('/health', async () => {
    await upstream.database.query('SELECT 1');
    return { status: 'ok' };
  });
  await app.register((centres) => Promise.resolve(centreRoutes(centres, upstream)));
  await app.register((own) => Promise.resolve(pages(own)));
  await app.ready();
  return app;
};
