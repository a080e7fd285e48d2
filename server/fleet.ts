import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { z } from 'zod';
import type { DemoOverview } from '../core/protocol/api.js';
import { Kept } from '../node/kept.js';
import { programOf } from '../node/place.js';
import { machineTime, machineTimers } from '../node/time.js';
import type { ServerSettings } from './settings.js';
import type { Running } from './run.js';
import { join as enrol } from '../node/forward/enrol.js';
import { ownOf } from './upstream/own.js';
import { RequestKey } from '../node/forward/requestkey.js';

/** The demo's data centre, as its hall knows it. */
export const DEMO_UPSTREAM = 'ismailia';

/** The demo's hall forwards to the data centre beside it, on the second port after its own. */
export const demoUpstreams = (port: number): ServerSettings['upstreams'] =>
  port === 0
    ? []
    : [{ id: DEMO_UPSTREAM, url: `http://127.0.0.1:${port + 2}`, ca: null, proxy: null }];

const readySchema = z.object({
  url: z.string(),
  operator: z.object({ id: z.string(), secret: z.string() }),
});

const codeSchema = z.object({ code: z.string() });

/** What the child says next, if it has this shape. Rejects when it ends before. */
const said = async <S extends z.ZodType>(child: ChildProcess, schema: S): Promise<z.infer<S>> => {
  const gone = new AbortController();
  child.once('exit', () => gone.abort(new Error('the data centre of the demo ended')));
  const [message] = (await once(child, 'message', { signal: gone.signal })) as [unknown];
  return schema.parse(message);
};

/** Enrols the hall, once: afterwards its key is known there. */
const enrolHall = async ({ centre }: Running, child: ChildProcess): Promise<void> => {
  const { directory } = centre.store;
  const { centre: own } = centre.configuration();
  const [way] = centre.settings.upstreams;
  if (way === undefined) return;
  if (new RequestKey(directory, DEMO_UPSTREAM, own.id).signer() !== null) return;
  child.send({ centreId: own.id });
  const { code } = await said(child, codeSchema);
  const place = { directory, upstreamId: DEMO_UPSTREAM, way };
  await enrol(place, ownOf(directory, own), code);
};

interface FleetPlace {
  readonly data: string;
  readonly port: number;
  say(line: string): void;
  onReady(ready: DemoOverview): void;
}

/**
 * Keeps the data centre of the demo running, with nine played centres beside this hall. Resolves
 * when its door is open.
 */
export const keepFleet = async (
  running: Running,
  { data, port, say, onReady }: FleetPlace,
): Promise<Kept> => {
  const start = async (): Promise<ChildProcess> => {
    const options = ['--data', join(data, 'upstream'), '--port', String(port)];
    const child = spawn(process.execPath, [programOf('tests/fleet/main.js'), ...options], {
      // The channel closes with this process, however it ends, and the data centre then ends too.
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const ready = await said(child, readySchema);
    await enrolHall(running, child);
    onReady(ready);
    return child;
  };
  const name = 'The data centre';
  return Kept.of({ name, start, say, time: machineTime, timers: machineTimers });
};
