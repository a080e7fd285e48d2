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

const fetched = async (request: Request, init?: RequestInit): Promise<Response> => {
  const response = await fetch(request, init);
  if (response.ok) await (await caches.open(CACHE)).put(request.url, response.clone());
  return response;
};

const fixed = async (request: Request): Promise<Response> =>
  (await caches.match(request.url)) ?? fetched(request);

const fresh = async (request: Request): Promise<Response> => {
  try {
    return await fetched(request, { signal: AbortSignal.timeout(NETWORK_MS_MAX) });
  } catch (fault) {
    const found = await caches.match(request.url, { ignoreVary: true });
    if (found !== undefined) return found;
    throw fault;
  }
};

/** Whether it is here now. */
const here = async (cache: Cache, url: string): Promise<boolean> => {
  if ((await cache.match(url)) !== undefined) return true;
  try {
    return (await fetched(new Request(url))).ok;
  } catch {
    // The page hears that it is not kept whole, and asks again.
    return false;
  }
};

/** Keeps these and, once they are all here, nothing else. Returns whether they are. */
const keep = async (urls: readonly string[]): Promise<boolean> => {
  const cache = await caches.open(CACHE);
  const wanted = new Set(urls.map((url) => new URL(url, worker.location.origin).href));
  const found = await Promise.all([...wanted].map((url) => here(cache, url)));
  if (found.includes(false)) return false;
  for (const { url } of await cache.keys()) if (!wanted.has(url)) await cache.delete(url);
  return true;
};

worker.addEventListener('install', () => void worker.skipWaiting());
worker.addEventListener('activate', (event) => event.waitUntil(worker.clients.claim()));
worker.addEventListener('message', (event) => {
  const urls: unknown = event.data;
  if (!Array.isArray(urls)) return;
  const kept = keep(urls.filter((url) => typeof url === 'string'));
  event.waitUntil(kept.then((isKept) => event.ports[0]?.postMessage(isKept)));
});
worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== worker.location.origin) return;
  if (FIXED.test(pathname)) event.respondWith(fixed(request));
  else if (FRESH.test(pathname)) event.respondWith(fresh(request));
});

// A module: nothing of it is seen by the pages.
export {};
