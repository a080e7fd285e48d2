import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { PRINTER_TROUBLES, type HallDemoAnswer } from '../../core/protocol/api.js';
import { KEYS, type Key } from '../../core/protocol/keys.js';
import type { Centre } from '../../server/centre.js';
import { checked } from '../../node/checked.js';
import { sendPage } from '../../node/page.js';
import type { HallBus } from './bus.js';
import type { HallPrinter } from './printer.js';

/** The devices that are played, and who presses their keys. */
export interface Stage {
  readonly printers: readonly HallPrinter[];
  readonly bus: HallBus;
  readonly displays: readonly { readonly address: number; readonly counterId: string | null }[];
  readonly counterIds: readonly string[];
  press(counterId: string, key: Key): Promise<void>;
}

const trouble = z.strictObject({
  kioskId: z.string().max(40),
  trouble: z.enum(PRINTER_TROUBLES),
  on: z.boolean(),
});
const plug = z.strictObject({ unplugged: z.boolean() });
const press = z.strictObject({ counterId: z.string().max(40), key: z.enum(KEYS) });

const DONE = { done: true };

const answerOf = (centre: Centre, stage: Stage): HallDemoAnswer => {
  const { kiosks, counters } = centre.configuration();
  const { bus } = stage;
  return {
    printers: stage.printers.map(({ kioskId, link, place, troubles, papers, refused }) => ({
      kioskId,
      name: kiosks.find(({ id }) => id === kioskId)!.name,
      link: link.kind === 'tcp' ? 'tcp' : 'serial',
      place,
      troubles: [...troubles],
      told: centre.live.printer(kioskId)?.state ?? 'none',
      papers: papers.map(({ id }) => `/hall/paper/${kioskId}/${id}.png`),
      refused,
    })),
    bus: {
      place: bus.place,
      unplugged: bus.unplugged,
      displays: stage.displays.map(({ address, counterId }) => {
        const face = bus.face(address);
        const picture = `/hall/display/${address}.svg?frames=${face?.frames ?? 0}`;
        return { address, counterId, text: face?.text.trim() ?? '', picture };
      }),
      counters: counters
        .filter(({ id }) => stage.counterIds.includes(id))
        .map(({ id, number }) => ({ counterId: id, number })),
      refused: bus.refused,
    },
  };
};

/** The hall demo's page, what it shows, and what its buttons do. */
export const hallRoutes = (app: FastifyInstance, centre: Centre, stage: Stage): void => {
  app.get('/hall/', (_request, reply) => sendPage(reply, 'web/hall'));
  app.get('/api/hall', () => answerOf(centre, stage));
  app.get<{ Params: { kiosk: string; id: string } }>(
    '/hall/paper/:kiosk/:id.png',
    ({ params }, reply) => {
      const printer = stage.printers.find(({ kioskId }) => kioskId === params.kiosk);
      const paper = printer?.papers.find(({ id }) => String(id) === params.id);
      return paper === undefined ? reply.callNotFound() : reply.type('image/png').send(paper.png);
    },
  );
  app.get<{ Params: { address: string } }>('/hall/display/:address.svg', ({ params }, reply) =>
    reply.type('image/svg+xml').send(stage.bus.picture(Number(params.address))),
  );
  app.post('/api/hall/trouble', async (request, reply) => {
    const asked = checked(trouble, request, reply);
    if (asked === undefined) return reply;
    const printer = stage.printers.find(({ kioskId }) => kioskId === asked.kioskId);
    await printer?.set(asked.trouble, asked.on);
    return DONE;
  });
  app.post('/api/hall/plug', async (request, reply) => {
    const asked = checked(plug, request, reply);
    if (asked === undefined) return reply;
    await stage.bus.setUnplugged(asked.unplugged);
    return DONE;
  });
  app.post('/api/hall/key', async (request, reply) => {
    const asked = checked(press, request, reply);
    if (asked === undefined) return reply;
    await stage.press(asked.counterId, asked.key);
    return DONE;
  });
};
