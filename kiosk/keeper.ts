import type { PageTrouble } from '../core/protocol/troubles.js';
import { pause } from '../web/api.js';

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

/** So long the browser may take to fetch all of it. */
const KEEP_MS_MAX = 30_000;
const AGAIN_MS = 60_000;
const UNKEPT: PageTrouble = { kind: 'page', fault: 'unkept' };
let script: string | undefined;

/** Has the keeper keep these; whether it holds them all now. */
const held = async (urls: readonly string[]): Promise<boolean> => {
  const container = navigator.serviceWorker;
  await container.register((script ??= trusted('/kiosk/sw.js')), { scope: '/kiosk/' });
  const { active } = await container.ready;
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => {
      port1.close();
      resolve(data === true);
    };
    active?.postMessage(urls, [port2]);
  });
};

const pageOf = (deviceId: string, configuration: string): string[] => {
  // All of them are this server's: the page may load nothing else.
  const files = performance.getEntriesByType('resource').map(({ name }) => name);
  const own = files.filter((url) => /^\/(assets|voice)\//.test(new URL(url).pathname));
  const session = `/api/session?device=${encodeURIComponent(deviceId)}`;
  return [location.pathname, session, `/configuration/${configuration}.json`, ...own];
};

/**
 * Has the page kept by the browser, so that it loads without the server: itself, its files, who it
 * is, and the configuration that it shows. Browsers allow it on https and on this machine only, and
 * refuse where a certificate is wrong: `tell` hears what is wrong, nothing once all is kept,
 * and until then hears it again each minute. Returns what ends it.
 */
export const keepPage = (
  deviceId: string,
  configuration: string,
  tell: (troubles: readonly PageTrouble[]) => void,
): (() => void) => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isEnded = false;
  const keep = async (): Promise<void> => {
    const late = pause(KEEP_MS_MAX).then(() => false);
    const whole = 'serviceWorker' in navigator && held(pageOf(deviceId, configuration));
    // Whatever the browser has against it, what follows for the kiosk is the same.
    const isKept = await Promise.race([whole, late]).catch(() => false);
    if (isEnded) return;
    tell(isKept ? [] : [UNKEPT]);
    if (!isKept) timer = setTimeout(() => void keep(), AGAIN_MS);
  };
  void keep();
  return () => {
    isEnded = true;
    clearTimeout(timer);
  };
};
