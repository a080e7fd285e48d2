import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';

/** Listens there, or anywhere for 0; `null` where another does. */
const listenAt = (port: number): Promise<Server | null> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(null));
    probe.listen(port, '127.0.0.1', () => resolve(probe));
  });

/** A port that nobody uses now, nor the one after it, which the demo takes for phones. */
export const freePort = async (): Promise<number> => {
  for (;;) {
    const probe = await listenAt(0);
    const { port } = probe!.address() as AddressInfo;
    const next = await listenAt(port + 1);
    for (const taken of [probe, next]) {
      if (taken === null) continue;
      taken.close();
      await once(taken, 'close');
    }
    if (next !== null) return port;
  }
};
