import type { FastifyInstance } from 'fastify';
import { Readable } from 'node:stream';
import { legsQuery } from '../../core/protocol/accounts.js';
import type { LegsAnswer, Scope } from '../../core/protocol/overview.js';
import { refuseWith } from '../../node/checked.js';
import { audit } from '../access/audit.js';
import type { PageParts } from './pages.js';
import { entered } from './session.js';

/** Of one account at once. */
const EXPORTS_MAX = 2;

/** No further than the account's own scope. */
const narrowed = (scope: Scope, governorate: string | undefined): Scope => {
  if (governorate === undefined) return scope;
  return scope === null || scope.includes(governorate) ? [governorate] : [];
};

/** Legs as a file. Read only as fast as it is taken, and no further once nobody takes it. */
export const exportRoute = (app: FastifyInstance, parts: PageParts): void => {
  const running = new Map<string, number>();
  const count = (id: string, change: 1 | -1): void => {
    const left = (running.get(id) ?? 0) + change;
    if (left === 0) running.delete(id);
    else running.set(id, left);
  };

  app.get('/api/legs', async (request, reply) => {
    const who = await entered(parts, { request, reply }, 'viewer');
    if (who === undefined) return reply;
    const query = legsQuery.safeParse(request.query);
    if (!query.success) return refuseWith(reply, 400, 'payload.invalid');
    const { from, to, centre: centreId = null, governorate } = query.data;
    const scope = narrowed(who.account.scope, governorate);
    const legs = await parts.reads.countLegs(parts.database, { scope, from, to, centreId });
    const count = running.get(who.account.id) ?? 0;
    return { legs, running: count, runningMax: EXPORTS_MAX } satisfies LegsAnswer;
  });

  // HEAD would read the whole file for nobody.
  app.get('/api/legs.csv', { exposeHeadRoute: false }, async (request, reply) => {
    const who = await entered(parts, { request, reply }, 'viewer');
    if (who === undefined) return reply;
    const query = legsQuery.safeParse(request.query);
    if (!query.success) return refuseWith(reply, 400, 'payload.invalid');
    const { account, actor } = who;
    if ((running.get(account.id) ?? 0) >= EXPORTS_MAX) {
      return refuseWith(reply, 429, 'export.tooMany');
    }
    const { from, to, centre = null, governorate } = query.data;
    // Counted before anything else is waited for: a third at once must find two.
    count(account.id, 1);
    const where = centre ?? governorate ?? 'all';
    await audit(parts.database, actor, {
      action: 'legs.exported',
      subject: `${from}/${to} ${where}`,
    }).catch((fault: unknown) => {
      count(account.id, -1);
      throw fault;
    });
    const scope = narrowed(account.scope, governorate);
    const rows = parts.reads.legsCsv(parts.database, { scope, from, to, centreId: centre });
    const stream = Readable.from(rows, { objectMode: false });
    stream.once('close', () => count(account.id, -1));
    return reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', `attachment; filename="dawr-legs-${where}-${from}-${to}.csv"`)
      .send(stream);
  });
};
