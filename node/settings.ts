import { isUtf8 } from 'node:buffer';
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import type { Mistake } from '../core/check.js';
import { ID } from '../core/protocol/forms.js';
import { codeOf } from './folder.js';
import { parseJson } from './json.js';
import { authorityMistakes, tlsMistakes } from './tls.js';

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

const textOf = async (file: string): Promise<string> => {
  const wrong = (reason: string, options?: ErrorOptions): ConfigurationError =>
    new ConfigurationError(file, [{ path: '(file)', reason }], options);
  const bytes = await bytesOf(file).catch((cause: unknown) => {
    throw wrong(`cannot be read (${codeOf(cause)}): give the path of the file`, { cause });
  });
  if (bytes === null) throw wrong(`is larger than ${FILE_BYTES_MAX} bytes: is it the right file?`);
  if (isUtf8(bytes)) return bytes.toString('utf8');
  throw wrong('is no text in UTF-8: is it the right file? If so, save it as UTF-8');
};

/** `null` for a file that is too large to be one of ours. */
const bytesOf = async (file: string): Promise<Buffer | null> =>
  (await stat(file)).size <= FILE_BYTES_MAX ? readFile(file) : null;

/** Whether a host is this machine alone. */
const isLoopback = (host: string): boolean => /^(localhost|127\.[\d.]+|::1|\[::1\])$/.test(host);

export const port = z.number().int().min(0).max(65_535);
export const path = z.string().min(1).max(1000);

/** How a program listens; its own files say on which port. */
export const doorFields = {
  host: z.string().min(1).max(255).default('127.0.0.1'),
  tls: z.strictObject({ cert: path, key: path }).nullable().default(null),
  /**
   * Names by which browsers reach this server, beyond its addresses, the machine's own name and
   * those in the certificate. Requests that were sent to another name are refused.
   */
  names: z
    .array(z.string().regex(/^[a-z0-9.-]{1,253}$/))
    .max(20)
    .default([]),
  /** Allows plain HTTP beyond this machine, for a trial: anybody on the network can listen in. */
  pilot: z.boolean().default(false),
};

export type Door = z.output<z.ZodObject<typeof doorFields>>;

/** What is wrong with a door whose fields stand under `prefix`, which is empty or ends in a dot. */
export const doorMistakes = async (
  { host, tls, pilot }: Door,
  prefix: string,
): Promise<Mistake[]> => {
  if (tls !== null) return tlsMistakes(tls, `${prefix}tls`);
  if (pilot || isLoopback(host)) return [];
  const reason = `is missing, and ${host} is reached from outside: add it, or pilot: true`;
  return [{ path: `${prefix}tls`, reason }];
};

/** The same files, by their whole paths. */
export const absoluteTls = (tls: Door['tls'], folder: string): Door['tls'] =>
  tls && { cert: resolve(folder, tls.cert), key: resolve(folder, tls.key) };

/** Reads JSON that a person wrote. Rejects with a `ConfigurationError`. */
export const readJson = async (file: string): Promise<unknown> => {
  const parsed = parseJson((await textOf(file)).replace(/^\uFEFF/, ''));
  if ('value' in parsed) return parsed.value;
  const { line, column, reason } = parsed;
  throw new ConfigurationError(file, [{ path: `line ${line}, column ${column}`, reason }]);
};

/** Data centres above, which are sent what is stored here. */
export const upstreamsField = z
  .array(
    z.strictObject({
      id: z.string().regex(ID, 'is not an id: small letters, digits and hyphens'),
      /** `https://…`; plain `http` only to this machine, or for a pilot. */
      url: z.url({ protocol: /^https?$/ }).max(300),
      /** File of the authority behind its certificate, where that is not a public one. */
      ca: path.nullable().default(null),
      /** A proxy that all goes through. */
      proxy: z
        .url({ protocol: /^https?$/ })
        .max(300)
        .nullable()
        .default(null),
    }),
  )
  .max(5)
  .default([]);

type Upstreams = z.output<typeof upstreamsField>;

/** Whether anybody on the way could listen in, and nobody has allowed that. */
export const isOpenTo = (url: string, pilot: boolean): boolean => {
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && !pilot && !isLoopback(hostname);
};

/** What is wrong with the ways up, whose paths are whole; `prefix` is empty or ends in a dot. */
export const upstreamMistakes = async (
  { upstreams, pilot }: { readonly upstreams: Upstreams; readonly pilot: boolean },
  prefix: string,
): Promise<Mistake[]> => {
  const mistakes = upstreams.map(async ({ id, url, ca }, index) => {
    const isOpen = isOpenTo(url, pilot);
    const isTwice = upstreams.findIndex((other) => other.id === id) < index;
    const at = `${prefix}upstreams[${index}]`;
    return [
      ...(isOpen ? [{ path: `${at}.url`, reason: 'is plain HTTP: use https://' }] : []),
      ...(isTwice ? [{ path: `${at}.id`, reason: `${id} is there twice: remove one` }] : []),
      ...(await authorityMistakes(ca, `${at}.ca`)),
    ];
  });
  return (await Promise.all(mistakes)).flat();
};

/** The same ways, their authorities' files by their whole paths. */
export const absoluteWays = (ways: Upstreams, folder: string): Upstreams =>
  ways.map((way) => ({ ...way, ca: way.ca && resolve(folder, way.ca) }));
