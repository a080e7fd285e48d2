/// <reference lib="webworker" />

/**
 * Keeps the kiosk's page, its files and its last session, so that a reload works without the
 * server. The page says what it is made of; everything else of an earlier build goes.
 */
const worker = globalThis as unknown as ServiceWorkerGlobalScope;

const CACHE = 'dawr-kiosk';
/** A page that is there shall not wait for a server that does not answer. */
const NETWORK_MS_MAX = 3_000;
/** Named by their contents: what is here is right. */
const FIXED = /^\/(?:assets|configuration|voice)\//;
/** Asked of the server first. */
const FRESH = /^\/(?:kiosk\/[^/]+\/$|api\/session$)/;

const fetched = async (request: Request): Promise<Response> => {
  const response = await fetch(request, { signal: AbortSignal.timeout(NETWORK_MS_MAX) });
  if (response.ok) await (await caches.open(CACHE)).put(request.url, response.clone());
  return response;
};

const fixed = async (request: Request): Promise<Response> =>
  (await caches.match(request.url)) ?? fetched(request);

const fresh = async (request: Request): Promise<Response> => {
  try {
    return await fetched(request);
  } catch (fault) {
    const found = await caches.match(request.url, { ignoreVary: true });
    if (found !== undefined) return found;
    throw fault;
  }
};

/** Keeps these and nothing else. */
const keep = async (urls: readonly string[]): Promise<void> => {
  const cache = await caches.open(CACHE);
  const wanted = new Set(urls.map((url) => new URL(url, worker.location.origin).href));
  for (const { url } of await cache.keys()) if (!wanted.has(url)) await cache.delete(url);
  for (const url of wanted) {
    if ((await cache.match(url)) === undefined) await fetched(new Request(url));
  }
};

worker.addEventListener('install', () => void worker.skipWaiting());
worker.addEventListener('activate', (event) => event.waitUntil(worker.clients.claim()));
worker.addEventListener('message', (event) => {
  const urls: unknown = event.data;
  if (Array.isArray(urls)) event.waitUntil(keep(urls.filter((url) => typeof url === 'string')));
});
worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== worker.location.origin) return;
  if (FIXED.test(pathname)) event.respondWith(fixed(request));
  else if (FRESH.test(pathname)) event.respondWith(fresh(request));
});
