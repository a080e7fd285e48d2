import type { FastifyInstance } from 'fastify';
import { newApp } from '../../node/app.js';
import { SENDER_MS_MAX } from '../../node/forward/receive.js';
import type { Upstream } from '../upstream.js';
import { centreRoutes } from './centres.js';
import { enrolRoute } from './join.js';

/** Many centres may come by one proxy. */
const CONNECTIONS = { connectionsPerLine: 5_000, connectionsMax: 20_000 };

/** The one door of a data centre: that of centres, and the pages. */
export const upstreamApp = async (
  upstream: Upstream,
  pages: (app: FastifyInstance) => void,
): Promise<FastifyInstance> => {
  const { settings, journal } = upstream;
  const app = await newApp({
    ...{ journal, tls: settings.tls, named: settings },
    ...{ limits: CONNECTIONS, requestMsMax: SENDER_MS_MAX },
  });
  app.get('/health', async () => {
    await upstream.database.query('SELECT 1');
    const ways = upstream.relays.map(({ status }) => status);
    const idsOf = (is: string) => ways.flatMap(({ id, state }) => (state?.is === is ? [id] : []));
    const stoppedUpstreams = idsOf('stopped');
    return {
      status: stoppedUpstreams.length === 0 ? 'ok' : 'warning',
      /** Ids of those that take nothing more until somebody sees to it. */
      stoppedUpstreams,
      /** Of those that are away, which may pass by itself. */
      awayUpstreams: idsOf('away'),
    };
  });
  await app.register((centres) => Promise.resolve(centreRoutes(centres, upstream)));
  await app.register((newcomers) => Promise.resolve(enrolRoute(newcomers, upstream)));
  await app.register((own) => Promise.resolve(pages(own)));
  await app.ready();
  return app;
};
