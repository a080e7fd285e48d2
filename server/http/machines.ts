import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { machineReport, type MachineAnswer } from '../../core/protocol/machines.js';
import { Buckets, perMinute } from '../../node/bucket.js';
import type { Centre } from '../centre.js';
import { refuseWith, type Checked } from '../../node/checked.js';
import { deviceOf } from './session.js';

const ARCHES = ['amd64', 'arm64'];
/** A pack is large: few machines fetch it at once. */
const PACKS_AT_ONCE = 4;
const HOUR_S = 3600;
const MANIFEST_BYTES_MAX = 100_000;

const query = (request: FastifyRequest, key: string): string =>
  String((request.query as Record<string, unknown>)[key] ?? '');

/**
 * What a provisioned machine asks as its agent: it tells of itself, and fetches the release that
 * lies in `releases/<arch>` of the server's data. The server passes on what was signed elsewhere.
 */
export const machineRoutes = (app: FastifyInstance, centre: Centre, checked: Checked): void => {
  const { machineAsksPerMinute, packsPerHour } = centre.limits;
  const asks = new Buckets(() => perMinute(machineAsksPerMinute));
  const packs = new Buckets(() => ({ perSecond: packsPerHour / HOUR_S, burst: packsPerHour }));
  let packing = 0;

  const isAgent = (request: FastifyRequest, deviceId: string): boolean =>
    deviceOf(centre, request, deviceId)?.role === 'agent';

  /** A desk holds a line only while somebody is signed in: without one nobody can tell. */
  const isPageSeen = (page: string | null): boolean | null => {
    if (page === null || !centre.devices.enrolled().has(page)) return null;
    if (centre.live.isConnected(page)) return true;
    return centre.configuration().desks.some(({ id }) => id === page) ? null : false;
  };

  app.post('/api/machine', (request, reply) => {
    const body = checked(machineReport, request, reply);
    if (body === undefined) return reply;
    const { deviceId, page } = body;
    if (!isAgent(request, deviceId)) return refuseWith(reply, 403, 'session.needed');
    const now = centre.clock.now();
    if (!asks.take(deviceId, now)) return refuseWith(reply, 429, 'rate.limited');
    centre.machines.told(body, now);
    const answer: MachineAnswer = {
      now,
      agent: centre.live.isConnected(deviceId),
      page: isPageSeen(page),
    };
    return answer;
  });

  /** The folder of the asked release, if the asker may have it; else the reply is sent. */
  const folderFor = (request: FastifyRequest): string | undefined => {
    const { arch } = request.params as { readonly arch: string };
    const mayHave = ARCHES.includes(arch) && isAgent(request, query(request, 'device'));
    return mayHave ? join(centre.settings.data, 'releases', arch) : undefined;
  };

  app.get('/api/release/:arch/manifest', async (request, reply) => {
    const folder = folderFor(request);
    if (folder === undefined) return refuseWith(reply, 403, 'session.needed');
    if (!asks.take(query(request, 'device'), centre.clock.now())) {
      return refuseWith(reply, 429, 'rate.limited');
    }
    const [manifest, signature] = await Promise.all(
      ['manifest.json', 'manifest.sig'].map((name) => textIn(join(folder, name))),
    );
    if (manifest === undefined || signature === undefined) return reply.code(204).send();
    return { manifest, signature: signature.trim() };
  });

  app.get('/api/release/:arch/pack', async (request, reply) => {
    const folder = folderFor(request);
    if (folder === undefined) return refuseWith(reply, 403, 'session.needed');
    const isFree = packing < PACKS_AT_ONCE;
    if (!isFree || !packs.take(query(request, 'device'), centre.clock.now())) {
      return refuseWith(reply, 429, 'rate.limited');
    }
    const file = join(folder, 'pack.tar.gz');
    const bytes = await sizeOf(file);
    if (bytes === undefined) return reply.code(204).send();
    packing += 1;
    const stream = createReadStream(file).once('close', () => (packing -= 1));
    return reply.header('content-length', bytes).type('application/gzip').send(stream);
  });
};

const sizeOf = async (file: string): Promise<number | undefined> => {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

/** A small file; `undefined` if there is none. A large one is a fault: the journal then has it. */
const textIn = async (file: string): Promise<string | undefined> => {
  const bytes = await sizeOf(file);
  if (bytes === undefined) return undefined;
  if (bytes > MANIFEST_BYTES_MAX) {
    throw new Error(`${file} has ${bytes} bytes, at most ${MANIFEST_BYTES_MAX}: put it there anew`);
  }
  return readFile(file, 'utf8');
};
