import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { pino } from 'pino';
import { demoExtras, demoSecrets, demoSettings } from '../../server/demo.js';
import { run, type Running } from '../../server/run.js';

/**
 * The demo's hall as a process of its own, which a test may kill: `DATA PORT STANDBY-URL`. It tells
 * its parent its address, or why it does not start or go on, and takes tickets when it is told to.
 */
const [, , data = '', port = '0', standby = ''] = process.argv;

interface Load {
  readonly perSecond: number;
  readonly seconds: number;
}

/** Takes tickets at a rate; gives when each event was on disk. */
const loaded = async ({ centre }: Running, { perSecond, seconds }: Load): Promise<object> => {
  const commits: [seq: number, at: number][] = [];
  let counts = true;
  centre.log.onCommitted(({ events }) => {
    if (!counts) return;
    for (const { seq } of events) commits.push([seq, Date.now()]);
  });
  const services = [centre.configuration().services[0]!.id];
  for (let n = 0; n < perSecond * seconds; n += 1) {
    void centre.log.enqueue({
      ...{ requestId: randomBytes(16).toString('hex'), sentAt: centre.clock.now() },
      command: { type: 'takeTicket', services, classId: '', language: 'ar' },
      ...{ actor: 'k1', deviceId: 'k1' },
    });
    await setTimeout(1000 / perSecond);
  }
  counts = false;
  return { commits };
};

const tell = (told: object): void => void process.send?.(told);

const demo = await demoSettings({ data, port: Number(port), phonePort: 0 });
const server = { ...demo.server, upstreams: [], standby: { url: standby, ca: null } };
try {
  const running = await run({
    settings: { ...demo, server },
    journal: pino({ level: 'silent' }),
    extras: demoExtras(demoSecrets(data), data),
    onFatal: (error) => {
      throw error;
    },
    onTakenOver: (why) => {
      tell({ why });
      void running.stop().then(() => process.exit(1));
    },
  });
  tell({ url: running.url });
  process.on('message', (load: Load) => void loaded(running, load).then(tell));
} catch (error) {
  tell({ why: error instanceof Error ? error.message : String(error) });
  process.exit(1);
}
