import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Site } from '../tests/machines/site.js';
import { renderBundle } from './bundle.js';

/** What the rendered units start; none of it need be installed where this is tested. */
const PROGRAMS = ['/usr/bin/node', '/usr/bin/cage', '/usr/bin/systemctl'];
const UNIT_FOLDERS = ['/lib/systemd/system', '/usr/lib/systemd/system'];

interface Machine {
  readonly name: string;
  readonly root: string;
  readonly units: readonly string[];
}

const scratch = mkdtempSync(join(tmpdir(), 'dawr-systems-'));
let machines: Machine[] = [];

/** Every Debian machine of both centres, as a root folder with the system's own units beside. */
beforeAll(async () => {
  for (const id of ['demo', 'example']) {
    using site = new Site(id);
    for (const place of await site.places()) {
      if (place.machine.os.startsWith('windows')) continue;
      const folder = join(scratch, id, place.name);
      for (const [path, { text, mode }] of renderBundle(place, site.sign)) {
        const file = join(folder, path);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, text, { mode: Number.parseInt(mode, 8) });
      }
      const root = join(folder, 'root');
      for (const program of PROGRAMS) {
        mkdirSync(dirname(join(root, program)), { recursive: true });
        writeFileSync(join(root, program), '#!/bin/sh\n', { mode: 0o755 });
      }
      cpSync(UNIT_FOLDERS.find(exists) ?? '', join(root, 'usr/lib/systemd/system'), {
        recursive: true,
        verbatimSymlinks: true,
      });
      symlinkSync('usr/lib', join(root, 'lib'));
      const units = [...renderBundle(place, null).keys()].flatMap(
        (path) => /^root(\/etc\/systemd\/system\/.*)$/.exec(path)?.[1] ?? [],
      );
      machines.push({ name: `${id}/${place.name}`, root, units });
    }
  }
});
afterAll(() => {
  machines = [];
  rmSync(scratch, { recursive: true });
});

const exists = (path: string): boolean => spawnSync('test', ['-d', path]).status === 0;

/** What a program says, on both channels; a program that is not there fails the test by name. */
const said = (program: string, ...args: string[]): { text: string; status: number | null } => {
  const { error, stdout, stderr, status } = spawnSync(program, args, { encoding: 'utf8' });
  if (error !== undefined) throw new Error(`${program} is needed for this test`, { cause: error });
  return { text: `${stdout}${stderr}`.trim(), status };
};

/** Programs of the system start slowly on a machine under load. */
const RUNS = { timeout: 60_000 };

describe('what a machine is rendered with is right for', RUNS, () => {
  test('systemd: not a word on any unit, and a bad key is a word', () => {
    for (const { name, root, units } of machines) {
      const whole = units.map((unit) => join(root, unit));
      const { text } = said('systemd-analyze', 'verify', `--root=${root}`, '--man=no', ...units);
      expect(text, `${name}: ${whole.join(' ')}`).toBe('');
    }
    const { root } = machines[0]!;
    const bad = '/etc/systemd/system/dawr-bad.service';
    writeFileSync(join(root, bad), '[Service]\nExecStart=/usr/bin/node\nRestrat=always\n');
    const { text, status } = said('systemd-analyze', 'verify', `--root=${root}`, '--man=no', bad);
    expect(text).toContain('Restrat');
    expect(status).toBe(0);
    rmSync(join(root, bad));
  });

  test('systemd: programs with a network are shut in', () => {
    for (const { root, units } of machines) {
      for (const unit of units.filter((one) => /dawr-(agent|server)\.service$/.test(one))) {
        const limit = ['--offline=yes', '--threshold=35', `--root=${root}`];
        const { text, status } = said('systemd-analyze', 'security', ...limit, unit);
        expect(status, text).toBe(0);
      }
    }
  });

  test('systemd: the calendar of the update, with its zone', () => {
    const { text, status } = said('systemd-analyze', 'calendar', '*-*-* 03:30:00 Africa/Cairo');
    expect(status, text).toBe(0);
  });

  test('sysusers and tmpfiles', () => {
    for (const { root } of machines) {
      mkdirSync(join(root, 'etc'), { recursive: true });
      const groups = ['dialout', 'lp', 'video', 'render', 'input', 'audio', 'root'];
      const lines = groups.map((group, at) => `${group}:x:${at === 6 ? 0 : 20 + at}:\n`);
      writeFileSync(join(root, 'etc/group'), lines.join(''));
      writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
      const users = said('systemd-sysusers', '--dry-run', `--root=${root}`, 'dawr.conf');
      expect(users.status, users.text).toBe(0);
      expect(users.text).not.toMatch(/Failed|Unknown|Invalid|ignoring/i);
    }
  });

  test('nftables', () => {
    for (const { name, root } of machines) {
      const { text, status } = said('nft', '-c', '-f', join(root, 'etc/nftables.conf'));
      expect(status, `${name}: ${text}`).toBe(0);
      expect(text, name).toBe('');
    }
  });

  test('cloud-init', () => {
    for (const { name, root } of machines) {
      const file = join(root, '..', 'user-data');
      const { text, status } = said('cloud-init', 'schema', '--config-file', file);
      expect(status, `${name}: ${text}`).toBe(0);
      expect(text).toContain('Valid');
      expect(text).not.toMatch(/deprecated|error/i);
    }
  });

  test('a shell', () => {
    for (const { root } of machines) {
      expect(said('sh', '-n', join(root, '..', 'install.sh')).text).toBe('');
    }
    for (const { root } of machines.filter(({ units }) => units.some((u) => /page/.test(u)))) {
      for (const name of ['page', 'volume']) {
        expect(said('sh', '-n', join(root, 'usr/local/lib/dawr', name)).text).toBe('');
      }
    }
  });

  test('udev, where it can say so (from systemd 254)', () => {
    const version = Number(execFileSync('udevadm', ['--version'], { encoding: 'utf8' }));
    for (const { root } of version < 254 ? [] : machines) {
      const { text, status } = said('udevadm', 'verify', join(root, 'etc/udev/rules.d'));
      expect(status, text).toBe(0);
    }
  });
});
