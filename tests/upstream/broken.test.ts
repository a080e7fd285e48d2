import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { EXIT } from '../../node/misuse.js';
import { programOf } from '../../node/place.js';
import { scratch } from '../fixtures/log.js';

const FAILING = fileURLToPath(new URL('failing.c', import.meta.url));

let folder: ReturnType<typeof scratch>;
beforeEach(() => (folder = scratch()));
afterEach(() => folder.remove());

/** The data centre's program, until it ends by itself. */
const started = (env: Record<string, string> = {}): { code: number | null; words: string } => {
  const config = join(folder.path, 'upstream.json');
  const name = { ar: 'مركز بيانات', en: 'Data centre' };
  writeFileSync(config, JSON.stringify({ id: 'dc', name, host: '127.0.0.1', port: 0 }));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [programOf('upstream/main.js'), '--config', config],
    { encoding: 'utf8', timeout: 60_000, env: { ...process.env, DAWR_LOG: 'silent', ...env } },
  );
  return { code: status, words: stdout + stderr };
};

test('a store that cannot be read is told in a sentence, and the program ends', () => {
  mkdirSync(join(folder.path, 'data', 'store', 'cluster'), { recursive: true });
  const { code, words } = started();
  expect(code).toBe(EXIT.failed);
  expect(words).toMatch(/^the store in .* is damaged: .*PG_VERSION is not there/);
  expect(words).not.toContain('    at ');
});

test('a store that breaks off ends the program at once', () => {
  const library = join(folder.path, 'failing.so');
  const flags = ['-shared', '-fPIC', '-O2', '-Wall', '-o', library, FAILING, '-ldl'];
  expect(spawnSync('cc', flags).status, 'a C compiler').toBe(0);
  const how = join(folder.path, 'how');
  writeFileSync(how, 'sync');
  // The store is made in another place; only where it is used do flushes fail.
  const below = join(folder.path, 'data', 'store', 'cluster', 'pg_wal');
  const disk = { LD_PRELOAD: library, FAILING_BELOW: below, FAILING_HOW: how };
  const { code, words } = started(disk);
  expect(words).toContain('a flush failed: EIO');
  expect(code).toBe(70);
});
