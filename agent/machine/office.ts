import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  createWriteStream,
  fstatSync,
  openSync,
  readFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { z } from 'zod';
import type { MachineAnswer, MachineReport } from '../../core/protocol/machines.js';
import { FileRefused } from '../files.js';
import type { MachineSettings, Places } from './settings.js';

const ASK_MS_MAX = 10_000;
const PACK_MS_MAX = 20 * 60_000;
const COOKIE_BYTES_MAX = 4_096;

const answerSchema = z.object({
  now: z.number(),
  agent: z.boolean(),
  page: z.boolean().nullable(),
});
const manifestSchema = z.object({ manifest: z.string(), signature: z.string() });

/** The server did not answer, or not as it should; it is asked again another time. */
export class ServerAway extends Error {
  readonly code = 'server.away';
  /** Of the HTTP answer; `null` where there was none. */
  readonly status: number | null;

  constructor(message: string, options: ErrorOptions & { readonly status?: number } = {}) {
    super(message, options);
    this.status = options.status ?? null;
  }
}

/** What a machine asks of its server, as its agent. Each rejects with `ServerAway`. */
export interface Office {
  tell(report: MachineReport): Promise<MachineAnswer>;
  /** What the server offers; `undefined` if that is nothing. */
  manifest(): Promise<{ readonly manifest: string; readonly signature: string } | undefined>;
  /**
   * Fetches the pack into a file. Gives its SHA-256 and its length in bytes. Rejects also with what
   * the system says where the file cannot be written.
   */
  pack(
    file: string,
    bytesMax: number,
  ): Promise<{ readonly sha256: string; readonly bytes: number }>;
}

/**
 * The cookie of the agent's device; `undefined` until it is enrolled. The folder is the agent's,
 * and this may run as root: throws `FileRefused` for what would lead to another file.
 */
export const cookieOf = ({ agent }: Places): string | undefined => {
  const file = join(agent, 'cookie');
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  let handle: number;
  try {
    handle = openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new FileRefused(`${file}: cannot be read: remove it, and approve the agent anew`, {
      cause,
    });
  }
  try {
    const stat = fstatSync(handle);
    const isOwn = stat.isFile() && stat.nlink === 1 && stat.size <= COOKIE_BYTES_MAX;
    if (isOwn) return readFileSync(handle, 'utf8').trim();
    throw new FileRefused(`${file}: is no cookie: remove it, and approve the agent anew`);
  } finally {
    closeSync(handle);
  }
};

const asked = async (url: string, init: RequestInit): Promise<Response> => {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (cause) {
    throw new ServerAway('does not answer', { cause });
  }
  if (response.ok) return response;
  await response.body?.cancel();
  throw new ServerAway(`answers ${response.status}`, { status: response.status });
};

const parsed = async <T>(response: Response, schema: z.ZodType<T>): Promise<T> => {
  try {
    return schema.parse(await response.json());
  } catch (cause) {
    throw new ServerAway('answers with something else', { status: response.status, cause });
  }
};

/** What went wrong with the file, and not with the answer that goes into it. */
const isOfDisk = (error: unknown): boolean =>
  ['open', 'write', 'close'].includes((error as NodeJS.ErrnoException).syscall ?? '');

/** The server of a machine, asked with the cookie of its agent. */
export const openOffice = ({ server, arch, agent }: MachineSettings, cookie: string): Office => {
  const headers = { cookie, 'x-dawr': '1' };
  const release = (what: string): string =>
    `${server}/api/release/${arch}/${what}?device=${agent ?? ''}`;
  const soon = (ms: number): AbortSignal => AbortSignal.timeout(ms);
  return {
    tell: async (report) => {
      const init = {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(report),
        signal: soon(ASK_MS_MAX),
      };
      return parsed(await asked(`${server}/api/machine`, init), answerSchema);
    },
    manifest: async () => {
      const response = await asked(release('manifest'), { headers, signal: soon(ASK_MS_MAX) });
      return response.status === 204 ? undefined : parsed(response, manifestSchema);
    },
    pack: async (file, bytesMax) => {
      const response = await asked(release('pack'), { headers, signal: soon(PACK_MS_MAX) });
      if (response.body === null) throw new ServerAway('has no pack');
      const hash = createHash('sha256');
      let bytes = 0;
      const counted = async function* (source: AsyncIterable<Uint8Array>) {
        for await (const piece of source) {
          bytes += piece.length;
          // More than was promised is not wanted; its hash is wrong in any case.
          if (bytes > bytesMax) return;
          hash.update(piece);
          yield piece;
        }
      };
      try {
        const body = Readable.fromWeb(response.body as ReadableStream);
        await pipeline(body, counted, createWriteStream(file, { mode: 0o600 }));
      } catch (cause) {
        if (isOfDisk(cause)) throw cause;
        throw new ServerAway('broke off', { cause });
      }
      return { sha256: hash.digest('hex'), bytes };
    },
  };
};
