import { ANSWER_MS_MAX, type Self } from './enrol.js';

/** The server did not give what was asked for, or nothing that this version reads. */
export class NotFetched extends Error {
  readonly code = 'fetch.failed';
}

/** The text under a path of the server; rejects where there is none, or none in time. */
export type Fetched = (path: string) => Promise<string>;

/** Fetches as the device whose cookie (`name=value`) this is. */
export const fetchedAs =
  ({ server }: Pick<Self, 'server'>, cookie: string, get = fetch): Fetched =>
  async (path) => {
    const signal = AbortSignal.timeout(ANSWER_MS_MAX);
    const headers = { cookie, 'x-dawr': '1' };
    const response = await get(`${server}${path}`, { headers, signal });
    if (!response.ok) throw new Error(`${path}: the server answers ${response.status}`);
    return response.text();
  };
