import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Configuration } from '../core/configuration.js';
import { ID } from '../core/protocol/forms.js';
import { countersOf, type BusPlan } from '../agent/bus/devices.js';
import { devicesOf } from '../agent/devices.js';
import { FileRefused, readChecked } from '../agent/files.js';
import { PROJECT } from '../node/place.js';
import { loadSettings, type ServerSettings } from '../server/settings.js';
import { ConfigurationError } from '../node/settings.js';
import { machineSchema, PLACES, siteSchema, type Machine, type Role, type Site } from './files.js';

export const FIRMWARE = join(PROJECT, 'firmware-config');
/** A machine's name stands in its files, its scripts and its host's name. */
const NAMED =
  'rename it: a machine is named a-z, 0-9 and -, at most 40, and its file ends in .json';
const LOOPBACK = /^(localhost|127\.[\d.]+|\[::1\])$/;

/** One centre as its folder describes it: what the hall does, where, and on which machines. */
export interface Centre {
  readonly folder: string;
  readonly configuration: Configuration;
  readonly server: ServerSettings;
  readonly site: Site;
  readonly machines: ReadonlyMap<string, Machine>;
}

/** What a machine of each role shows, and whether the server runs on it. */
const ROLE: Readonly<
  Record<Role, { readonly page: string | null; readonly server: boolean; readonly agent: boolean }>
> = {
  kiosk: { page: 'kiosk', server: false, agent: false },
  board: { page: 'board', server: false, agent: false },
  desk: { page: 'desk', server: false, agent: false },
  server: { page: null, server: true, agent: false },
  agent: { page: null, server: false, agent: true },
  vehicle: { page: 'desk', server: true, agent: true },
};
export const runsServer = ({ role }: Machine): boolean => ROLE[role].server;
/** Whether a program of Dawr runs there: else it is a browser alone. */
export const hasProgram = (machine: Machine): boolean =>
  machine.agent !== null || runsServer(machine);
/** Whether technicians may come in by ssh: user, server and firewall are for nobody else. */
export const isOpen = ({ site }: Centre): boolean => site.technicians.keys.length > 0;
export const isWindows = ({ os }: Machine): boolean => os.startsWith('windows');
export const isLoopback = (url: string): boolean => LOOPBACK.test(new URL(url).hostname);

type Say = (place: string, reason: string) => void;

const checkRole = (machine: Machine, say: Say): void => {
  const { role, page, agent } = machine;
  const wanted = ROLE[role];
  if ((page?.app ?? null) !== wanted.page) {
    say(
      'page',
      wanted.page === null ? `a ${role} shows none: remove it` : `shows a ${wanted.page}`,
    );
  }
  if (wanted.agent && agent === null) say('agent', `is missing: a ${role} has one`);
  if (isWindows(machine) && (wanted.server || role === 'kiosk')) {
    say('os', `a ${role} runs on Debian: choose debian-12 or debian-13`);
  }
  if (isWindows(machine) && machine.usb.length > 0) {
    say('usb', 'is for Linux: on Windows name the port itself, such as COM3');
  }
};

const checkPlace = ({ page, zone }: Machine, { configuration }: Centre, say: Say): void => {
  if (zone !== null && !configuration.zones.some(({ id }) => id === zone)) {
    say('zone', `the centre has no zone ${zone}`);
  }
  if (page === null) return;
  const { kiosks, boards, desks, counters } = configuration;
  const known = { kiosk: kiosks, board: boards, desk: desks }[page.app];
  if (!known.some(({ id }) => id === page.id)) {
    say('page.id', `the centre has no ${page.app} ${page.id}`);
  }
  const board = page.app === 'board' ? boards.find(({ id }) => id === page.id) : undefined;
  if (board === undefined || zone === null) return;
  const own = counters.find(({ id }) => id === board.counter)?.zone;
  const zones = own === undefined ? board.zones : [own];
  if (zones.length > 0 && !zones.includes(zone)) {
    say('zone', `the board ${board.id} shows ${zones.join(', ')}, not ${zone}`);
  }
};

