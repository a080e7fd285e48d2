import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FileRefused } from '../files.js';
import { settle } from './settle.js';
import { placesBelow } from './settings.js';
import { hashOf, pathSchema } from './signed.js';

describe('a path of a machine', () => {
  test.each(['/etc/dawr/machine.json', '/etc/..dawr', '/etc/dawr.', '/a', '/etc/a..b/...c'])(
    'is %s',
    (path) => expect(pathSchema.safeParse(path).success).toBe(true),
  );

  test.each([
    '/..',
    '/.',
    '/../etc/shadow',
    '/etc/../shadow',
    '/etc/..',
    '/etc/.',
    '/./etc',
    'etc',
  ])('is not %s', (path) => expect(pathSchema.safeParse(path).success).toBe(false));
});

describe('what a machine noted that it holds', () => {
  let root = '';
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'dawr-signed-'))));
  afterEach(() => rmSync(root, { recursive: true }));

  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };

  test('is taken away only below its root, and never a folder', async () => {
    const places = placesBelow(root);
    const machine = join('/opt/dawr/current/machines', 'kiosk-1');
    const files = [{ path: '/etc/dawr/x', mode: '644', sha256: hashOf('x') }];
    const manifest = { schema: 1, centre: 'c', machine: 'kiosk-1', profiles: {}, files };
    write(join(machine, 'manifest.json'), JSON.stringify(manifest));
    write(join(machine, 'root/etc/dawr/x'), 'x');
    const settled = (paths: readonly string[]) => {
      write('/var/lib/dawr/machine/installed.json', JSON.stringify({ paths }));
      return settle(places, 'kiosk-1', () => Promise.resolve(''));
    };
    await expect(settled(['/../outside'])).rejects.toThrow(FileRefused);
    write('/home/somebody/letter', 'dear');
    await expect(settled(['/home/somebody'])).rejects.toThrow(/EISDIR|directory/);
    write('/etc/old', 'old');
    expect(await settled(['/etc/old'])).toEqual(['/etc/old', '/etc/dawr/x']);
  });
});
