import type { FastifyInstance } from 'fastify';
import { checkConfiguration } from '../../core/check.js';
import { paperMistakes } from '../../core/check/paper.js';
import { sectionsOf } from '../../core/check/sections.js';
import { apiSchemas, type PaperSaved } from '../../core/protocol/api.js';
import { isRefusal } from '../../core/protocol/refusals.js';
import { Buckets } from '../../node/bucket.js';
import type { Centre } from '../centre.js';
import { knownDisplays } from '../displays.js';
import { sampleSlip, sampleTicket } from '../papers/samples.js';
import { Studio } from '../papers/studio.js';
import { newest, publish } from '../hub/publish.js';
import { refuseWith } from '../../node/checked.js';
import type { Tools } from './manage.js';

/** Pictures that one manager may ask for: as fast as fields are moved, no faster. */
const PREVIEWS = { perSecond: 4, burst: 8 };

/** How papers look: drawn for a manager, and published. */
export const paperRoutes = (
  app: FastifyInstance,
  centre: Centre,
  { acting, audit, checked }: Tools,
): void => {
  const buckets = new Buckets(() => PREVIEWS);
  const studio = new Studio(centre.timers);
  app.addHook('onClose', () => studio.close());

  app.post('/api/paper/preview', async (request, reply) => {
    const who = acting(request, reply);
    const body = who && checked(apiSchemas.previewPaper, request, reply);
    if (who === undefined || body === undefined) return reply;
    const at = centre.clock.now();
    if (!buckets.take(who.manager.id, at)) return refuseWith(reply, 429, 'paper.tooFast');
    const { design, width, language } = body;
    if (paperMistakes(sectionsOf({ paper: design })).length > 0) {
      return refuseWith(reply, 409, 'paper.invalid');
    }
    const sample = body.paper === 'slip' ? sampleSlip : sampleTicket;
    const drawn = studio.preview({ paper: sample(newest(centre), at, language), design, width });
    return drawn ?? refuseWith(reply, 429, 'paper.tooFast');
  });

  app.post('/api/paper', async (request, reply) => {
    const who = acting(request, reply);
    const body = who && checked(apiSchemas.savePaper, request, reply);
    if (who === undefined || body === undefined) return reply;
    const raw = { ...newest(centre), paper: body.design };
    const found = checkConfiguration(raw, await knownDisplays());
    if ('mistakes' in found) return refuseWith(reply, 409, 'paper.invalid');
    const publisher = { actor: who.manager.id, deviceId: who.deviceId };
    const answer = await publish(centre, found.configuration, publisher);
    if (isRefusal(answer)) {
      // What is asked for holds already.
      if (answer.refused !== 'configuration.same') return reply.code(503).send(answer);
      return { waiting: [] } satisfies PaperSaved;
    }
    audit(who, 'paper.published', centre.log.state.centre.configuration);
    return { waiting: answer.waiting } satisfies PaperSaved;
  });
};
