import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { ID, PROFILE_NAME } from '../core/protocol/forms.js';
import { checkConfiguration, type Mistake } from '../core/check.js';
import { mistakeOf } from '../core/check/shape.js';
import { configurationSchema, type Configuration } from '../core/configuration.js';
import { knownDisplays } from './displays.js';
import { canonicalJson, parseJson } from '../node/json.js';
import { codeOf } from '../node/folder.js';
import { tlsMistakes } from '../node/tls.js';

const port = z.number().int().min(0).max(65_535);
const path = z.string().min(1).max(1000);

const serverSchema = z.strictObject({
  host: z.string().min(1).max(255).default('127.0.0.1'),
  /** 0 takes any free port. */
  port: port.default(4000),
  /** A second listener that serves nothing but the tickets' pages; `null`: none. */
  phonePort: port.nullable().default(null),
  tls: z.strictObject({ cert: path, key: path }).nullable().default(null),
  /** Directory of the log; relative to this file. */
  data: path.default('data'),
  /** Folder of the clips that boards speak with; `null`: the one that this installation built. */
  voice: path.nullable().default(null),
  /**
   * Names by which browsers reach this server, beyond its addresses, the machine's own name and
   * those in the certificate. Requests that were sent to another name are refused.
   */
  names: z
    .array(z.string().regex(/^[a-z0-9.-]{1,253}$/))
    .max(20)
    .default([]),
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
  /** Allows plain HTTP beyond this machine, for a trial: anybody on the network can listen in. */
  pilot: z.boolean().default(false),
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

/** The file cannot be used. `message` is for the person who wrote it: file, path and reason. */
export class ConfigurationError extends Error {
  readonly code = 'configuration.wrong';

  constructor(
    readonly file: string,
    readonly mistakes: readonly Mistake[],
    options?: ErrorOptions,
  ) {
    const lines = mistakes.map(({ path: at, reason }) => `  ${at}: ${reason}`);
    super([`The configuration ${file} cannot be used:`, ...lines].join('\n'), options);
    this.name = 'ConfigurationError';
  }
}

const FILE_BYTES_MAX = 4 * 1024 * 1024;

/** The name of a configuration in the log: equal for equal content. */
export const configurationHash = (configuration: Configuration): string =>
  createHash('sha256').update(canonicalJson(configuration)).digest('hex');

const textOf = async (file: string): Promise<string> => {
  try {
    const { size } = await stat(file);
    if (size <= FILE_BYTES_MAX) return await readFile(file, 'utf8');
  } catch (cause) {
    const reason = `cannot be read (${codeOf(cause)}): give the path of the centre's file`;
    throw new ConfigurationError(file, [{ path: '(file)', reason }], { cause });
  }
  const reason = `is larger than ${FILE_BYTES_MAX} bytes: is it the right file?`;
  throw new ConfigurationError(file, [{ path: '(file)', reason }]);
};

const isLoopback = (host: string): boolean => /^(localhost|127\.[\d.]+|::1|\[::1\])$/.test(host);

const listening = ({ host, port: own, phonePort, tls, pilot }: ServerSettings): Mistake[] => [
  ...(phonePort !== null && phonePort === own && own !== 0
    ? [{ path: 'server.phonePort', reason: `is the same as port (${own}): choose another` }]
    : []),
  ...(tls === null && !pilot && !isLoopback(host)
    ? [
        {
          path: 'server.tls',
          reason: `is missing, and ${host} is reached from outside: add it, or pilot: true`,
        },
      ]
    : []),
];

const absolute = (server: ServerSettings, folder: string): ServerSettings => ({
  ...server,
  data: resolve(folder, server.data),
  voice: server.voice && resolve(folder, server.voice),
  tls: server.tls && {
    cert: resolve(folder, server.tls.cert),
    key: resolve(folder, server.tls.key),
  },
});

const serverOf = async (raw: unknown, folder: string): Promise<ServerSettings | Mistake[]> => {
  const shaped = z.object({ server: serverSchema.prefault({}) }).safeParse({ server: raw });
  if (!shaped.success) {
    return shaped.error.issues.flatMap((issue) => mistakeOf(issue, { server: raw }));
  }
  const server = absolute(shaped.data.server, folder);
  const mistakes = [...listening(server), ...(server.tls ? await tlsMistakes(server.tls) : [])];
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
  const parsed = parseJson((await textOf(whole)).replace(/^\uFEFF/, ''));
  if ('reason' in parsed) {
    const { line, column, reason } = parsed;
    throw new ConfigurationError(whole, [{ path: `line ${line}, column ${column}`, reason }]);
  }
  const parts = split(parsed.value);
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
