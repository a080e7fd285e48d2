import { spawn, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import files from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { WEEKDAYS, type Configuration } from '../core/configuration.js';
import type { DemoOverview, StartAnswer } from '../core/protocol/api.js';
import type { DeviceRole } from '../core/protocol/views.js';
import { isSlot, type Centre } from './centre.js';
import { machineTime, machineTimers } from '../node/time.js';
import type { Extras } from './http/app.js';
import { enrolOwn } from './http/enrol.js';
import { sendPage } from '../node/page.js';
import { setToken } from './http/session.js';
import { screensOf } from './http/start.js';
import { linkOf } from './hub/answer.js';
import { Kept, type Keeping } from '../node/kept.js';
import { demoUpstreams } from './fleet.js';
import { makeFolder } from './log/folder.js';
import { PROJECT, programOf } from '../node/place.js';
import type { Running } from './run.js';
import { configurationHash, loadSettings, type Settings } from './settings.js';

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);
const PAPERS_SHOWN = 6;
/** A device file that hangs holds one of its threads: with Node's four, four would hold up all. */
const AGENT_THREADS = '16';

/** Demo secrets, made on the first run; the demo listens on this machine alone. */
export interface DemoSecrets {
  readonly clerk: string;
  readonly manager: string;
}

/** Where the demo lives and listens. */
export interface DemoPlace {
  readonly data: string;
  readonly port: number;
  readonly phonePort: number;
}

/** Where the demo lives unless it is told otherwise: `data` below the current folder. */
export const DEMO_PLACE: DemoPlace = { data: resolve('data/demo'), port: 4000, phonePort: 4001 };

/** A demo is open round the clock, so that it can be tried at any hour. */
const alwaysOpen = (configuration: Configuration): Configuration => ({
  ...configuration,
  calendar: {
    week: Object.fromEntries(WEEKDAYS.map((day) => [day, [{ from: '00:00', to: '23:59' }]])),
    exceptions: [],
    closeByMin: 0,
  },
});

/** The demo centre of the project, on this machine alone, with phones on loopback. */
export const demoSettings = async (place: DemoPlace): Promise<Settings> => {
  const file = join(PROJECT, 'firmware-config', 'centres', 'demo', 'centre.json');
  const settings = await loadSettings(file);
  const { centre } = settings.configuration;
  const publicUrl = `http://localhost:${place.phonePort}`;
  const configuration = alwaysOpen({
    ...settings.configuration,
    centre: { ...centre, publicUrl },
  });
  const { port, phonePort, data } = place;
  const upstreams = demoUpstreams(port);
  const server = { ...settings.server, host: '127.0.0.1', port, phonePort, data, upstreams };
  return { server, configuration, hash: configurationHash(configuration) };
};

const digits = (count: number): string =>
  Array.from({ length: count }, () => String(randomInt(10))).join('');

/** The secrets of this data directory, made when missing. */
export const demoSecrets = (data: string): DemoSecrets => {
  makeFolder(data);
  const file = join(data, 'demo-secrets.json');
  if (!existsSync(file)) {
    const manager = [digits(4), digits(4), digits(4), digits(4)].join('-');
    writeFileSync(file, JSON.stringify({ clerk: digits(8), manager }), { mode: 0o600 });
  }
  return JSON.parse(readFileSync(file, 'utf8')) as DemoSecrets;
};

type Account = readonly [id: string, name: string, role: 'clerk' | 'manager'];

const addMissing = async (
  { staff }: Centre,
  secrets: DemoSecrets,
  accounts: readonly Account[],
): Promise<void> => {
  const known = new Set(staff.all().map(({ id }) => id));
  for (const [id, name, role] of accounts) {
    if (!known.has(id)) await staff.add({ id, name, role, secret: secrets[role] });
  }
};

/** The accounts with which a newcomer signs in. */
export const demoStaff = (centre: Centre, secrets: DemoSecrets): Promise<void> =>
  addMissing(centre, secrets, [
    ['manager', 'مدير المركز', 'manager'],
    ['clerk-1', 'موظف ١', 'clerk'],
  ]);

/** A clerk for each further counter: a secret is slow to hash, so they come after the start. */
export const moreStaff = (centre: Centre, secrets: DemoSecrets): Promise<void> => {
  const arab = new Intl.NumberFormat('ar-EG');
  const others = centre.configuration().counters.slice(1);
  const clerks = others.map((_, n): Account => [
    `clerk-${n + 2}`,
    `موظف ${arab.format(n + 2)}`,
    'clerk',
  ]);
  return addMissing(centre, secrets, clerks);
};

/** A demo that was left for days believes its machine's clock without a manager's word. */
export const believeClock = async (centre: Centre): Promise<void> => {
  if (centre.clock.status().confirmed) return;
  await centre.log.askAsServer({ type: 'confirmClock' });
};

/**
 * As in its unit. What an agent holds is small, and so is the garbage of a few printers: given more
 * room, garbage is all that fills it.
 */
