import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { X509Certificate } from 'node:crypto';
import type { MachineSettings } from '../agent/machine/settings.js';
import type { ServerSettings } from '../server/settings.js';
import { isLoopback, isOpen, runsServer, type Centre } from './centre.js';
import { PLACES, type Machine } from './files.js';
import { chromiumPolicy } from './policy.js';
import { fill, json, quoted, type Rendered, type Tree } from './template.js';

const AUTHORITY = `${PLACES.settings}/authority.pem`;
const UNITS = '/etc/systemd/system';
/** Where a release holds the clips that the centre's file names. */
export const NAMED_VOICE = 'voice';
/** The watchdog of a Raspberry Pi takes no more. */
const WATCHDOG_S = { amd64: '30', arm64: '15' } as const;
/** How libinput turns touches: for the picture turned clockwise by so many degrees. */
const TOUCH_MATRIX: Readonly<Record<number, string>> = {
  90: '0 -1 1 1 0 0',
  180: '-1 0 1 0 -1 1',
  270: '0 1 0 -1 0 1',
};

/** One machine of a centre. */
export interface Place {
  readonly centre: Centre;
  readonly name: string;
  readonly machine: Machine;
}

type Entry = readonly [path: string, file: Rendered];
const plain = (path: string, text: string): Entry => [path, { text, mode: '644' }];
const script = (path: string, text: string): Entry => [path, { text, mode: '755' }];
const when = (is: boolean, entries: () => readonly Entry[]): readonly Entry[] =>
  is ? entries() : [];

/** The server's scheme, host and port. */
export const originOf = ({ site }: Centre): string => new URL(site.server).origin;

/** The port of the server, as its address names it. */
const portOf = ({ site }: Centre): number => {
  const { port, protocol } = new URL(site.server);
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
};

/** Ports below it need a capability. */
const OPEN_PORTS_FROM = 1024;

const serverUnit = (centre: Centre): string => {
  const ports = [portOf(centre), centre.server.phonePort ?? OPEN_PORTS_FROM];
  const low = ports.some((port) => port < OPEN_PORTS_FROM);
  return fill('dawr-server.service', {}, { low, high: !low });
};

/** The authority of the centre's own as PEM; `null` without one. */
export const authorityOf = ({ folder, site }: Centre): string | null =>
  site.authority === null ? null : readFileSync(join(folder, site.authority), 'utf8');

/** The pages that a machine shows; at a vehicle's laptop one person does everything. */
export const urlsOf = ({ centre, machine }: Place): string[] => {
  if (machine.page === null) return [];
  const origin = originOf(centre);
  const { app, id } = machine.page;
  const own = `${origin}/${app}/${id}/`;
  return machine.role === 'vehicle' ? [own, `${origin}/manager/manager/`] : [own];
};

/** The units of a machine, in the order in which they are started again. */
const unitsOf = ({ machine }: Place): string[] => [
  ...(runsServer(machine) ? ['dawr-server.service'] : []),
  ...(machine.agent === null ? [] : ['dawr-agent.service']),
  ...(machine.page === null ? [] : ['dawr-page.service']),
];

/** What a machine knows of itself, to be written as `machine.json`. */
const settingsOf = (place: Place): MachineSettings => {
  const { centre, name, machine } = place;
  const { role, os, arch, page, agent } = machine;
  return {
    ...{ schema: 1, name, centre: centre.configuration.centre.id, role, os, arch },
    server: originOf(centre),
    agent: agent?.id ?? null,
    page: page === null ? null : { app: page.app, id: page.id },
    runsServer: runsServer(machine),
    hasSound: machine.volume !== null,
    usb: machine.usb.map((entry) => `${PLACES.devices}/${entry.name}`),
    units: unitsOf(place),
    releaseKey: centre.site.releaseKey,
    authority: centre.site.authority === null ? null : AUTHORITY,
  };
};

/** The centre's file as its server reads it there: its own paths, its own door. */
const serverFile = ({ centre }: Place): string => {
  const { server, configuration } = centre;
  const origin = originOf(centre);
  const tls = { cert: `${PLACES.settings}/tls/cert.pem`, key: `${PLACES.settings}/tls/key.pem` };
  return json({
    server: {
      ...server,
      host: isLoopback(origin) ? '127.0.0.1' : '0.0.0.0',
      port: portOf(centre),
      tls: origin.startsWith('https:') ? tls : null,
      data: `${PLACES.state}/server`,
      voice: server.voice === null ? null : `${PLACES.current}/${NAMED_VOICE}`,
    } satisfies ServerSettings,
    ...configuration,
  });
};

