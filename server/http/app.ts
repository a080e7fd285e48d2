import type { FastifyInstance, FastifyReply } from 'fastify';
import { readFile } from 'node:fs/promises';
import { renderSVG } from 'uqr';
import { leasedNumbers } from '../../core/leases.js';
import { TICKET_TOKEN } from '../../core/protocol/forms.js';
import type { LeaseNumbers } from '../../core/protocol/views.js';
import { lineOf } from '../../node/address.js';
import { newApp as openApp, notFound, sendText } from '../../node/app.js';
import { Buckets, perMinute } from '../../node/bucket.js';
import type { Centre } from '../centre.js';
import { ticketUrl } from '../access/link.js';
import { storedBytes } from '../log/configurations.js';
import { accessRoutes } from './access.js';
import { checked } from '../../node/checked.js';
import { namedAs, type Door } from './door.js';
import { machineRoutes } from './machines.js';
import { manageRoutes } from './manage.js';
import { sendPage, WEB } from '../../node/page.js';
import { deviceOf } from './session.js';
import { kioskSmsRoutes, smsRoutes } from './sms.js';
import { startRoutes } from './start.js';
import { clipRoutes, isEnrolled } from './voice.js';

/** What a program adds to the hall's door: pages of its own, `/` among them. */
export interface Extras {
  /** Pages of this server may frame each other: only the demo, to show paper beside a kiosk. */
  readonly framed: boolean;
  /** Called before a device's page is served; the demo enrols its own machine's screens here. */
  readonly beforePage?: (place: {
    readonly app: string;
    readonly deviceId: string;
    readonly address: string;
    readonly known: boolean;
    readonly reply: FastifyReply;
  }) => Promise<void>;
  readonly routes?: (app: FastifyInstance) => void;
}

/** What is added where a program adds nothing else: the page of the bare address. */
export const centreExtras = (centre: Centre): Extras => ({
  framed: false,
  routes: (app) => startRoutes(app, centre),
});

/** Only the manager's page hears: there the centre's own voice is recorded. */
const mayHear = (url: string): boolean => url.startsWith('/manager/');
/** A kiosk's page may ask the agent on its own machine, for when this server is away. */
const mayAsk = (url: string): string => (url.startsWith('/kiosk/') ? ' http://127.0.0.1:*' : '');

const newApp = (
  centre: Centre,
  door: Door,
  { framed }: { framed: boolean },
): Promise<FastifyInstance> =>
  openApp({
    journal: centre.journal,
    tls: centre.settings.tls,
    limits: centre.limits,
    named: namedAs(centre, door),
    allowed: { framed, hears: mayHear, asks: mayAsk },
  });

const tooMany = (reply: FastifyReply, waitMs: number): FastifyReply =>
  sendText(
    reply.header('retry-after', Math.ceil(waitMs / 1000)),
    429,
    'Too many wrong links. Wait a minute · روابط خاطئة كثيرة. انتظر دقيقة\n',
  );

const PAGES: Readonly<Record<string, string>> = {
  kiosk: 'kiosk',
  board: 'display',
  desk: 'desk',
  manager: 'manager',
};

/** The kiosk's keeper, under the pages that it keeps; browsers look for a newer one. */
const keeperRoute = (app: FastifyInstance): void => {
  app.get('/kiosk/sw.js', async (_request, reply) =>
    reply
      .type('text/javascript; charset=utf-8')
      .header('cache-control', 'no-cache')
      .send(await readFile(`${WEB}kiosk/sw.js`)),
  );
};

const pageRoutes = (app: FastifyInstance, centre: Centre, extras: Extras): void => {
  for (const [place, page] of Object.entries(PAGES)) {
    app.get<{ Params: { device: string } }>(`/${place}/:device/`, async (request, reply) => {
      const deviceId = request.params.device;
      const known = deviceOf(centre, request, deviceId) !== undefined;
      const address = request.ip;
      await extras.beforePage?.({ app: place, deviceId, address, known, reply });
      return sendPage(reply, page);
    });
    app.get<{ Params: { device: string } }>(`/${place}/:device`, (request, reply) =>
      reply.redirect(`/${place}/${encodeURIComponent(request.params.device)}/`),
    );
  }
};

/** A ticket's link as a picture, so that no screen carries a QR encoder. */
const qrRoute = (app: FastifyInstance, centre: Centre): void => {
  app.get<{ Params: { token: string } }>('/qr/:token.svg', (request, reply) => {
    const { publicUrl } = centre.configuration().centre;
    const { token } = request.params;
    if (publicUrl === null || !TICKET_TOKEN.test(token)) return notFound(reply);
    const link = ticketUrl(publicUrl, token);
    return reply.type('image/svg+xml').send(renderSVG(link, { ecc: 'M', border: 2 }));
  });
};

/** The numbers of a lease, and the links of its tickets, for the agent beside its kiosk alone. */
const leaseRoute = (app: FastifyInstance, centre: Centre): void => {
  app.get<{ Params: { id: string } }>('/lease/:id.json', (request, reply) => {
    const lease = centre.log.state.centre.leases.find(({ id }) => id === request.params.id);
    const agent = centre
      .configuration()
      .agents.find(({ kiosks }) => lease !== undefined && kiosks.includes(lease.deviceId));
    if (lease === undefined || agent === undefined) return notFound(reply);
    if (deviceOf(centre, request, agent.id) === undefined) return notFound(reply);
    const { id: leaseId, ranges, used, day } = lease;
    const tokens = leasedNumbers(lease).map((_, n) => centre.links.leaseToken(leaseId, n, day));
    const body: LeaseNumbers = { leaseId, ranges, used: [...used], tokens };
    return reply.header('cache-control', 'no-store').send(body);
  });
};

/** The hall's door: pages of devices, their configuration, and the manager's calls. */
export const hallApp = async (centre: Centre, extras: Extras): Promise<FastifyInstance> => {
  const app = await newApp(centre, 'hall', extras);
  keeperRoute(app);
  pageRoutes(app, centre, extras);
  accessRoutes(app, centre, checked);
  manageRoutes(app, centre, checked);
  machineRoutes(app, centre, checked);
  app.get<{ Params: { hash: string } }>('/configuration/:hash.json', (request, reply) => {
    if (!isEnrolled(centre, request)) return notFound(reply);
    const body = storedBytes(centre.store.database, request.params.hash);
    if (body === undefined) return notFound(reply);
    return reply
      .header('cache-control', 'private, max-age=31536000, immutable')
      .type('application/json; charset=utf-8')
      .send(body);
  });
  leaseRoute(app, centre);
  clipRoutes(app, centre);
  qrRoute(app, centre);
  kioskSmsRoutes(app, centre);
  extras.routes?.(app);
  await app.ready();
  return app;
};

/** The visitors' door, on a listener of its own: the ticket's page and nothing else. */
export const phoneApp = async (centre: Centre): Promise<FastifyInstance> => {
  const app = await newApp(centre, 'phone', { framed: false });
  const wrongLinks = new Buckets(() => perMinute(centre.limits.wrongLinksPerMinute));
  app.get<{ Params: { token: string } }>('/t/:token', async (request, reply) => {
    const { state } = centre.log;
    const day = state.day?.day ?? '';
    const known = centre.links.linked(request.params.token, state.stream, day) !== undefined;
    if (known) return sendPage(reply, 'phone');
    const at = centre.clock.now();
    const line = lineOf(request.ip);
    if (!wrongLinks.take(line, at)) return tooMany(reply, wrongLinks.waitMs(line, at));
    return sendPage(reply.code(404), 'phone');
  });
  smsRoutes(app, centre);
  await app.ready();
  return app;
};
