import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { MINUTE_MS } from '../core/time.js';
import { keepPage } from './keeper.js';

/** A browser that registers a keeper, or refuses; the keeper answers so. */
const browser = (parts: { register?: () => Promise<unknown>; answer?: () => boolean | null }) => {
  const asked: string[][] = [];
  const active = {
    postMessage: (urls: string[], [port]: readonly MessagePort[]) => {
      asked.push(urls);
      const answer = parts.answer?.() ?? null;
      if (answer !== null) port!.postMessage(answer);
    },
  };
  const register = vi.fn(parts.register ?? (() => Promise.resolve({})));
  const serviceWorker = { register, ready: Promise.resolve({ active }) };
  vi.stubGlobal('navigator', { serviceWorker });
  return { asked, register };
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  vi.stubGlobal('window', globalThis);
  vi.stubGlobal('location', { pathname: '/kiosk/k1/' });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const told = () => {
  const tell = vi.fn<(troubles: readonly unknown[]) => void>();
  const words = (): boolean[] => tell.mock.calls.map(([troubles]) => troubles.length === 0);
  return { tell, words };
};

test('the page, who it is and its configuration are kept, once', async () => {
  const { asked } = browser({ answer: () => true });
  const { tell, words } = told();
  keepPage('k1', 'hash', tell);
  await vi.waitFor(() => expect(words()).toEqual([true]));
  const urls = ['/kiosk/k1/', '/api/session?device=k1', '/configuration/hash.json'];
  expect(asked).toEqual([urls]);
  await vi.advanceTimersByTimeAsync(5 * MINUTE_MS);
  expect(asked).toHaveLength(1);
});

test('a browser that refuses is told of, and asked again each minute', async () => {
  let isTrusted = false;
  const register = () =>
    isTrusted ? Promise.resolve({}) : Promise.reject(new DOMException('certificate'));
  browser({ register, answer: () => true });
  const { tell, words } = told();
  keepPage('k1', 'hash', tell);
  await vi.waitFor(() => expect(words()).toEqual([false]));
  await vi.advanceTimersByTimeAsync(MINUTE_MS);
  await vi.waitFor(() => expect(words()).toEqual([false, false]));
  isTrusted = true;
  await vi.advanceTimersByTimeAsync(MINUTE_MS);
  await vi.waitFor(() => expect(words()).toEqual([false, false, true]));
});

test('a page that is not whole yet, or a keeper that is silent, is told of too', async () => {
  const answers = [false, null, true];
  browser({ answer: () => answers.shift() ?? null });
  const { tell, words } = told();
  keepPage('k1', 'hash', tell);
  await vi.waitFor(() => expect(words()).toEqual([false]));
  await vi.advanceTimersByTimeAsync(2 * MINUTE_MS);
  await vi.waitFor(() => expect(words()).toEqual([false, false]));
  await vi.advanceTimersByTimeAsync(MINUTE_MS);
  await vi.waitFor(() => expect(words()).toEqual([false, false, true]));
});

test('a browser without keepers says so; after its end nothing is asked or told', async () => {
  vi.stubGlobal('navigator', {});
  const { tell, words } = told();
  const end = keepPage('k1', 'hash', tell);
  await vi.waitFor(() => expect(words()).toEqual([false]));
  end();
  await vi.advanceTimersByTimeAsync(5 * MINUTE_MS);
  expect(words()).toEqual([false]);
});
