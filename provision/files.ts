import { z } from 'zod';
import { ID } from '../core/protocol/forms.js';
import { devicesSchema } from '../agent/devices.js';

const name = z.string().regex(ID, 'is not a name: a-z, 0-9 and -');
const cidr = z
  .string()
  .regex(
    /^(\d{1,3}\.){3}\d{1,3}(\/([0-9]|[12]\d|3[0-2]))?$/,
    'is not an IPv4 network, such as 10.20.0.0/24',
  );
const host = z.string().regex(/^[A-Za-z0-9.:-]{1,253}$/, 'is not the name or address of a machine');

/** What all machines of one centre share: `firmware-config/centres/<id>/site.json`. */
export const siteSchema = z.strictObject({
  $schema: z.string().optional(),
  schema: z.literal(1),
  /** The address of the centre's server as its machines reach it: scheme, host and port. */
  server: z.url({ protocol: /^https?$/ }),
  /** The hall's networks; nobody else reaches the server. */
  networks: z.array(cidr).max(8),
  /** From where technicians may come in by ssh, and their public keys. Without keys: no ssh. */
  technicians: z
    .strictObject({
      networks: z.array(cidr).max(8),
      keys: z
        .array(z.string().regex(/^(ssh|ecdsa|sk)-\S+ \S+( [^\n]*)?$/, 'is no ssh key'))
        .max(20),
    })
    .prefault({ networks: [], keys: [] }),
  /** Time servers; without one the machines ask those of Debian. */
  time: z.array(host).max(4).default([]),
  /** An authority of the centre's own, as a PEM file beside this one. */
  authority: z
    .string()
    .regex(/^[\w.-]{1,100}$/, 'is not the name of a file beside this one')
    .nullable()
    .default(null),
  /** The public half of the key that signs releases, as `npm run release -- --new-key` prints it.
   * Without it machines are rendered unsigned, for a trial, and never update by themselves. */
  releaseKey: z
    .string()
    .regex(/^MCowBQYDK2VwAyEA[A-Za-z0-9+/]{43}=$/, 'is not an Ed25519 key')
    .nullable(),
  /** When the machines look for a release, in the centre's zone: outside of the hours. */
  updateAt: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'is not a time of day: HH:MM')
    .default('03:30'),
});
export type Site = z.output<typeof siteSchema>;

const OSES = ['debian-12', 'debian-13', 'windows-10', 'windows-11'] as const;
const ROLES = ['kiosk', 'board', 'desk', 'server', 'agent', 'vehicle'] as const;
export type Role = (typeof ROLES)[number];

/** One machine: `firmware-config/centres/<id>/devices/<name>.json`. */
export const machineSchema = z.strictObject({
  $schema: z.string().optional(),
  schema: z.literal(1),
  role: z.enum(ROLES),
  os: z.enum(OSES),
  arch: z.enum(['amd64', 'arm64']),
  /** Make and model, and where it stands, for the technician. */
  model: z.string().min(1).max(80),
  place: z.strictObject({ ar: z.string().min(1).max(80), en: z.string().min(1).max(80) }),
  /** The zone of the centre in which it stands; `null` for one that belongs to none. */
  zone: name.nullable().default(null),
  /** The page that it shows, by its id in the centre's file. */
  page: z
    .strictObject({
      app: z.enum(['kiosk', 'board', 'desk']),
      id: name,
      /** How the picture is turned, in degrees clockwise; touch is turned with it. */
      rotate: z.literal([0, 90, 180, 270]).default(0),
      /** The wlroots name of the output to turn, as `wlr-randr` lists it. */
      output: z
        .string()
        .regex(/^[A-Za-z0-9-]{1,40}$/, 'is no output')
        .default('HDMI-A-1'),
      scale: z.number().min(0.5).max(4).default(1),
    })
    .nullable()
    .default(null),
  /** The agent on it, by its id in the centre's file, and the devices beside it. */
  agent: z.strictObject({ id: name, devices: devicesSchema }).nullable().default(null),
  /** Devices in USB sockets, found by the socket: `udevadm info` names it as ID_PATH. */
  usb: z
    .array(
      z.strictObject({
        name,
        kind: z.enum(['serial', 'printer']),
        idPath: z.string().regex(/^[A-Za-z0-9:._-]{1,120}$/, 'is not an ID_PATH'),
      }),
    )
    .max(16)
    .default([]),
  /** Loudness of calls, in percent; `null` for a machine that is silent. */
  volume: z.number().int().min(0).max(100).nullable().default(null),
});
export type Machine = z.output<typeof machineSchema>;

/** For editors. What stands beside an agent has a schema of its own. */
export const jsonSchemaOf = (schema: z.ZodType): object =>
  z.toJSONSchema(schema, {
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema !== devicesSchema) return;
      for (const key of Object.keys(jsonSchema)) Reflect.deleteProperty(jsonSchema, key);
      jsonSchema.$ref = 'devices.schema.json';
    },
  });

/** Where what Dawr runs finds what is rendered for it, on every Debian machine. */
export const PLACES = {
  current: '/opt/dawr/current',
  settings: '/etc/dawr',
  state: '/var/lib/dawr',
  devices: '/dev/dawr',
} as const;
