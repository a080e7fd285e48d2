import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { watchPath } from './arrival.js';

const folder = mkdtempSync(join(tmpdir(), 'dawr-arrival-'));
let stop: () => void = () => undefined;
let seen = 0;
const watching = (path: string): void => {
  seen = 0;
  stop = watchPath(path, () => (seen += 1));
};
afterEach(() => stop());
afterAll(() => rmSync(folder, { recursive: true }));

const appeared = (): Promise<unknown> => vi.waitUntil(() => seen > 0, { timeout: 5_000 });

test('a device is told when its link appears, and again when it comes back', async () => {
  const path = join(folder, 'printer0');
  watching(path);
  writeFileSync(join(folder, 'other'), '');
  symlinkSync('/dev/null', path);
  await appeared();
  rmSync(path);
  seen = 0;
  symlinkSync('/dev/null', path);
  await appeared();
});

test('a folder that comes and goes with its device is watched from above', async () => {
  const path = join(folder, 'usb', 'deep', 'lp0');
  watching(path);
  for (let times = 0; times < 3; times += 1) {
    mkdirSync(join(folder, 'usb', 'deep'), { recursive: true });
    writeFileSync(path, '');
    await appeared();
    rmSync(join(folder, 'usb'), { recursive: true });
    seen = 0;
    writeFileSync(join(folder, 'between'), String(times));
  }
});

test('nothing is told after the watch has ended', async () => {
  const path = join(folder, 'late');
  watching(path);
  stop();
  const other = watchPath(path, () => (seen += 100));
  writeFileSync(path, '');
  await vi.waitUntil(() => seen >= 100);
  other();
  expect(seen % 100).toBe(0);
});
