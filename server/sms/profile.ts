import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { mistakeOf } from '../../core/check/shape.js';
import { PROFILE_NAME } from '../../core/protocol/forms.js';
import { parseJson } from '../../node/json.js';
import { codeOf } from '../../node/folder.js';
import { PROJECT } from '../../node/place.js';
import { ConfigurationError } from '../../node/settings.js';

const FOLDER = join(PROJECT, 'firmware-config', 'sms');
/** A place to fill in, and where it may stand. */
export const PART = /\{(json|url|env):(\w+)\}/g;
const HTTPS = /^https:\/\/|^http:\/\/(127\.0\.0\.1|localhost)(:\d+)?\//;
const url = z.string().max(500).regex(HTTPS, 'does not begin with https://');
const headers = z.record(z.string().regex(/^[a-z-]{1,40}$/), z.string().max(300));
const sign = z.string().min(1).max(100);

/**
 * A gateway for text messages that is reached by HTTP. In `url`, `headers` and `body`,
 * `{json:to}` stands for the number in E.164 as a JSON string and `{url:to}` for the same escaped
 * in an address or form; so do `text`, `id` (the message's own, 32 hex digits), `minutes` (how
 * long it is of use) and, where delivery is asked for, `reference`. `{env:NAME}` is a secret of
 * the environment, which stands in no file.
 */
export const gatewaySchema = z.strictObject({
  $schema: z.string().optional(),
  schema: z.literal(1),
  id: z.string().regex(PROFILE_NAME, 'is not an id: a-z, 0-9 and -, at most 40'),
  name: z.string().min(1).max(80),
  source: z.string().min(1).max(300),
  method: z.enum(['POST', 'GET']),
  url,
  headers,
  body: z.string().max(2_000).nullable(),
  success: z.strictObject({
    status: z.array(z.number().int().min(200).max(299)).min(1).max(10),
    /** What the answer holds when the gateway has taken the message; `null` asks for nothing. */
    contains: sign.nullable(),
    /** What stands in the answer right before the gateway's own name for the message. */
    reference: sign.nullable().default(null),
  }),
  /** Whether the gateway promises to send messages of the same `id` once. */
  onceById: z.boolean().default(false),
  /** How to ask whether a message has arrived, by its reference; `null` where one cannot. */
  delivery: z
    .strictObject({
      url,
      headers,
      /** What the answer holds then; an answer with neither says nothing yet. */
      delivered: z.array(sign).min(1).max(10),
      failed: z.array(sign).min(1).max(10),
    })
    .nullable()
    .default(null),
  withinMs: z.number().int().min(500).max(30_000),
});
export type GatewayProfile = z.output<typeof gatewaySchema>;

/** What a profile says that cannot be so, with what to do. */
const mistakesIn = (name: string, { id, delivery, success, onceById, ...rest }: GatewayProfile) => {
  const sent = [rest.url, rest.body ?? '', ...Object.values(rest.headers)].join(' ');
  return [
    ...(id === name
      ? []
      : [{ path: 'id', reason: `is ${id}: write ${name}, as the file is called` }]),
    ...(delivery !== null && success.reference === null
      ? [{ path: 'success.reference', reason: 'is missing, and delivery is asked for by it' }]
      : []),
    ...(onceById && !/\{(json|url):id\}/.test(sent)
      ? [{ path: 'onceById', reason: 'the gateway is not told {json:id} or {url:id}' }]
      : []),
  ];
};

const fileOf = (name: string): string => join(FOLDER, `${name}.json`);

const textOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const reason = `cannot be read (${codeOf(cause)}): server.sms.gateway names it`;
    throw new ConfigurationError(file, [{ path: '(file)', reason }], { cause });
  }
};

/** A profile of the project by its name. Throws a `ConfigurationError` with all that is wrong. */
export const readGateway = (name: string): GatewayProfile => {
  const file = fileOf(name);
  const parsed = parseJson(textOf(file));
  if ('reason' in parsed) {
    const { line, column, reason } = parsed;
    throw new ConfigurationError(file, [{ path: `line ${line}, column ${column}`, reason }]);
  }
  const shaped = gatewaySchema.safeParse(parsed.value);
  const mistakes = shaped.success
    ? mistakesIn(name, shaped.data)
    : shaped.error.issues.flatMap((issue) => mistakeOf(issue, parsed.value));
  if (!shaped.success || mistakes.length > 0) throw new ConfigurationError(file, mistakes);
  return shaped.data;
};

/** As `readGateway`; also refused where a secret of the profile is not in the environment. */
export const readyGateway = (name: string, env: NodeJS.ProcessEnv): GatewayProfile => {
  const profile = readGateway(name);
  const mistakes = missingSecrets(profile, env).map((secret) => ({
    path: `{env:${secret}}`,
    reason: 'is missing: set it in the environment of the server',
  }));
  if (mistakes.length > 0) throw new ConfigurationError(fileOf(name), mistakes);
  return profile;
};

/** Secrets that a profile needs and the environment lacks. */
export const missingSecrets = (
  { url: to, headers: own, body, delivery }: GatewayProfile,
  env: NodeJS.ProcessEnv,
): readonly string[] => {
  const asked = delivery === null ? [] : [delivery.url, ...Object.values(delivery.headers)];
  const all = [to, ...Object.values(own), body ?? '', ...asked].join(' ');
  const names = [...all.matchAll(PART)].flatMap(([, how, name = '']) =>
    how === 'env' && env[name] === undefined ? [name] : [],
  );
  return [...new Set(names)];
};