/** A modem and the server that sends by it name one another. */
const checkModem = (
  { id, devices }: NonNullable<Machine['agent']>,
  { sms }: ServerSettings,
  say: Say,
): void => {
  const isNamed = sms?.modem === id;
  if (devices.modem !== null && !isNamed) {
    say('agent.devices.modem', `sends nothing: name the agent ${id} in server.sms.modem`);
  }
  if (devices.modem === null && isNamed) {
    say('agent.devices', `lacks the modem by which server.sms.modem sends`);
  }
};

const checkAgent = (machine: Machine, { configuration, server }: Centre, say: Say): void => {
  if (machine.agent === null) return;
  const { id, devices } = machine.agent;
  const agent = configuration.agents.find((entry) => entry.id === id);
  if (agent === undefined) return say('agent.id', `the centre has no agent ${id}`);
  checkModem(machine.agent, server, say);
  for (const kioskId of Object.keys(devices.printers)) {
    if (agent.kiosks.includes(kioskId)) continue;
    say(`agent.devices.printers.${kioskId}`, `is not among the kiosks of the agent ${id}`);
  }
  for (const kioskId of agent.kiosks) {
    const kiosk = configuration.kiosks.find((entry) => entry.id === kioskId);
    if (kiosk?.printer !== true || devices.printers[kioskId] !== undefined) continue;
    say('agent.devices.printers', `lacks ${kioskId}, whose tickets the agent ${id} prints`);
  }
  try {
    const { buses, scanners } = devicesOf(devices, { file: 'agent.devices', profiles: FIRMWARE });
    for (const plan of buses) {
      checkBus(plan, { configuration, told: agent.counters ?? [] }, say);
    }
    const { kiosks, desks } = configuration;
    for (const { name, place } of scanners) {
      if ([...kiosks, ...desks].some((entry) => entry.id === place)) continue;
      say(`agent.devices.scanners.${name}`, `the centre has no kiosk or desk ${place}`);
    }
  } catch (error) {
    if (!(error instanceof FileRefused)) throw error;
    say('agent.devices', error.message);
  }
};

/** What a bus shows must be known to the centre, which checks labels against displays. */
const checkBus = (
  plan: BusPlan,
  { configuration, told }: { configuration: Configuration; told: readonly string[] },
  say: Say,
): void => {
  const place = `agent.devices.buses.${plan.name}`;
  for (const counterId of countersOf(plan)) {
    if (!configuration.counters.some((counter) => counter.id === counterId)) {
      say(place, `the centre has no counter ${counterId}`);
    } else if (!told.includes(counterId)) {
      say(place, `the agent is not told of ${counterId}: add it to its counters in centre.json`);
    }
  }
  const models = configuration.centre.displays ?? [];
  for (const id of new Set(plan.displays.map(({ profile }) => profile.id))) {
    if (models.includes(id)) continue;
    const why = 'so that labels that it cannot show are refused';
    say(place, `centre.displays in centre.json lacks ${id}: add it, ${why}`);
  }
};

/** Every line, device file or address that something beside an agent is reached by, with where. */
const waysOf = (value: unknown, place = 'agent.devices'): [place: string, way: string][] => {
  if (typeof value !== 'object' || value === null) return [];
  const { path, host, port } = value as Record<string, unknown>;
  const own: [string, string][] = [];
  if (typeof path === 'string') own.push([place, path]);
  if (typeof host === 'string') own.push([place, `${host}:${String(port)}`]);
  const inner = Object.entries(value).flatMap(([key, each]) => waysOf(each, `${place}.${key}`));
  return [...own, ...inner];
};

const twice = (values: readonly string[]): string[] => [
  ...new Set(values.filter((value, at) => values.indexOf(value) !== at)),
];

