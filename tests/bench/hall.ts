import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { pino } from 'pino';
import { configurationSchema } from '../../core/configuration.js';
import { isRefusal } from '../../core/protocol/refusals.js';
import type { Command } from '../../core/protocol/commands.js';
import { demoExtras, demoSettings, startAgent } from '../../server/demo.js';
import { run, type Running } from '../../server/run.js';
import { configurationHash, type Settings } from '../../server/settings.js';
import { serve } from './child.js';
import { LIMITS, SECRET, type AgentPlace, type Opened, type Opening } from './limits.js';
import { Papers } from './printing/papers.js';
import { CLERK } from './stand.js';

/** The server under test: the real one, with raised limits, in a process of its own. */

const MEMBER = { id: CLERK, name: 'أمل', role: 'clerk' } as const;

let running: Running | undefined;
/** Tickets in each transaction since they were last asked for. */
let groups: number[] = [];
let agent: ChildProcess | undefined;
let papers: Papers | undefined;

const centre = () => {
  if (running === undefined) throw new Error('the hall is not open');
  return running.centre;
};

/** The demo's centre, with these kiosks in the place of its own, all beside its first agent. */
const withKiosks = (settings: Settings, ids: readonly string[]): Settings => {
  const [kiosk] = settings.configuration.kiosks;
  const [agent] = settings.configuration.agents;
  const own = configurationSchema.parse({
    ...settings.configuration,
    kiosks: ids.map((id) => ({ ...kiosk, id })),
    agents: [{ ...agent, kiosks: ids }],
  });
  return { ...settings, configuration: own, hash: configurationHash(own) };
};

const open = async ({ data, kiosks, upstreams = [] }: Opening): Promise<Opened> => {
  const demo = await demoSettings({ data, port: 0, phonePort: 0 });
  const own = kiosks === undefined ? demo : withKiosks(demo, kiosks);
  const settings = { ...own, server: { ...own.server, upstreams } };
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

const agentEnded = (code: number | null): never => {
  throw new Error(`the agent ended with ${code}`);
};

/** Starts the real agent, in a process of its own; gives its process id. */
const startOwnAgent = async ({ data, devices }: AgentPlace): Promise<number> => {
  agent = await startAgent(centre(), running!.url, { data, ...(devices && { devices }) });
  if (agent?.pid === undefined) throw new Error('the agent has not started');
  agent.once('exit', agentEnded);
  papers = new Papers(centre());
  return agent.pid;
};

const close = async (): Promise<void> => {
  if (agent !== undefined) {
    agent.off('exit', agentEnded);
    const gone = once(agent, 'exit');
    agent.kill('SIGTERM');
    await gone;
  }
  await running?.stop();
};

serve({
  open,
  startAgent: startOwnAgent,
  printer: (kioskId: string) => centre().live.printer(kioskId)?.state,
  /** Resolves when the paper of every ticket has ended; gives what became of them since. */
  papers: () => papers!.ended(),
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
  close,
});
