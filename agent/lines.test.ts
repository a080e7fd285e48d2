import type * as fs from 'node:fs';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { z } from 'zod';

/** How many of the next bytes the disk has room for. */
const disk = vi.hoisted(() => ({ room: Infinity }));
vi.mock('node:fs', async (original) => {
  const real = await original<typeof fs>();
  const writeFile = (file: number | string, body: string): void => {
    if (typeof file === 'string' || body.length <= disk.room) return real.writeFileSync(file, body);
    real.writeSync(file, body.slice(0, disk.room));
    throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
  };
  return { ...real, writeFileSync: writeFile };
});
// Another test in this process may have them with the whole disk.
vi.resetModules();
const { FileRefused } = await import('./files.js');
const { Lines } = await import('./lines.js');

const folder = mkdtempSync(join(tmpdir(), 'dawr-lines-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
  vi.doUnmock('node:fs');
  vi.resetModules();
});

let count = 0;
const newFile = (): string => join(folder, `${(count += 1)}.log`);
const open = (file: string) => {
  const found: number[] = [];
  const lines = new Lines(file, z.number(), (entry) => found.push(entry));
  return { found, append: (entry: number) => lines.append(entry) };
};

test('what was added is there again', () => {
  const file = newFile();
  const lines = open(file);
  lines.append(1);
  lines.append(2);
  expect(open(file).found).toEqual([1, 2]);
});

test('a disk that gets full in the middle of an entry keeps nothing of it', () => {
  const file = newFile();
  const lines = open(file);
  lines.append(1);
  disk.room = 5;
  expect(() => lines.append(2)).toThrow('no space');
  disk.room = Infinity;
  lines.append(3);
  expect(open(file).found).toEqual([1, 3]);
});

test('a last line that a power cut tore is cut off; other damage is refused', () => {
  const file = newFile();
  open(file).append(1);
  appendFileSync(file, '0123');
  const lines = open(file);
  expect(lines.found).toEqual([1]);
  lines.append(2);
  expect(open(file).found).toEqual([1, 2]);
  writeFileSync(file, readFileSync(file, 'utf8').replace(' 1', ' 7'));
  expect(() => open(file)).toThrow(FileRefused);
});