const checkWays = ({ agent, usb }: Machine, say: Say): void => {
  const ways = waysOf(agent?.devices);
  const used = new Set(ways.map(([, way]) => way));
  for (const way of twice(ways.map(([, way]) => way))) {
    const places = ways.filter(([, own]) => own === way).map(([place]) => place);
    say(places.join(' and '), `two devices share ${way}`);
  }
  for (const key of ['name', 'idPath'] as const) {
    for (const same of twice(usb.map((entry) => entry[key]))) say('usb', `has ${same} twice`);
  }
  const named = usb.map(({ name }) => `${PLACES.devices}/${name}`);
  for (const path of named) if (!used.has(path)) say('usb', `nothing uses ${path}: remove it`);
  for (const [place, way] of ways) {
    if (way.startsWith(PLACES.devices) && !named.includes(way)) say(place, `usb names no ${way}`);
  }
};

/** What only one machine of a centre may be or have. */
const claimsOf = (machine: Machine): string[] => {
  const tcp = waysOf(machine.agent?.devices).filter(([, way]) => !way.startsWith('/'));
  return [
    ...(runsServer(machine) ? ['the server'] : []),
    ...(machine.page === null ? [] : [`the ${machine.page.app} ${machine.page.id}`]),
    ...(machine.agent === null ? [] : [`the agent ${machine.agent.id}`]),
    ...tcp.filter(([, way]) => /:\d+$/.test(way)).map(([, way]) => `the device at ${way}`),
  ];
};

const checkSite = ({ site, server }: Centre, say: Say): void => {
  const { protocol, pathname } = new URL(site.server);
  if (pathname !== '/') say('server', 'has a path: give scheme, host and port alone');
  if (protocol === 'http:' && !isLoopback(site.server) && !server.pilot) {
    say('server', 'is http beyond one machine: use https, or server.pilot in centre.json');
  }
  const { keys, networks } = site.technicians;
  if (keys.length > 0 && networks.length === 0) say('technicians.networks', 'is empty: say whence');
};

const checkAll = (centre: Centre): string[] => {
  const said: string[] = [];
  checkSite(centre, (place, reason) => said.push(`site.json: ${place}: ${reason}`));
  const claimed = new Map<string, string>();
  for (const [name, machine] of centre.machines) {
    const file = `devices/${name}.json`;
    const say: Say = (place, reason) => said.push(`${file}: ${place}: ${reason}`);
    checkRole(machine, say);
    checkPlace(machine, centre, say);
    checkAgent(machine, centre, say);
    checkWays(machine, say);
    for (const claim of claimsOf(machine)) {
      const other = claimed.get(claim);
      if (other === undefined) claimed.set(claim, name);
      else say('(file)', `${claim} is already on ${other}`);
    }
  }
  return said;
};

/** Reads a centre's folder. Rejects with a `FileRefused` that lists every mistake in it. */
export const readCentre = async (folder: string): Promise<Centre> => {
  if (!existsSync(join(folder, 'site.json'))) {
    throw new FileRefused(`${folder} has no site.json: give the id of a folder with one`);
  }
  const said: string[] = [];
  const reading = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof FileRefused)) throw error;
      said.push(error.message);
      return undefined;
    }
  };
  const settings = await loadSettings(join(folder, 'centre.json')).catch((error: unknown) => {
    if (!(error instanceof ConfigurationError)) throw error;
    said.push(error.message);
  });
  const site = reading(() => readChecked(join(folder, 'site.json'), siteSchema));
  const machines = new Map<string, Machine>();
  for (const file of readdirSync(join(folder, 'devices')).sort()) {
    // What an editor or a file manager leaves.
    if (file.startsWith('.')) continue;
    const name = /^(.*)\.json$/.exec(file)?.[1] ?? '';
    if (!ID.test(name)) {
      said.push(`${join(folder, 'devices', file)}: ${NAMED}`);
      continue;
    }
    const machine = reading(() => readChecked(join(folder, 'devices', file), machineSchema));
    if (machine !== undefined) machines.set(name, machine);
  }
  if (said.length > 0 || settings === undefined || site === undefined) {
    throw new FileRefused(said.join('\n'));
  }
  const centre = { folder, ...settings, site, machines };
  const mistakes = checkAll(centre);
  if (mistakes.length > 0) {
    throw new FileRefused(mistakes.map((line) => join(folder, line)).join('\n'));
  }
  return centre;
};
