import { z } from 'zod';
import { ID } from '../../core/protocol/forms.js';
import { readChecked } from '../files.js';

const name = z.string().regex(ID, 'is not a name: a-z, 0-9 and -');
const path = z.string().regex(/^\//, 'is not a whole path');

/** What a machine knows of itself: `/etc/dawr/machine.json`, as it was rendered for it. */
const machineSettingsSchema = z.strictObject({
  schema: z.literal(1),
  name,
  centre: name,
  role: z.string(),
  os: z.string(),
  arch: z.enum(['amd64', 'arm64']),
  /** The centre's server: scheme, host and port. */
  server: z.url(),
  /** The agent on this machine; without one nothing is enrolled, watched or updated. */
  agent: name.nullable(),
  page: z.strictObject({ app: z.string(), id: name }).nullable(),
  runsServer: z.boolean(),
  hasSound: z.boolean(),
  /** The devices in its USB sockets, as paths. */
  usb: z.array(path),
  /** What runs here, in the order in which it is restarted. */
  units: z.array(z.string().regex(/^dawr-[a-z]+\.service$/)),
  /** SPKI in base64 of the Ed25519 key that signs releases; `null`: never updates by itself. */
  releaseKey: z.string().nullable(),
  /** A PEM file with an authority of the centre's own. */
  authority: path.nullable(),
});
export type MachineSettings = z.output<typeof machineSettingsSchema>;

/** Where everything lies on a machine; the tests put it below a folder of their own. */
export const placesBelow = (root = '') =>
  ({
    root,
    settings: `${root}/etc/dawr/machine.json`,
    devices: `${root}/etc/dawr/devices.json`,
    installed: `${root}/var/lib/dawr/machine/installed.json`,
    state: `${root}/var/lib/dawr/machine`,
    agent: `${root}/var/lib/dawr/agent`,
    releases: `${root}/opt/dawr/releases`,
    current: `${root}/opt/dawr/current`,
  }) as const;
export type Places = ReturnType<typeof placesBelow>;

/** Throws `FileRefused`. */
export const readMachine = ({ settings }: Places): MachineSettings =>
  readChecked(settings, machineSettingsSchema);
