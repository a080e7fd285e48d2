import type { SmsOrder, SmsOutcome } from '../../core/protocol/sms.js';
import { PART, type GatewayProfile } from './profile.js';

/** What an answer is looked through for. */
const ANSWER_CHARACTERS_MAX = 10_000;
/** A gateway's own name for a message. */
const REFERENCE = /^[\w.:-]{1,100}/;

/** Whether a message that a gateway took has arrived; `open` while nobody can say. */
export type Delivery = 'delivered' | 'failed' | 'open';

/** A way on which text messages leave the centre. What it is told is written nowhere. */
export interface Gateway {
  /** Whether a message is sent once, however often it is handed over by the same id. */
  readonly onceById: boolean;
  send(order: SmsOrder): Promise<SmsOutcome>;
  /** For ways that are asked whether a message arrived. */
  delivery?(reference: string): Promise<Delivery>;
}

type Place = 'url' | 'header' | 'body';
type Values = Readonly<Record<string, string>>;
type Env = NodeJS.ProcessEnv;

const filled = (
  template: string,
  values: Values,
  { env, place }: { readonly env: Env; readonly place: Place },
): string =>
  template.replace(PART, (_all, how: string, name: string) => {
    const secret = how === 'env' ? (env[name] ?? '') : undefined;
    if (secret !== undefined) return place === 'url' ? encodeURIComponent(secret) : secret;
    const value = values[name] ?? '';
    return how === 'json' ? JSON.stringify(value) : encodeURIComponent(value);
  });

const filledAll = (headers: Values, values: Values, env: Env): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      filled(value, values, { env, place: 'header' }),
    ]),
  );

/** What these mean no byte of the request left, so that the message was surely not taken. */
const NEVER_LEFT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

const codeOf = (fault: unknown): string => {
  const { cause } = fault as { readonly cause?: { readonly code?: unknown } };
  return String(cause?.code ?? '');
};

const referenceIn = (answer: string, before: string | null): string | null => {
  const at = before === null ? -1 : answer.indexOf(before);
  if (before === null || at < 0) return null;
  return REFERENCE.exec(answer.slice(at + before.length))?.[0] ?? null;
};

const outcomeOf = ({ success }: GatewayProfile, status: number, answer: string): SmsOutcome => {
  const { contains } = success;
  if (success.status.includes(status) && (contains === null || answer.includes(contains))) {
    return { is: 'taken', reference: referenceIn(answer, success.reference) };
  }
  if (status === 429 || status === 503) return { is: 'away' };
  // Any other fault of the gateway's own may have come after it had taken the message.
  return status >= 500 ? { is: 'unsure' } : { is: 'refused', reason: 'refused' };
};

/** The way by a gateway that is reached by HTTP, as its profile says. */
export const httpGateway = (
  profile: GatewayProfile,
  { fetch, env }: { readonly fetch: typeof globalThis.fetch; readonly env: Env },
): Gateway => {
  const { url, method, headers, body, delivery, withinMs, onceById } = profile;
  const within = () => ({ signal: AbortSignal.timeout(withinMs), redirect: 'error' }) as const;
  const textOf = async (response: Response): Promise<string> =>
    (await response.text()).slice(0, ANSWER_CHARACTERS_MAX);
  const send: Gateway['send'] = async ({ validMinutes, ...order }) => {
    const values = { ...order, minutes: String(validMinutes) };
    try {
      const response = await fetch(filled(url, values, { env, place: 'url' }), {
        method,
        headers: filledAll(headers, values, env),
        ...(body === null ? {} : { body: filled(body, values, { env, place: 'body' }) }),
        ...within(),
      });
      return outcomeOf(profile, response.status, await textOf(response));
    } catch (fault) {
      // Cut, late or unreachable: there is nothing else that a request fails of.
      return { is: NEVER_LEFT.has(codeOf(fault)) ? 'away' : 'unsure' };
    }
  };
  if (delivery === null) return { onceById, send };
  const asked: NonNullable<Gateway['delivery']> = async (reference) => {
    const values = { reference };
    try {
      const to = filled(delivery.url, values, { env, place: 'url' });
      const own = filledAll(delivery.headers, values, env);
      const response = await fetch(to, { headers: own, ...within() });
      if (!response.ok) return 'open';
      const answer = await textOf(response);
      if (delivery.delivered.some((sign) => answer.includes(sign))) return 'delivered';
      return delivery.failed.some((sign) => answer.includes(sign)) ? 'failed' : 'open';
    } catch {
      // It is asked again.
      return 'open';
    }
  };
  return { onceById, send, delivery: asked };
};
