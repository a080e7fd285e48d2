import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { DoorStatus } from '../core/protocol/door.js';
import { kioskView } from '../tests/fixtures/kiosk.js';
import { Away } from './away.svelte.js';

const door = { port: 7411, token: 'f'.repeat(64) };
const status: DoorStatus = { now: 0, openUntil: 3_600_000, printer: 'ready', papers: {} };

/** What a browser keeps. */
class Shelf {
  readonly kept = new Map<string, string>();
  getItem = (key: string): string | null => this.kept.get(key) ?? null;
  setItem = (key: string, value: string): void => void this.kept.set(key, value);
}

/** A kiosk whose agent answers when told to. */
const kiosk = (store = new Shelf()) => {
  const waiting: (() => void)[] = [];
  vi.stubGlobal('fetch', () => new Promise((resolve) => waiting.push(() => resolve(reply()))));
  const reply = (): Response => new Response(JSON.stringify(status));
  const away = new Away('k1', store);
  away.follow(kioskView({ door }));
  const answer = async (): Promise<void> => {
    waiting.shift()?.();
    await vi.advanceTimersByTimeAsync(0);
  };
  return { away, waiting, answer, store };
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('the agent is asked once the server is lost, one look after another', async () => {
  const { away, waiting, answer } = kiosk();
  const end = away.watch(false);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(waiting).toHaveLength(1);
  await answer();
  expect([away.ready, away.shown(null, false)?.away]).toEqual([true, true]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(waiting).toHaveLength(1);
  end();
  await answer();
  await vi.advanceTimersByTimeAsync(30_000);
  expect(waiting).toHaveLength(0);
});

test('what the agent said before the server was back decides nothing an hour later', async () => {
  const { away, answer } = kiosk();
  const end = away.watch(false);
  await answer();
  end();
  away.watch(true);
  await vi.advanceTimersByTimeAsync(2_000);
  expect([away.ready, away.shown(null, false)?.away]).toEqual([false, false]);
});

test('an answer that comes after the server is back is passed over', async () => {
  const { away, answer } = kiosk();
  away.watch(false)();
  await answer();
  expect(away.ready).toBe(false);
});

test('each page keeps its first view: one of an earlier program is not shown', () => {
  const { store } = kiosk();
  const key = [...store.kept.keys()].find((each) => each.includes('view'))!;
  store.kept.set(key, JSON.stringify({ configuration: 'hash', old: true }));
  const { away } = kiosk(store);
  const held = (): unknown => JSON.parse(store.getItem(key)!);
  expect(held()).toMatchObject({ configuration: 'hash', elsewhere: [] });
  away.follow(kioskView({ door, version: 2 }));
  expect(held()).toMatchObject({ version: 1 });
});
