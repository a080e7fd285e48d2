import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const ORIGIN = 'https://hall.example';
const WANTED = ['/kiosk/k1/', '/assets/new.js', '/configuration/2.json'];

interface Caught {
  readonly data?: unknown;
  readonly request?: Request;
  readonly ports?: readonly { postMessage(answer: unknown): void }[];
  waitUntil?(work: Promise<unknown>): void;
  respondWith?(response: Promise<Response>): void;
}

/** The keeper in a browser that holds these, before a server that answers so. */
const keeper = async (
  held: readonly string[],
  answer: (path: string) => Response | Promise<Response>,
) => {
  const entries = new Map(held.map((path) => [ORIGIN + path, new Response(path)]));
  const cache = {
    match: (url: string) => Promise.resolve(entries.get(url)?.clone()),
    put: (url: string, response: Response) => Promise.resolve(void entries.set(url, response)),
    delete: (url: string) => Promise.resolve(entries.delete(url)),
    keys: () => Promise.resolve([...entries.keys()].map((url) => ({ url }))),
  };
  const listeners = new Map<string, (event: Caught) => void>();
  const fetched = vi.fn((request: Request, _init?: RequestInit) =>
    Promise.resolve(answer(new URL(request.url).pathname)),
  );
  vi.stubGlobal('caches', { ...cache, open: () => Promise.resolve(cache) });
  vi.stubGlobal('fetch', fetched);
  vi.stubGlobal('location', { origin: ORIGIN });
  vi.stubGlobal('addEventListener', (type: string, listen: (event: Caught) => void) =>
    listeners.set(type, listen),
  );
  await import('./sw.js');
  const paths = (): string[] => [...entries.keys()].map((url) => url.slice(ORIGIN.length));
  /** Asks for these to be kept; gives what the page hears. */
  const keep = (urls: unknown): Promise<unknown> =>
    new Promise((resolve) => {
      const ports = [{ postMessage: resolve }];
      listeners.get('message')!({ data: urls, ports, waitUntil: () => undefined });
    });
  const load = (path: string): Promise<Response> =>
    new Promise((resolve, reject) => {
      const request = new Request(ORIGIN + path);
      const respondWith = (response: Promise<Response>) => void response.then(resolve, reject);
      listeners.get('fetch')!({ request, respondWith });
    });
  return { keep, load, paths, fetched };
};

beforeEach(() => void vi.resetModules());
afterEach(() => void vi.unstubAllGlobals());
const well = (path: string): Response => new Response(path);

test('what the page is made of is kept, and nothing else', async () => {
  const { keep, paths } = await keeper(['/assets/old.js', '/kiosk/k1/'], well);
  expect(await keep(WANTED)).toBe(true);
  expect(paths().toSorted()).toEqual(WANTED.toSorted());
});

test.each<[string, (path: string) => Response | Promise<Response>]>([
  ['cannot be had', () => Promise.reject(new TypeError('away'))],
  ['is not there', () => new Response('', { status: 404 })],
])('while a file %s, the older page stays, and the page is told', async (_, missing) => {
  const { keep, paths } = await keeper(['/assets/old.js', '/kiosk/k1/'], (path) =>
    path.startsWith('/assets/') ? missing(path) : well(path),
  );
  expect(await keep(WANTED)).toBe(false);
  expect(paths()).toEqual(['/assets/old.js', '/kiosk/k1/', '/configuration/2.json']);
});

test('a file on a slow line is waited for; a page that is here is not', async () => {
  const { load, fetched } = await keeper([], well);
  await load('/assets/new.js');
  await load('/kiosk/k1/');
  const limited = fetched.mock.calls.map(([, init]) => init?.signal !== undefined);
  expect(limited).toEqual([false, true]);
});

test('without the server the page comes from here', async () => {
  const away = () => Promise.reject(new TypeError('away'));
  const { load } = await keeper(['/kiosk/k1/', '/assets/a.js'], away);
  expect(await (await load('/kiosk/k1/')).text()).toBe('/kiosk/k1/');
  expect(await (await load('/assets/a.js')).text()).toBe('/assets/a.js');
  await expect(load('/assets/b.js')).rejects.toThrow('away');
});