const AGENT_FLAGS = ['--max-semi-space-size=2', '--max-old-space-size=128'];
/** The room of printed pictures goes back to the system: glibc keeps it, once for each thread. */
const AGENT_MEMORY = {
  ...{ MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '131072' },
  MALLOC_TRIM_THRESHOLD_: '131072',
};

/** Where an agent of the demo keeps its things, and which devices it has. */
interface AgentPlace {
  readonly data: string;
  readonly devices?: string;
}

/**
 * Starts the agent beside the demo's kiosks. Without a file of devices it prints on virtual paper
 * below `data`.
 */
export const startAgent = async (
  centre: Centre,
  url: string,
  { data, devices }: AgentPlace,
): Promise<ChildProcess | undefined> => {
  const agent = centre.configuration().agents[0];
  if (agent === undefined) return undefined;
  const token = await enrolOwn(centre, agent.id, 'agent');
  const program = programOf('agent/main.js');
  const options = ['--server', url, '--device', agent.id, '--data', join(data, 'agent')];
  if (devices !== undefined) options.push('--devices', devices);
  return spawn(process.execPath, [...AGENT_FLAGS, program, ...options], {
    // The channel closes with this process, however it ends, and the agent then ends too.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      ...{ ...process.env, ...AGENT_MEMORY },
      ...{ DAWR_DEVICE_TOKEN: token, UV_THREADPOOL_SIZE: AGENT_THREADS },
    },
  });
};

/** Keeps that agent running, and tells when it had to; `undefined` where the centre has none. */
export const keepAgent = async (
  { centre, url }: Pick<Running, 'centre' | 'url'>,
  { say, ...place }: AgentPlace & Pick<Keeping, 'say'>,
): Promise<Kept | undefined> => {
  if (centre.configuration().agents.length === 0) return undefined;
  const start = async (): Promise<ChildProcess> => (await startAgent(centre, url, place))!;
  return Kept.of({ name: 'The agent', start, say, time: machineTime, timers: machineTimers });
};

/** Pictures of the last papers of a kiosk, newest first. */
const papersOf = (folder: string, kioskId: string): string[] => {
  if (!existsSync(folder)) return [];
  const mine = readdirSync(folder).filter((name) => name.startsWith(`${kioskId}-`));
  const age = (name: string): number => statSync(join(folder, name)).mtimeMs;
  return mine.sort((a, b) => age(b) - age(a)).slice(0, PAPERS_SHOWN);
};

interface DemoParts {
  readonly secrets: DemoSecrets;
  /** Folder of the virtual printers' papers. */
  readonly paper: string;
  readonly overview: () => DemoOverview | null;
}

const demoRoutes = (
  app: FastifyInstance,
  centre: Centre,
  { secrets, paper, overview }: DemoParts,
): void => {
  mkdirSync(paper, { recursive: true });
  void app.register(files, { root: paper, prefix: '/paper/', decorateReply: false });
  for (const place of ['/', '/beside/:kiosk/']) {
    app.get(place, (_request, reply) => sendPage(reply, 'web/start'));
  }
  app.get('/api/start', (): StartAnswer => {
    const { state } = centre.log;
    const { publicUrl, name } = centre.configuration().centre;
    const ticketId = [...(state.day?.tickets.keys() ?? [])].at(-1);
    return {
      centre: name,
      screens: screensOf(centre.configuration()),
      demo: true,
      staff: centre.staff.all().map((member) => ({ ...member, secret: secrets[member.role] })),
      overview: overview(),
      phone: ticketId === undefined ? null : linkOf(centre.links, state, { ticketId, publicUrl }),
    };
  });
  app.get<{ Params: { kiosk: string } }>('/api/papers/:kiosk', ({ params }) => ({
    papers: papersOf(paper, params.kiosk).map((file) => `/paper/${file}`),
  }));
};

/** What the demo adds to the doors: it enrols screens of its own machine, and shows everything. */
export const demoExtras =
  (secrets: DemoSecrets, data: string, overview: () => DemoOverview | null = () => null) =>
  (centre: Centre): Extras => {
    const tokens = new Map<string, string>();
    return {
      framed: true,
      beforePage: async ({ app, deviceId, address, known, reply }) => {
        const role = app as DeviceRole;
        const own = LOOPBACK.has(address) && isSlot(centre.configuration(), deviceId, role);
        if (known || !own) return;
        // Browsers of this machine share a device: a new token would end the others' screens.
        const kept = tokens.get(deviceId);
        const isGood = centre.devices.known(deviceId, kept) !== undefined;
        const token = kept !== undefined && isGood ? kept : await enrolOwn(centre, deviceId, role);
        tokens.set(deviceId, token);
        setToken(centre, reply, { deviceId, session: false, token });
      },
      routes: (app) => {
        demoRoutes(app, centre, { secrets, overview, paper: join(data, 'agent', 'paper') });
      },
    };
  };