/** A picture on its side is better than none. */
const turnOf = (rotate: number, output: string): string =>
  rotate === 0
    ? ''
    : `wlr-randr --output ${output} --transform ${rotate} || echo "there is no ${output}" >&2`;

const pageScript = (place: Place): string => {
  const { centre, machine } = place;
  const { rotate = 0, output = '', scale = 1 } = machine.page ?? {};
  return fill('page.sh', {
    turn: turnOf(rotate, output),
    authority: centre.site.authority === null ? '' : `--cacert ${AUTHORITY}`,
    server: quoted(originOf(centre)),
    window: machine.role === 'vehicle' ? '--start-maximized' : '--kiosk',
    scale: String(scale),
    urls: urlsOf(place).map(quoted).join(' '),
  });
};

const der = (pem: string): string[] =>
  (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map((one) =>
    new X509Certificate(one).raw.toString('base64'),
  );

/** The policy of a machine's Chromium; `driven` by a test, and never on a machine. */
export const policyOf = ({ centre, machine }: Place, driven = false): string =>
  json(
    chromiumPolicy({
      origin: originOf(centre),
      authorities: der(authorityOf(centre) ?? ''),
      office: machine.role === 'vehicle' || machine.role === 'desk',
      driven,
    }),
  );

const pageFiles = (place: Place): readonly Entry[] => [
  plain(`${UNITS}/dawr-page.service`, fill('dawr-page.service')),
  plain('/etc/pam.d/dawr-page', fill('pam')),
  plain('/etc/chromium/policies/managed/dawr.json', policyOf(place)),
  script('/usr/local/lib/dawr/page', pageScript(place)),
  script(
    '/usr/local/lib/dawr/volume',
    fill('volume.sh', { volume: `${place.machine.volume ?? 0}%` }),
  ),
];

const udevRules = ({ usb, page }: Machine): string => {
  const touch = TOUCH_MATRIX[page?.rotate ?? 0];
  const lines = usb.map(({ name, kind, idPath }) =>
    kind === 'serial'
      ? `SUBSYSTEM=="tty", ENV{ID_PATH}=="${idPath}", SYMLINK+="dawr/${name}", GROUP="dialout", ` +
        `MODE="0660", ENV{ID_MM_DEVICE_IGNORE}="1"`
      : `SUBSYSTEM=="usbmisc", KERNEL=="lp[0-9]*", ENV{ID_PATH}=="${idPath}", ` +
        `SYMLINK+="dawr/${name}", GROUP="lp", MODE="0660"`,
  );
  return `${[
    '# Devices are known by their socket: one that is replaced in the same socket keeps its work.',
    'SUBSYSTEM=="usbmisc", KERNEL=="lp[0-9]*", IMPORT{builtin}="path_id"',
    ...lines,
    ...(touch === undefined
      ? []
      : [
          `SUBSYSTEM=="input", ENV{ID_INPUT_TOUCHSCREEN}=="1", ` +
            `ENV{LIBINPUT_CALIBRATION_MATRIX}="${touch}"`,
        ]),
  ].join('\n')}\n`;
};

const firewall = ({ centre, machine }: Place): string => {
  const { networks, technicians } = centre.site;
  const { phonePort } = centre.server;
  const from = (nets: readonly string[], port: number): string =>
    `    ip saddr { ${nets.join(', ')} } tcp dport ${port} accept`;
  const isServer = runsServer(machine);
  return fill('nftables.conf', {
    accepted: [
      ...(isServer && networks.length > 0 ? [from(networks, portOf(centre))] : []),
      ...(isServer && phonePort !== null ? [`    tcp dport ${phonePort} accept`] : []),
      ...(isOpen(centre) ? [from(technicians.networks, 22)] : []),
    ].join('\n'),
  });
};

/** How long after the updates a machine starts again, if one of them needs it. */
const REBOOT_AFTER_MIN = 60;
const DAY_MIN = 24 * 60;

/** A time of day, `HH:MM`, so many minutes later. */
const later = (time: string, minutes: number): string => {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  const at = (hour * 60 + minute + minutes) % DAY_MIN;
  return [Math.floor(at / 60), at % 60].map((part) => String(part).padStart(2, '0')).join(':');
};

/** Debian's own updates. */
const debianFiles = ({ centre }: Place): readonly Entry[] => {
  const { updateAt } = centre.site;
  const { zone } = centre.configuration.centre;
  const timer = (delay: string): string => fill('apt.timer', { updateAt, zone, delay });
  const rebootAt = later(updateAt, REBOOT_AFTER_MIN);
  return [
    plain('/etc/apt/apt.conf.d/52dawr', fill('apt.conf', { rebootAt })),
    plain(`${UNITS}/apt-daily.timer.d/dawr.conf`, timer('0')),
    plain(`${UNITS}/apt-daily-upgrade.timer.d/dawr.conf`, timer('20min')),
  ];
};

const systemFiles = (place: Place): readonly Entry[] => {
  const { centre, machine } = place;
  const { time } = centre.site;
  const watchdogS = WATCHDOG_S[machine.arch];
  const lid = machine.role === 'vehicle' ? 'suspend' : 'ignore';
  return [
    plain('/etc/systemd/system.conf.d/dawr.conf', fill('system.conf', { watchdogS })),
    plain('/etc/systemd/logind.conf.d/dawr.conf', fill('logind.conf', { lid })),
    plain('/etc/systemd/journald.conf.d/dawr.conf', fill('journald.conf')),
    ...when(time.length > 0, () => [
      plain(
        '/etc/systemd/timesyncd.conf.d/dawr.conf',
        fill('timesyncd.conf', { servers: time.join(' ') }),
      ),
    ]),
    ...debianFiles(place),
    ...when(isOpen(centre), () => [plain('/etc/ssh/sshd_config.d/dawr.conf', fill('sshd.conf'))]),
    plain('/etc/sysusers.d/dawr.conf', fill('sysusers.conf')),
    plain('/etc/tmpfiles.d/dawr.conf', fill('tmpfiles.conf')),
    plain('/etc/nftables.conf', firewall(place)),
    plain('/etc/udev/rules.d/70-dawr.rules', udevRules(machine)),
    ...when(
      machine.usb.some(({ kind }) => kind === 'printer'),
      () => [plain('/etc/modules-load.d/dawr.conf', 'usblp\n')],
    ),
  ];
};

const agentFiles = (place: Place): readonly Entry[] => {
  const { centre, machine } = place;
  const { agent } = machine;
  if (agent === null) return [];
  const pem = centre.site.authority === null ? '' : ` NODE_EXTRA_CA_CERTS=${AUTHORITY}`;
  const { $schema: _, ...devices } = agent.devices;
  const server = originOf(centre);
  const { zone } = centre.configuration.centre;
  return [
    plain(
      `${UNITS}/dawr-agent.service`,
      fill('dawr-agent.service', { server, agent: agent.id, authority: pem }),
    ),
    plain(`${PLACES.settings}/devices.json`, json(devices)),
    plain(`${UNITS}/dawr-health.service`, fill('dawr-health.service', { authority: pem })),
    plain(`${UNITS}/dawr-health.timer`, fill('dawr-health.timer')),
    plain(`${UNITS}/dawr-update.service`, fill('dawr-update.service', { authority: pem })),
    plain(
      `${UNITS}/dawr-update.timer`,
      fill('dawr-update.timer', { updateAt: centre.site.updateAt, zone }),
    ),
  ];
};

/** Every file of a Debian machine that is Dawr's, in the order of their paths. */
export const renderTree = (place: Place): Tree => {
  const { centre, machine } = place;
  const authority = authorityOf(centre);
  const entries = [
    ...systemFiles(place),
    ...when(machine.page !== null, () => pageFiles(place)),
    ...agentFiles(place),
    ...when(runsServer(machine), () => [
      plain(`${UNITS}/dawr-server.service`, serverUnit(centre)),
      plain(`${PLACES.settings}/centre.json`, serverFile(place)),
    ]),
    ...when(machine.role === 'vehicle', () => [
      plain(`${UNITS}/dawr-resume.service`, fill('dawr-resume.service')),
    ]),
    ...when(authority !== null, () => [plain(AUTHORITY, authority ?? '')]),
    plain(`${PLACES.settings}/machine.json`, json(settingsOf(place))),
  ];
  return new Map([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
};
