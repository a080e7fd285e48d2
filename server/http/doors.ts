import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Timers } from '../../node/time.js';
import type { Hub } from '../hub/hub.js';

/** How long answers that are being given have when the doors close. */
const LAST_ANSWERS_MS = 2_000;

/** Gives the port, which the system chose if 0 was asked for. Rejects with what `listen` does. */
export const listen = async (app: FastifyInstance, port: number, host: string): Promise<number> => {
  await app.listen({ port, host });
  return (app.server.address() as AddressInfo).port;
};

/**
 * Ends every page's connection and closes the ports. Lines still open after `LAST_ANSWERS_MS` are
 * cut: browsers hold some on which they have asked nothing yet, and nobody waits for those.
 */
export const closeDoors = async (
  timers: Timers,
  hubs: readonly Hub[],
  apps: readonly FastifyInstance[],
): Promise<void> => {
  const cancel = timers.after(LAST_ANSWERS_MS, () => {
    for (const { server } of apps) server.closeAllConnections();
  });
  await Promise.all(hubs.map((hub) => hub.stop()));
  await Promise.all(apps.map((app) => app.close()));
  cancel();
};
