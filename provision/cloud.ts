import { hasProgram, isOpen } from './centre.js';
import type { Place } from './render.js';
import { json, type Tree } from './template.js';

/** Where the installer lies on a machine that cloud-init has set up. */
const INSTALLER = '/usr/local/lib/dawr/install.sh';
/** A stick or partition with this label brings the release. */
const RELEASE_LABEL = 'DAWR';

/** Letters of a host's name. */
const HOST_MAX = 63;

/** A long centre gives way to the machine's own name: no two machines have one host's name. */
export const hostOf = ({ centre, name }: Place): string => {
  const own = name.replace(/-+$/, '');
  const { id } = centre.configuration.centre;
  return `${id.slice(0, HOST_MAX - 1 - own.length)}-${own}`;
};

/** Debian's packages for what a machine does. Debian 12 has no Node that is new enough. */
export const packagesOf = ({ centre, machine }: Place): string[] => [
  ...['ca-certificates', 'curl', 'nftables', 'openssl', 'systemd-timesyncd'],
  'unattended-upgrades',
  ...(isOpen(centre) ? ['openssh-server', 'sudo'] : []),
  ...(hasProgram(machine) ? ['nodejs'] : []),
  ...(machine.page === null ? [] : ['alsa-utils', 'cage', 'chromium', 'dbus', 'libpam-systemd']),
  ...(machine.page === null || machine.page.rotate === 0 ? [] : ['wlr-randr']),
];

/** The machine's names as cloud-init's meta-data. */
export const metaData = (place: Place): string =>
  json({ 'instance-id': hostOf(place), 'local-hostname': hostOf(place) });

/** Without any entry cloud-init would make Debian's own user, who may do everything. */
const NOBODY = { name: 'root', lock_passwd: true };

/** The installer makes the same; this one is there too if the release is not. */
const technician = (keys: readonly string[]): object => ({
  name: 'technician',
  gecos: 'Dawr technician',
  shell: '/bin/bash',
  sudo: 'ALL=(ALL) NOPASSWD:ALL',
  lock_passwd: true,
  ssh_authorized_keys: keys,
});

const APT = 'DEBIAN_FRONTEND=noninteractive apt-get --yes --option Dpkg::Options::=--force-confold';
const AGAIN_S = 20;

/**
 * Cloud-init sets a machine up once, whatever was missing then: this waits until it is there, and
 * says for what.
 */
const retried = (command: string, wanted: string, before: string): string =>
  `until ${command}; do echo "Dawr waits for the ${wanted}"; sleep ${AGAIN_S}; ${before}; done`;

/** The machine as cloud-init's user-data; JSON is YAML. */
export const cloudConfig = (place: Place, tree: Tree, installer: string): string => {
  const { centre } = place;
  const { keys } = centre.site.technicians;
  const files = [...tree, [INSTALLER, { text: installer, mode: '755' }] as const];
  const whole = hasProgram(place.machine);
  const stick = `mount -o ro LABEL=${RELEASE_LABEL} /run/dawr`;
  const mounted = `mkdir -p /run/dawr && ${retried(stick, `stick ${RELEASE_LABEL}`, 'true')}`;
  const config = {
    hostname: hostOf(place),
    timezone: centre.configuration.centre.zone,
    locale: 'C.UTF-8',
    package_update: true,
    packages: packagesOf(place),
    ssh_pwauth: false,
    disable_root: true,
    users: isOpen(centre) ? [technician(keys)] : [NOBODY],
    write_files: files.map(([path, { text, mode }]) => ({
      path,
      permissions: `0${mode}`,
      content: text,
    })),
    runcmd: [
      [
        'sh',
        '-c',
        retried(`${APT} install ${packagesOf(place).join(' ')}`, 'network', `${APT} update`),
      ],
      ['systemd-sysusers'],
      ['systemd-tmpfiles', '--create', '/etc/tmpfiles.d/dawr.conf'],
      whole
        ? ['sh', '-c', `${mounted} && sh ${INSTALLER} /run/dawr/release`]
        : ['sh', '-c', `sh ${INSTALLER} --in-place`],
    ],
    // What went wrong is left standing on the screen.
    power_state: {
      ...{ mode: 'reboot', message: 'Dawr is installed' },
      condition: ['systemctl', 'is-enabled', 'nftables.service'],
    },
  };
  return `#cloud-config\n${json(config)}`;
};
