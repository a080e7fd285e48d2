import { execFileSync } from 'node:child_process';
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FileRefused } from '../files.js';
import { cookieOf } from './office.js';
import { placesBelow } from './settings.js';

let root = '';
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'dawr-office-'))));
afterEach(() => rmSync(root, { recursive: true }));

describe('the cookie of the agent', () => {
  const secret = () => {
    const file = join(root, 'shadow');
    writeFileSync(file, 'root:secret');
    return file;
  };

  test('is what the agent wrote, or nothing yet', () => {
    const places = placesBelow(root);
    mkdirSync(places.agent, { recursive: true });
    expect(cookieOf(places)).toBeUndefined();
    writeFileSync(join(places.agent, 'cookie'), 'dawr-a1=abc\n');
    expect(cookieOf(places)).toBe('dawr-a1=abc');
  });

  test.each([
    ['a link to another file', (cookie: string) => symlinkSync(secret(), cookie)],
    ['another name of another file', (cookie: string) => linkSync(secret(), cookie)],
    ['a pipe that nobody writes to', (cookie: string) => execFileSync('mkfifo', [cookie])],
    ['a folder', (cookie: string) => mkdirSync(cookie)],
    [
      'larger than a cookie',
      (cookie: string) => {
        writeFileSync(cookie, '');
        truncateSync(cookie, 1_000_000);
      },
    ],
  ])('is not read, and sent to nobody, if it is %s', (_, make) => {
    const places = placesBelow(root);
    mkdirSync(places.agent, { recursive: true });
    make(join(places.agent, 'cookie'));
    expect(() => cookieOf(places)).toThrow(FileRefused);
  });
});
