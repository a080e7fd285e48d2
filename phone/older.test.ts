import { afterEach, beforeEach, expect, test, vi } from 'vitest';

beforeEach(() => {
  vi.resetModules();
  vi.useFakeTimers();
  vi.stubGlobal('window', globalThis);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('a request is given up in time where the browser has no clock for it', async () => {
  class Signal extends EventTarget {
    aborted = false;
  }
  class Controller {
    readonly signal = new Signal();
    abort(): void {
      this.signal.aborted = true;
    }
  }
  vi.stubGlobal('AbortSignal', Signal);
  vi.stubGlobal('AbortController', Controller);
  await import('./older.js');
  const signal = AbortSignal.timeout(10_000);
  vi.advanceTimersByTime(9_999);
  expect(signal.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect(signal.aborted).toBe(true);
});

test('where none can be broken off, it is sent all the same', async () => {
  vi.stubGlobal('AbortSignal', undefined);
  vi.stubGlobal('AbortController', undefined);
  await import('./older.js');
  expect(AbortSignal.timeout(10_000)).toBeUndefined();
});
