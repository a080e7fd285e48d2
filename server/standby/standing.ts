import { readFileSync } from 'node:fs';
import { Agent, request } from 'undici';
import { STANDING_PATH, standingSchema, type Standing } from '../../core/protocol/standby.js';

const ASK_MS_MAX = 3_000;
const ANSWER_BYTES_MAX = 10_000;

/** Where a program is asked for its standing. */
export interface AskedAt {
  readonly url: string;
  /** File of the authority behind its certificate; `null`: a public one. */
  readonly ca: string | null;
}

const askedBy = async (url: string, dispatcher: Agent): Promise<Standing | null> => {
  try {
    const { statusCode, body } = await request(`${url.replace(/\/+$/, '')}${STANDING_PATH}`, {
      dispatcher,
    });
    const text = await body.text();
    return statusCode === 200 ? (standingSchema.safeParse(JSON.parse(text)).data ?? null) : null;
  } catch {
    // Away, or no program of a centre: in both cases it says nothing.
    return null;
  } finally {
    await dispatcher.destroy();
  }
};

const limits = {
  ...{ headersTimeout: ASK_MS_MAX, bodyTimeout: ASK_MS_MAX },
  maxResponseSize: ANSWER_BYTES_MAX,
};

/**
 * What the program at an address does in the hall; `null` where it does not say. Throws when the
 * authority's file cannot be read.
 */
export const standingAt = ({ url, ca }: AskedAt): Promise<Standing | null> => {
  const tls = ca === null ? {} : { ca: readFileSync(ca) };
  return askedBy(url, new Agent({ connect: { ...tls, timeout: ASK_MS_MAX }, ...limits }));
};

/**
 * As `standingAt`, of a door whose authority is not known here: enough to hear that somebody still
 * serves there, and for nothing else.
 */
export const anySignAt = (url: string): Promise<Standing | null> =>
  askedBy(
    url,
    new Agent({ connect: { rejectUnauthorized: false, timeout: ASK_MS_MAX }, ...limits }),
  );
