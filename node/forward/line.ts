import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Agent, ProxyAgent, request, type Dispatcher } from 'undici';
import { z } from 'zod';
import type { Signer } from '../../chain/note.js';
import { signRequest, SIGNATURE_HEADER } from '../../chain/request.js';
import { answerSchema, POST_REFUSALS, refusalSchema } from '../../core/protocol/upstream.js';
import { MINUTE_MS } from '../../core/time.js';
import { UpstreamAway, type Line, type Refusal, type Reply } from './forwarder.js';

const CONNECT_MS_MAX = 10_000;
const ANSWER_MS_MAX = 30_000;
/** From the first byte that is sent to the last that comes; a slow line has as long for a part. */
const ASK_MS_MAX = 10 * MINUTE_MS;
/** Of an answer. */
const ANSWER_BYTES_MAX = 8_000_000;

const pack = promisify(gzip);

/** How an upstream is reached. */
export interface Way {
  /** `https://…`, perhaps with a path before the protocol's own. */
  readonly url: string;
  /** File of the authority that signed its certificate, where that is not a public one. */
  readonly ca: string | null;
  /** `http://…` of a proxy that all goes through. */
  readonly proxy: string | null;
}

const dispatcherOf = ({ ca, proxy }: Way): Dispatcher => {
  const tls = ca === null ? {} : { ca: readFileSync(ca) };
  const limits = { headersTimeout: ANSWER_MS_MAX, bodyTimeout: ANSWER_MS_MAX };
  const connect = { ...tls, timeout: CONNECT_MS_MAX };
  return proxy === null
    ? new Agent({ connect, ...limits })
    : new ProxyAgent({ uri: proxy, requestTls: connect, ...limits });
};

/** What was answered, whole. */
export interface Answered {
  readonly status: number;
  readonly value: unknown;
  readonly retryAfterS: number;
}

const laterSchema = z.coerce.number().min(0).max(3600).catch(0);

/** The connections to one upstream, for as long as the server runs or a command takes. */
export class Wires {
  private readonly dispatcher: Dispatcher;

  /** Throws when the authority's file cannot be read. */
  constructor(private readonly way: Way) {
    this.dispatcher = dispatcherOf(way);
  }

  /** Sends a signed request, its body packed. Rejects with `UpstreamAway`. */
  async ask(
    method: 'GET' | 'POST',
    path: string,
    { signer, body = '' }: { readonly signer: Signer; readonly body?: string | Buffer },
  ): Promise<Answered> {
    const packed = method === 'GET' ? Buffer.alloc(0) : await pack(body);
    const signature = signRequest({ method, path, body: packed }, signer);
    const content = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    try {
      const answer = await request(`${this.way.url.replace(/\/+$/, '')}${path}`, {
        method,
        dispatcher: this.dispatcher,
        signal: AbortSignal.timeout(ASK_MS_MAX),
        headers: { [SIGNATURE_HEADER]: signature, ...(method === 'GET' ? {} : content) },
        ...(method === 'GET' ? {} : { body: packed }),
      });
      const text = await limited(answer.body);
      const retryAfterS = laterSchema.parse(answer.headers['retry-after'] ?? 0);
      return { status: answer.statusCode, value: valueOf(text), retryAfterS };
    } catch (cause) {
      if (cause instanceof UpstreamAway) throw cause;
      throw new UpstreamAway(reasonOf(cause), 0);
    }
  }

  close(): Promise<void> {
    return this.dispatcher.destroy();
  }
}

const limited = async (body: AsyncIterable<Buffer>): Promise<string> => {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of body) {
    parts.push(part);
    bytes += part.length;
    if (bytes > ANSWER_BYTES_MAX) throw new UpstreamAway('its answer is too long');
  }
  return Buffer.concat(parts).toString('utf8');
};

const valueOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // A proxy's page, for instance: no answer that says anything.
    return undefined;
  }
};

const reasonOf = (cause: unknown): string => {
  const { code, message } = cause as Error & { readonly code?: string };
  // What a proxy answered, for instance, is in the words alone.
  return code === undefined || code.startsWith('UND_ERR_') ? message : code;
};

/**
 * What a data centre refuses, or a standby: under the status that goes with the reason. A proxy, a
 * balancer or the page of a network that wants a sign-in may say anything else: `undefined`.
 */
export const refusalIn = ({ status, value }: Answered): Refusal | undefined => {
  const refusal = refusalSchema.safeParse(value).data;
  return refusal !== undefined && POST_REFUSALS[refusal.refused] === status ? refusal : undefined;
};

const replyOf = (answered: Answered): Reply | undefined =>
  answered.status === 200 ? answerSchema.safeParse(answered.value).data : refusalIn(answered);

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;

/**
 * The way of posts about one centre, to paths below `base`. `signer` is asked for each: a new key
 * holds from the next one on, and without one the sender is not known there.
 */
export const lineOf = (wires: Wires, base: string, signer: () => Signer | null): Line => {
  const give = async (path: string, body: string | Buffer): Promise<void> => {
    const own = signer();
    if (own === null) return;
    const answered = await wires.ask('POST', `${base}/${path}`, { signer: own, body });
    if (answered.status === 200 && isObject(answered.value)) return;
    throw new UpstreamAway(`answered ${answered.status}`, answered.retryAfterS * 1000);
  };
  return {
    async send(post) {
      const body = JSON.stringify(post);
      const own = signer();
      if (own === null) return { refused: 'unknown', stored: null };
      const answered = await wires.ask('POST', `${base}/events`, { signer: own, body });
      const reply = replyOf(answered);
      if (reply !== undefined) return reply;
      throw new UpstreamAway(`answered ${answered.status}`, answered.retryAfterS * 1000);
    },
    configuration: (_hash, body) => give('configuration', body),
    staff: (post) => give('staff', JSON.stringify(post)),
  };
};
