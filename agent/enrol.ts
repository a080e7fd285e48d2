import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { ApiRefusal } from '../core/protocol/api.js';
import { sleep, type Clock } from './clock.js';
import { writeWhole } from './files.js';

const POLL_MS = 3_000;
/** Before what did not work is tried again. */
export const AGAIN_MS = 30_000;
/** How long the server may take to answer. */
export const ANSWER_MS_MAX = 10_000;

const begunSchema = z.object({ deviceCode: z.string(), userCode: z.string() });
const polledSchema = z.object({ state: z.enum(['waiting', 'enrolled', 'expired']) });
const refusedSchema = z.object({ refused: z.string() });

/** Who this agent is to which server. */
export interface Self {
  readonly server: string;
  readonly deviceId: string;
  readonly data: string;
}

export interface EnrolParts {
  readonly clock: Clock;
  readonly fetch: typeof fetch;
  /** The device's token, from who starts the agent. */
  readonly given?: string | undefined;
  say(line: string): void;
}

/** The server will never enrol this agent; the message says why, and what to do. */
export class EnrolRefused extends Error {
  readonly code = 'enrol.refused';
}

/** As the server names it: over TLS with the prefix that binds a cookie to its own address. */
const cookieName = ({ server, deviceId }: Self): string =>
  `${server.startsWith('https:') ? '__Host-' : ''}dawr-${deviceId}`;

/** The device's cookie: given by who starts the agent, kept from before, or asked for. */
export const enrolled = async (self: Self, parts: EnrolParts): Promise<string> => {
  if (parts.given !== undefined) return `${cookieName(self)}=${parts.given}`;
  const file = join(self.data, 'cookie');
  const kept = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (kept !== '') return kept;
  const cookie = await askForToken(self, parts);
  mkdirSync(self.data, { recursive: true, mode: 0o700 });
  writeWhole(file, cookie);
  return cookie;
};

/**
 * Shows a code until a manager approves it; gives the device's cookie. What may pass is said and
 * tried again. Rejects with `EnrolRefused`.
 */
const askForToken = async (self: Self, parts: EnrolParts): Promise<string> => {
  const { clock, say } = parts;
  for (;;) {
    const body = { deviceId: self.deviceId, role: 'agent' };
    const begun = await post(self, { path: '/api/enrol', body, schema: begunSchema }, parts);
    if ('why' in begun) {
      say(begun.why);
      await sleep(clock, AGAIN_MS);
      continue;
    }
    say(`A manager approves this agent on the page Devices with the code ${begun.body.userCode}`);
    const cookie = await waitForToken(self, begun.body.deviceCode, parts);
    if (cookie !== undefined) return cookie;
    say('The code has expired, or the server has started again: there is a new one.');
  }
};

/** The cookie, once a manager approves; `undefined` if the code ends before. */
const waitForToken = async (
  self: Self,
  deviceCode: string,
  parts: EnrolParts,
): Promise<string | undefined> => {
  for (;;) {
    await sleep(parts.clock, POLL_MS);
    const asking = { path: '/api/enrol/poll', body: { deviceCode }, schema: polledSchema };
    const polled = await post(self, asking, parts);
    if ('why' in polled) {
      parts.say(polled.why);
      await sleep(parts.clock, AGAIN_MS);
    } else if (polled.body.state === 'expired') return undefined;
    else if (polled.body.state === 'enrolled') return cookieIn(polled.headers);
  }
};

/** The pair `name=value` of the cookie in which the server hands a token over. */
const cookieIn = (headers: Headers): string => {
  const [cookie = ''] = (headers.getSetCookie()[0] ?? '').split(';');
  if (cookie === '') throw new EnrolRefused('The server enrolled this agent but sent no cookie.');
  return cookie;
};

interface Asking<S extends z.ZodType> {
  readonly path: string;
  readonly body: object;
  readonly schema: S;
}

type Heard<S extends z.ZodType> =
  { readonly body: z.infer<S>; readonly headers: Headers } | { readonly why: string };

/** The server's answer, or why there is none and what to do. Rejects with `EnrolRefused`. */
const post = async <S extends z.ZodType>(
  self: Self,
  { path, body, schema }: Asking<S>,
  { clock, fetch }: EnrolParts,
): Promise<Heard<S>> => {
  const limit = new AbortController();
  const cancel = clock.after(ANSWER_MS_MAX, () => limit.abort());
  try {
    const response = await fetch(`${self.server}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-dawr': '1' },
      body: JSON.stringify(body),
      signal: limit.signal,
    });
    const answer: unknown = await response.json();
    const parsed = schema.safeParse(answer);
    if (parsed.success) return { body: parsed.data, headers: response.headers };
    return { why: whyRefused(self, response.status, answer) };
  } catch (error) {
    return { why: whyUnheard(self, error) };
  } finally {
    cancel();
  }
};

/** What to do about a refusal that may pass. Throws `EnrolRefused` for one that will not. */
const whyRefused = ({ server, deviceId }: Self, status: number, answer: unknown): string => {
  const refused = refusedSchema.safeParse(answer).data?.refused as ApiRefusal | undefined;
  switch (refused) {
    case 'enrol.unknownDevice':
      return (
        `The centre's configuration names no agent ${deviceId}: publish one that does, ` +
        'or start this agent with the --device that it names.'
      );
    case 'enrol.tooMany':
      return (
        'The server waits before it gives out more codes: approve or let go of those that wait ' +
        'on the page Devices; this agent asks again by itself.'
      );
    case 'payload.invalid':
      throw new EnrolRefused(
        `The server does not understand this agent: is --device ${deviceId} an id ` +
          '(a-z, 0-9 and -, at most 40), and are both of the same version?',
      );
    default:
      if (status >= 500) return `${server} has a fault (HTTP ${status}): its own log says which.`;
      return `${server} answers ${refused ?? `HTTP ${status}`}: is --server the address of Dawr?`;
  }
};

/** Whether what Node says of a connection is about the server's certificate. */
export const isUntrusted = (said: string): boolean => /CERT|SIGNED|ISSUER|certificate/i.test(said);

export const whyUntrusted = (server: string, said: string): string =>
  `${server} shows a certificate that is not trusted here (${said}): name the PEM file of its ` +
  'authority in NODE_EXTRA_CA_CERTS before the agent starts, or look whether it has expired.';

/** What to do where no answer came, or none that Dawr gives. Throws what is a bug. */
const whyUnheard = ({ server }: Self, error: unknown): string => {
  if (error instanceof EnrolRefused) throw error;
  if (error instanceof SyntaxError) {
    return `${server} does not answer as Dawr does: is --server the right address?`;
  }
  if (error instanceof DOMException && error.name === 'AbortError') {
    return `${server} did not answer in ${ANSWER_MS_MAX / 1000} s: does the server run?`;
  }
  if (!(error instanceof TypeError)) throw error;
  const { code = error.message } = (error.cause ?? {}) as { readonly code?: string };
  if (isUntrusted(code)) return whyUntrusted(server, code);
  return `${server} cannot be reached (${code}): does the server run, is --server its address?`;
};
