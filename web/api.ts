const TIMEOUT_MS = 10_000;

/** The server cannot be reached, or answered with something that is not an answer. */
export class ServerAway extends Error {
  readonly code = 'server.away';
}

/** Passes over the server's absence; any other fault is a bug and is thrown on. */
export function assertAway(fault: unknown): asserts fault is ServerAway {
  if (!(fault instanceof ServerAway)) throw fault;
}

/** The server understood and said no. */
export interface Refused {
  /** A code of a closed list; its words stand under `refusal.<code>`. */
  readonly refused: string;
}

const call = async <T>(path: string, init: RequestInit): Promise<T> => {
  let response: Response;
  try {
    response = await fetch(path, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (cause) {
    throw new ServerAway(path, { cause });
  }
  if (response.status >= 500) throw new ServerAway(`${path}: ${response.status}`);
  try {
    return (await response.json()) as T;
  } catch (cause) {
    throw new ServerAway(`${path}: ${response.status}`, { cause });
  }
};

/** The JSON answer, a refusal (`{refused}`) included. Rejects with `ServerAway` only. */
export const get = <T>(path: string): Promise<T> =>
  call<T>(path, { headers: { 'x-dawr': '1' }, cache: 'no-store' });

/** As `get`, with a JSON body. */
export const post = <T>(path: string, body: object): Promise<T> =>
  call<T>(path, {
    method: 'POST',
    headers: { 'x-dawr': '1', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

/** Puts a file, as `post` posts a body. */
export const put = <T>(path: string, file: Blob): Promise<T> =>
  call<T>(path, {
    method: 'PUT',
    headers: { 'x-dawr': '1', 'content-type': file.type },
    body: file,
  });

/** A file that is there. Rejects with `ServerAway` only. */
export const fetchFile = async (path: string): Promise<Blob> => {
  try {
    const response = await fetch(path, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (response.ok) return await response.blob();
  } catch (cause) {
    throw new ServerAway(path, { cause });
  }
  throw new ServerAway(path);
};

/** Waits, for loops that ask again. */
export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));
