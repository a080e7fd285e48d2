import { createHash } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { ID, PROFILE_NAME } from '../core/protocol/forms.js';
import { checkConfiguration, type Mistake } from '../core/check.js';
import { mistakeOf } from '../core/check/shape.js';
import { configurationSchema, type Configuration } from '../core/configuration.js';
import { knownDisplays } from './displays.js';
import { STANDBY_ID } from '../core/protocol/standby.js';
import { canonicalJson } from '../node/json.js';
import { authorityMistakes } from '../node/tls.js';
import {
  absoluteTls,
  absoluteWays,
  ConfigurationError,
  doorFields,
  doorMistakes,
  isOpenTo,
  path,
  port,
  readJson,
  upstreamMistakes,
  upstreamsField,
} from '../node/settings.js';

const serverSchema = z.strictObject({
  ...doorFields,
  /** 0 takes any free port. */
  port: port.default(4000),
  /** A second listener that serves nothing but the tickets' pages; `null`: none. */
  phonePort: port.nullable().default(null),
  /** Directory of the log; relative to this file. */
  data: path.default('data'),
  /** Folder of the clips that boards speak with; `null`: the one that this installation built. */
  voice: path.nullable().default(null),
  /** Data centres that keep a copy of the log: a governorate, the nation. */
  upstreams: upstreamsField,
  /** The standby in the same hall, which may take this server's place at any moment. */
  standby: z
    .strictObject({
      /** `https://…`; plain `http` only to this machine, or for a pilot. */
      url: z.url({ protocol: /^https?$/ }).max(300),
      /** File of the authority behind its certificate, where that is not a public one. */
      ca: path.nullable().default(null),
    })
    .nullable()
    .default(null),
  /** Text messages to visitors who ask for them; `null`: nobody is asked for a number. */
  sms: z
    .strictObject({
      /** The name of a file in `firmware-config/sms`, without `.json`; or else `modem`. */
      gateway: z.string().regex(PROFILE_NAME, 'is not the name of a gateway').optional(),
      /** The agent beside which the modem stands. */
      modem: z.string().regex(ID, 'is not the id of an agent').optional(),
      perTicketMax: z.number().int().min(1).max(10).default(3),
      /** To one number in a day, by however many tickets. */
      perNumberMax: z.number().int().min(1).max(100).default(6),
      perDayMax: z.number().int().min(1).max(100_000).default(500),
    })
    .refine(
      ({ gateway, modem }) => (gateway === undefined) !== (modem === undefined),
      'names neither gateway nor modem, or both: name one',
    )
    .nullable()
    .default(null),
});

/** Where the server listens and stores; every path is absolute. */
export type ServerSettings = z.output<typeof serverSchema>;

export interface Settings {
  readonly server: ServerSettings;
  readonly configuration: Configuration;
  /** SHA-256 in hex of the configuration, whatever the layout of its file. */
  readonly hash: string;
}

/** The whole file: one centre's configuration, and how its server runs. */
export const settingsSchema = configurationSchema.extend({
  $schema: z.string().max(1000).optional(),
  server: serverSchema.prefault({}),
});

/** The name of a configuration in the log: equal for equal content. */
export const configurationHash = (configuration: Configuration): string =>
  createHash('sha256').update(canonicalJson(configuration)).digest('hex');

const portMistakes = ({ port: own, phonePort }: ServerSettings): Mistake[] =>
  phonePort !== null && phonePort === own && own !== 0
    ? [{ path: 'server.phonePort', reason: `is the same as port (${own}): choose another` }]
    : [];

const standbyMistakes = ({ standby, upstreams, pilot }: ServerSettings): Mistake[] => {
  const taken = upstreams.findIndex(({ id }) => id === STANDBY_ID);
  const reason = `${STANDBY_ID} is the name of the standby: choose another`;
  return [
    ...(standby !== null && isOpenTo(standby.url, pilot)
      ? [{ path: 'server.standby.url', reason: 'is plain HTTP: use https://' }]
      : []),
    ...(taken < 0 ? [] : [{ path: `server.upstreams[${taken}].id`, reason }]),
  ];
};

const absolute = (server: ServerSettings, folder: string): ServerSettings => ({
  ...server,
  data: resolve(folder, server.data),
  voice: server.voice && resolve(folder, server.voice),
  upstreams: absoluteWays(server.upstreams, folder),
  standby: server.standby && {
    ...server.standby,
    ca: server.standby.ca && resolve(folder, server.standby.ca),
  },
  tls: absoluteTls(server.tls, folder),
});

const serverOf = async (raw: unknown, folder: string): Promise<ServerSettings | Mistake[]> => {
  const shaped = z.object({ server: serverSchema.prefault({}) }).safeParse({ server: raw });
  if (!shaped.success) {
    return shaped.error.issues.flatMap((issue) => mistakeOf(issue, { server: raw }));
  }
  const server = absolute(shaped.data.server, folder);
  const mistakes = [
    ...portMistakes(server),
    ...(await upstreamMistakes(server, 'server.')),
    ...standbyMistakes(server),
    ...(await authorityMistakes(server.standby?.ca ?? null, 'server.standby.ca')),
    ...(await doorMistakes(server, 'server.')),
  ];
  return mistakes.length > 0 ? mistakes : server;
};

const split = (raw: unknown): { server: unknown; configuration: unknown } => {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    return { server: undefined, configuration: raw };
  }
  const { server, $schema: _, ...configuration } = raw as Record<string, unknown>;
  return { server, configuration };
};

/** Reads a centre's file. Rejects with a `ConfigurationError` that lists every mistake in it. */
export const loadSettings = async (file: string): Promise<Settings> => {
  const whole = resolve(file);
  const parts = split(await readJson(whole));
  const server = await serverOf(parts.server, dirname(whole));
  const checked = checkConfiguration(parts.configuration, await knownDisplays());
  const mistakes = [
    ...(Array.isArray(server) ? server : []),
    ...('mistakes' in checked ? checked.mistakes : []),
  ];
  if (Array.isArray(server) || 'mistakes' in checked) {
    throw new ConfigurationError(whole, mistakes);
  }
  const { configuration } = checked;
  const modem = server.sms?.modem;
  if (modem !== undefined && !configuration.agents.some(({ id }) => id === modem)) {
    const reason = `is ${modem}, and agents has none of that id`;
    throw new ConfigurationError(whole, [{ path: 'server.sms.modem', reason }]);
  }
  return { server, configuration, hash: configurationHash(configuration) };
};
