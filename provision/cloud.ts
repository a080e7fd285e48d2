import { hasProgram, isOpen } from './centre.js';
import type { Place } from './render.js';
import { json, type Tree } from './template.js';

/** Where the installer lies on a machine that cloud-init has set up. */
const INSTALLER = '/usr/local/lib/dawr/install.sh';
/** A stick or partition with this label brings the release. */
const RELEASE_LABEL = 'DAWR';

const hostOf = ({ centre, name }: Place): string =>
  `${centre.configuration.centre.id}-${name}`.slice(0, 63).replace(/-+$/, '');

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

/** The machine as cloud-init's user-data; JSON is YAML. */
export const cloudConfig = (place: Place, tree: Tree, installer: string): string => {
  const { centre } = place;
  const { keys } = centre.site.technicians;
  const files = [...tree, [INSTALLER, { text: installer, mode: '755' }] as const];
  const whole = hasProgram(place.machine);
  const release = `mkdir -p /run/dawr && mount -o ro LABEL=${RELEASE_LABEL} /run/dawr`;
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
      ['systemd-sysusers'],
      ['systemd-tmpfiles', '--create', '/etc/tmpfiles.d/dawr.conf'],
      whole
        ? ['sh', '-c', `${release} && sh ${INSTALLER} /run/dawr/release`]
        : ['sh', '-c', `sh ${INSTALLER} --in-place`],
    ],
    power_state: { mode: 'reboot', message: 'Dawr is installed', condition: true },
  };
  return `#cloud-config\n${json(config)}`;
};
