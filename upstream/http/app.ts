import type { FastifyInstance } from 'fastify';
import { newApp } from '../../node/app.js';
import { SENDER_MS_MAX } from '../../node/forward/receive.js';
import type { Upstream } from '../upstream.js';
import { QueryFault, UnfitFault } from '../store/database.js';
import { centreRoutes } from './centres.js';
import { enrolRoute } from './join.js';
import type { Pages } from './own.js';
import { tellFaults } from './sender.js';

/** Many centres may come by one proxy. */
const CONNECTIONS = { connectionsPerLine: 5_000, connectionsMax: 20_000 };

/** For watchdogs and balancers, with nothing of centres. */
const healthRoute = (
  app: FastifyInstance,
  { relays }: Upstream,
  { accounts }: Pick<Pages, 'accounts'>,
): void => {
  const idsOf = (is: string): readonly string[] =>
    relays.flatMap(({ status: { id, state } }) => (state?.is === is ? [id] : []));

  app.get('/health', async (_request, reply) => {
    let foreignAccounts: number;
    try {
      foreignAccounts = (await accounts.foreign()).length;
    } catch (fault) {
      if (!(fault instanceof QueryFault)) throw fault;
      const store = fault instanceof UnfitFault ? fault.message : 'away';
      return reply.code(503).send({ status: 'error', store });
    }
    const stoppedUpstreams = idsOf('stopped');
    const isWell = stoppedUpstreams.length === 0 && foreignAccounts === 0;
    return {
      status: isWell ? 'ok' : 'warning',
      store: 'ok',
      /** How many cannot sign in here, since another receiver's pepper is not this one's. */
      foreignAccounts,
      /** Ids of those that take nothing more until somebody sees to it. */
      stoppedUpstreams,
      /** Of those that are away, which may pass by itself. */
      awayUpstreams: idsOf('away'),
    };
  });
};

/** The one door of a data centre: that of centres, and the pages. */
export const upstreamApp = async (
  upstream: Upstream,
  pages: Pick<Pages, 'routes' | 'accounts'>,
): Promise<FastifyInstance> => {
  const { settings, journal } = upstream;
  const app = await newApp({
    ...{ journal, tls: settings.tls, named: settings },
    ...{ limits: CONNECTIONS, requestMsMax: SENDER_MS_MAX },
  });
  await app.register(async (doors) => {
    tellFaults(doors, upstream);
    healthRoute(doors, upstream, pages);
    await doors.register((centres) => Promise.resolve(centreRoutes(centres, upstream)));
    await doors.register((newcomers) => Promise.resolve(enrolRoute(newcomers, upstream)));
    await doors.register((own) => Promise.resolve(pages.routes(own)));
  });
  await app.ready();
  return app;
};
