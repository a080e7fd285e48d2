import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import type { Command } from '../../core/protocol/commands.js';
import { isRefusal } from '../../core/protocol/refusals.js';
import { demoExtras, demoSettings } from '../../server/demo.js';
import { run, type Running } from '../../server/run.js';
import { serve } from './child.js';
import { LIMITS, SECRET, type Opened } from './limits.js';
import { CLERK } from './stand.js';

/** The server under test: the real one, with raised limits, in a process of its own. */

const MEMBER = { id: CLERK, name: 'أمل', role: 'clerk' } as const;

let running: Running | undefined;
/** Tickets in each transaction since they were last asked for. */
let groups: number[] = [];

const centre = () => {
  if (running === undefined) throw new Error('the hall is not open');
  return running.centre;
};

const open = async (data: string): Promise<Opened> => {
  const settings = await demoSettings({ data, port: 0, phonePort: 0 });
  const extras = demoExtras({ clerk: SECRET, manager: SECRET }, data);
  const onFatal = (error: unknown): never => {
    throw error;
  };
  const journal = pino({ level: 'error' });
  running = await run({ settings, journal, extras, limits: LIMITS, onFatal });
  const { staff, store } = running.centre;
  if (staff.all().every(({ id }) => id !== CLERK)) await staff.add({ ...MEMBER, secret: SECRET });
  running.centre.log.onCommitted(({ events }) => {
    const issued = events.filter(({ type }) => type === 'ticket.issued').length;
    if (issued > 0) groups.push(issued);
  });
  const services = settings.configuration.services.map(({ id }) => id);
  return { url: running.url, services, fsyncP50Ms: store.fsync.p50Ms };
};

const carryOut = async (commands: readonly Command[]): Promise<void> => {
  const { log, clock } = centre();
  const answers = await Promise.all(
    commands.map((command) =>
      log.enqueue({
        requestId: randomBytes(16).toString('hex'),
        sentAt: clock.now(),
        command,
        actor: 'k1',
        deviceId: 'k1',
      }),
    ),
  );
  const refused = answers.find(isRefusal);
  if (refused !== undefined) throw new Error(`refused: ${refused.refused}`);
};

serve({
  open,
  /** Everyone who waits goes home. */
  empty: () => {
    const tickets = [...(centre().log.state.day?.tickets.values() ?? [])];
    const waiting = tickets.filter(({ leg }) => leg.status === 'waiting');
    return carryOut(waiting.map(({ id: ticketId }) => ({ type: 'leave', ticketId })));
  },
  /** So many visitors come, all for one service. */
  fill: ({ service, count }: { service: string; count: number }) =>
    carryOut(
      Array.from({ length: count }, () => ({
        ...{ type: 'takeTicket', services: [service], classId: '', language: 'ar' },
      })),
    ),
  groups: () => {
    const told = groups;
    groups = [];
    return told;
  },
  close: () => running?.stop(),
});
