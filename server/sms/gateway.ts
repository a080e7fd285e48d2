import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { PROJECT } from '../place.js';

const FOLDER = join(PROJECT, 'firmware-config', 'sms');
const PART = /\{(json|url|env):(\w+)\}/g;
const HTTPS = /^https:\/\/|^http:\/\/(127\.0\.0\.1|localhost)(:\d+)?\//;

/**
 * A gateway for text messages that is reached by HTTP. In `url`, `headers` and `body`,
 * `{json:to}` and `{json:text}` stand for the number in E.164 and the text as JSON strings,
 * `{url:to}` and `{url:text}` for the same escaped in an address or form, and `{env:NAME}` for a
 * secret from the environment, which stands in no file.
 */
export const gatewaySchema = z.strictObject({
  $schema: z.string().optional(),
  schema: z.literal(1),
  id: z.string().regex(/^[a-z0-9-]{1,40}$/, 'is not an id: a-z, 0-9 and -, at most 40'),
  name: z.string().min(1).max(80),
  source: z.string().min(1).max(300),
  method: z.enum(['POST', 'GET']),
  url: z.string().max(500).regex(HTTPS, 'does not begin with https://'),
  headers: z.record(z.string().regex(/^[a-z-]{1,40}$/), z.string().max(300)),
  body: z.string().max(2_000).nullable(),
  success: z.strictObject({
    status: z.array(z.number().int().min(200).max(299)).min(1).max(10),
    /** What the answer holds when the gateway has taken the message; `null` asks for nothing. */
    contains: z.string().min(1).max(100).nullable(),
  }),
  withinMs: z.number().int().min(500).max(30_000),
});
export type GatewayProfile = z.infer<typeof gatewaySchema>;

/** A profile of the project by its name. Throws with what is wrong with it. */
export const readGateway = (name: string): GatewayProfile =>
  gatewaySchema.parse(JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')));

export interface Message {
  /** E.164. */
  readonly to: string;
  readonly text: string;
}

/** Secrets that a profile needs and the environment lacks. */
export const missingSecrets = (
  { url, headers, body }: GatewayProfile,
  env: NodeJS.ProcessEnv,
): readonly string[] => {
  const all = [url, ...Object.values(headers), body ?? ''].join(' ');
  return [...all.matchAll(PART)].flatMap(([, how, name = '']) =>
    how === 'env' && env[name] === undefined ? [name] : [],
  );
};

type Place = 'url' | 'header' | 'body';

const filled = (
  template: string,
  { to, text }: Message,
  { env, place }: { readonly env: NodeJS.ProcessEnv; readonly place: Place },
): string =>
  template.replace(PART, (_all, how: string, name: string) => {
    const secret = how === 'env' ? (env[name] ?? '') : undefined;
    if (secret !== undefined) return place === 'url' ? encodeURIComponent(secret) : secret;
    const value = name === 'to' ? to : text;
    return how === 'json' ? JSON.stringify(value) : encodeURIComponent(value);
  });

/** Sends by a gateway: `taken`, `refused` for good, or `away` when trying again may help. */
export type Send = (message: Message) => Promise<'taken' | 'refused' | 'away'>;

/** How to send by a profile. What it is told is written nowhere. */
export const sender =
  (
    profile: GatewayProfile,
    { fetch, env }: { readonly fetch: typeof globalThis.fetch; readonly env: NodeJS.ProcessEnv },
  ): Send =>
  async (message) => {
    const { url, method, headers, body, success, withinMs } = profile;
    const fill = (template: string, place: Place): string =>
      filled(template, message, { env, place });
    const filledHeaders = Object.entries(headers).map(([name, value]) => [
      name,
      fill(value, 'header'),
    ]);
    try {
      const response = await fetch(fill(url, 'url'), {
        method,
        headers: Object.fromEntries(filledHeaders) as Record<string, string>,
        ...(body === null ? {} : { body: fill(body, 'body') }),
        signal: AbortSignal.timeout(withinMs),
        redirect: 'error',
      });
      const answer = (await response.text()).slice(0, 10_000);
      const { status, contains } = success;
      const isTaken = status.includes(response.status);
      if (isTaken && (contains === null || answer.includes(contains))) return 'taken';
      return response.status >= 500 || response.status === 429 ? 'away' : 'refused';
    } catch {
      // Cut, late or unreachable: there is nothing else that a request fails of.
      return 'away';
    }
  };
