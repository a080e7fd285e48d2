import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LANGUAGES, type Language } from '../../core/lists.js';
import { apiSchemas, type VoiceAnswer } from '../../core/protocol/api.js';
import { CLIP_BYTES_MAX, CLIP_MS } from '../../core/voice/use.js';
import { scriptOf } from '../../core/voice/script.js';
import { durationMs, parseWav } from '../../core/voice/wav.js';
import { deviceIn, type Centre } from '../centre.js';
import { isOwnPage, refuseWith } from '../../node/checked.js';
import type { Acting, Tools } from './manage.js';
import { deviceOf } from './session.js';

const HASH = /^[0-9a-f]{64}$/;
const FOR_EVER = 'private, max-age=31536000, immutable';

/** Whether an enrolled device of this centre asks. */
export const isEnrolled = (centre: Centre, request: FastifyRequest): boolean =>
  Object.keys(request.cookies).some((name) => {
    const deviceId = deviceIn(name);
    return deviceId !== undefined && deviceOf(centre, request, deviceId) !== undefined;
  });

/** Clips by their hash, to devices of this centre: what lies at an address never changes. */
export const clipRoutes = (app: FastifyInstance, centre: Centre): void => {
  const kept = (
    request: FastifyRequest<{ Params: { hash: string } }>,
    reply: FastifyReply,
    find: (hash: string) => string | Buffer | undefined,
  ): FastifyReply => {
    const { hash } = request.params;
    const body = HASH.test(hash) && isEnrolled(centre, request) ? find(hash) : undefined;
    if (body === undefined) {
      reply.callNotFound();
      return reply;
    }
    return reply.header('cache-control', FOR_EVER).send(body);
  };
  app.get<{ Params: { hash: string } }>('/voice/:hash.json', (request, reply) =>
    kept(request, reply.type('application/json'), (hash) => centre.voices.body(hash)),
  );
  app.get<{ Params: { hash: string } }>('/voice/:hash.wav', (request, reply) =>
    kept(request, reply.type('audio/wav'), (hash) => centre.voices.file(hash)),
  );
};

interface ClipKey {
  readonly language: Language;
  readonly clip: string;
}

/** The clip that the address names, if this centre's voice has such a clip. */
const keyOf = (centre: Centre, query: unknown): ClipKey | undefined => {
  const { language: asked, clip } = query as Record<string, unknown>;
  const language = LANGUAGES.find((one) => one === asked);
  if (language === undefined || typeof clip !== 'string') return undefined;
  const known = scriptOf(language, centre.configuration()).some(({ id }) => id === clip);
  return known ? { language, clip } : undefined;
};

const statusOf = ({ voices }: Centre): VoiceAnswer => {
  const pack = voices.installed?.pack;
  return {
    installed:
      pack === undefined
        ? null
        : {
            name: pack.name,
            source: pack.source,
            licence: pack.licence,
            attribution: pack.attribution,
            languages: Object.keys(pack.languages),
          },
    hash: voices.hash,
    origins: { ar: voices.origins('ar'), en: voices.origins('en') },
    recorded: voices.recorded.all(),
  };
};

/** What a manager does with the centre's own voice. Only a manager at a manager's machine may. */
export const voiceRoutes = (
  app: FastifyInstance,
  centre: Centre,
  { acting, audit, checked }: Tools,
): void => {
  app.get('/api/voice', (request, reply) => {
    if (acting(request, reply) === undefined) return reply;
    return statusOf(centre);
  });

  app.post('/api/voice/delete', (request, reply) => {
    const who = acting(request, reply);
    const body = who && checked(apiSchemas.deleteVoice, request, reply);
    if (who === undefined || body === undefined) return reply;
    centre.voices.recorded.remove(body);
    audit(who, 'voice.deleted', `${body.language}/${body.clip ?? '*'}`);
    return statusOf(centre);
  });

  void app.register((scope: FastifyInstance, _options, done) => {
    uploadRoute(scope, centre, { acting, audit });
    done();
  });
};

/** Sound is read from the wire only for a manager: everybody else is refused before it. */
const uploadRoute = (
  scope: FastifyInstance,
  centre: Centre,
  { acting, audit }: Pick<Tools, 'acting' | 'audit'>,
): void => {
  const managers = new WeakMap<FastifyRequest, Acting>();
  scope.addContentTypeParser(
    'audio/wav',
    { parseAs: 'buffer', bodyLimit: CLIP_BYTES_MAX },
    (_request, body, done) => done(null, body),
  );
  scope.addHook('onRequest', async (request, reply) => {
    if (!isOwnPage(request)) return refuseWith(reply, 400, 'payload.invalid');
    const who = acting(request, reply);
    if (who === undefined) return reply;
    managers.set(request, who);
    return undefined;
  });
  scope.put('/api/voice/clip', { bodyLimit: CLIP_BYTES_MAX }, (request, reply) => {
    const { body } = request;
    const who = managers.get(request);
    const key = keyOf(centre, request.query);
    if (who === undefined) return refuseWith(reply, 403, 'session.needed');
    if (key === undefined) return refuseWith(reply, 404, 'voice.unknownClip');
    const sound = Buffer.isBuffer(body) ? parseWav(body) : undefined;
    const ms = sound === undefined ? 0 : Math.round(durationMs(sound));
    if (!Buffer.isBuffer(body) || ms < CLIP_MS.min || ms > CLIP_MS.max) {
      return refuseWith(reply, 400, 'voice.notWav');
    }
    if (centre.store.disk.status().warning) return refuseWith(reply, 409, 'voice.noRoom');
    centre.voices.recorded.put(key, body, { ms, at: centre.clock.now() });
    audit(who, 'voice.recorded', `${key.language}/${key.clip}`);
    return statusOf(centre);
  });
};
