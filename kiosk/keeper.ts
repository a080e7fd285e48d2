/** Makes a script's address one that pages under Trusted Types may load. */
const trusted = (url: string): string => {
  const types = (window as { trustedTypes?: TrustedTypes }).trustedTypes;
  const policy = types?.createPolicy('dawr-worker', { createScriptURL: (own) => own });
  return (policy?.createScriptURL(url) as string | undefined) ?? url;
};

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL: (url: string) => string },
  ): { createScriptURL(url: string): unknown };
}

let ready: Promise<ServiceWorkerRegistration> | undefined;

/**
 * Has the page kept by the browser, so that it loads without the server: itself, its files, who it
 * is, and the configuration that it shows. Browsers allow it on https and on this machine only.
 * Rejects where they refuse, as for a wrong certificate: the kiosk then needs the server to load.
 */
export const keepPage = async (deviceId: string, configuration: string): Promise<void> => {
  if (!('serviceWorker' in navigator)) return;
  const container = navigator.serviceWorker;
  ready ??= container.register(trusted('/kiosk/sw.js'), { scope: '/kiosk/' }).then(() => {
    return container.ready;
  });
  // All of them are this server's: the page may load nothing else.
  const files = performance.getEntriesByType('resource').map(({ name }) => name);
  const own = files.filter((url) => /^\/(assets|voice)\//.test(new URL(url).pathname));
  const session = `/api/session?device=${encodeURIComponent(deviceId)}`;
  const urls = [location.pathname, session, `/configuration/${configuration}.json`, ...own];
  (await ready).active?.postMessage(urls);
};
