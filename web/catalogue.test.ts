import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { hallConfiguration } from '../tests/fixtures/board.js';
import { ServerAway } from './api.js';
import { Catalogue } from './catalogue.svelte.js';

const configuration = hallConfiguration();

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('while the server is away it is asked again, until the configuration comes', async () => {
  const arrived = vi.fn();
  let asked = 0;
  const catalogue = new Catalogue(arrived, (hash) => {
    asked += 1;
    return asked < 3 ? Promise.reject(new ServerAway(hash)) : Promise.resolve(configuration);
  });
  const followed = catalogue.follow('c');
  await vi.runAllTimersAsync();
  await followed;
  expect([asked, arrived.mock.calls]).toEqual([3, [[configuration]]]);
  expect(catalogue.counter('c3')?.number).toBe(3);
});

test('any other fault is a bug: it is thrown, and nothing is asked again', async () => {
  const bug = new Error('bug');
  let asked = 0;
  const load = () => {
    asked += 1;
    return Promise.resolve(configuration);
  };
  const arrived = () => {
    throw bug;
  };
  await expect(new Catalogue(arrived, load).follow('c')).rejects.toBe(bug);
  expect(asked).toBe(1);
  await expect(new Catalogue(undefined, () => Promise.reject(bug)).follow('c')).rejects.toBe(bug);
});

test('an older configuration that comes late is passed over', async () => {
  const waiting: (() => void)[] = [];
  const catalogue = new Catalogue(
    undefined,
    () => new Promise((resolve) => waiting.push(() => resolve(configuration))),
  );
  const older = catalogue.follow('older');
  void catalogue.follow('newer');
  waiting[0]!();
  await older;
  expect(catalogue.configuration).toBeNull();
  waiting[1]!();
  await vi.runAllTimersAsync();
  expect(catalogue.configuration).not.toBeNull();
});
