import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Site } from '../tests/machines/site.js';
import { renderBundle } from './bundle.js';

/** What the rendered units start; none of it need be installed where this is tested. */
const PROGRAMS = [
  ...['/usr/bin/node', '/usr/bin/cage', '/usr/bin/systemctl'],
  '/usr/lib/apt/apt.systemd.daily',
];
const UNIT_FOLDERS = ['/lib/systemd/system', '/usr/lib/systemd/system'];

interface Machine {
  readonly name: string;
  readonly root: string;
  /** What is started, and what only changes a unit of Debian's. */
  readonly units: readonly string[];
  readonly dropIns: readonly string[];
}

const scratch = mkdtempSync(join(tmpdir(), 'dawr-systems-'));
let machines: Machine[] = [];

/**
 * Every Debian machine of both centres, and those of one that lets no technician in, as a root
 * folder with the system's own units beside.
 */
beforeAll(async () => {
  for (const id of ['demo', 'example', 'closed']) {
    using site = new Site(id === 'closed' ? 'example' : id);
    if (id === 'closed') {
      site.edit('site.json', (file) => (file['technicians'] = { networks: [], keys: [] }));
    }
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
      cpSync(
        UNIT_FOLDERS.find((path) => existsSync(path)) ?? '',
        join(root, 'usr/lib/systemd/system'),
        {
          recursive: true,
          verbatimSymlinks: true,
        },
      );
      symlinkSync('usr/lib', join(root, 'lib'));
      const below = [...renderBundle(place, null).keys()].flatMap(
        (path) => /^root(\/etc\/systemd\/system\/.*)$/.exec(path)?.[1] ?? [],
      );
      const isDropIn = (path: string): boolean => path.endsWith('.conf');
      const units = below.filter((path) => !isDropIn(path));
      machines.push({ name: `${id}/${place.name}`, root, units, dropIns: below.filter(isDropIn) });
    }
  }
});
afterAll(() => {
  machines = [];
  rmSync(scratch, { recursive: true });
});

/** What a program says, on both channels; a program that is not there fails the test by name. */
const said = (program: string, ...args: string[]): { text: string; status: number | null } => {
  const { error, stdout, stderr, status } = spawnSync(program, args, { encoding: 'utf8' });
  if (error !== undefined) throw new Error(`${program} is needed for this test`, { cause: error });
  return { text: `${stdout}${stderr}`.trim(), status };
};

/**
 * How exposed each unit may be at most, in tenths, by `systemd-analyze security`. The page must
 * have devices, namespaces and a folder of its user; the update writes where root does.
 */
const EXPOSURE_MAX: Readonly<Record<string, number>> = {
  ...{ 'dawr-agent': 35, 'dawr-server': 32, 'dawr-page': 48 },
  ...{ 'dawr-health': 25, 'dawr-update': 29, 'dawr-resume': 16 },
};

/** Programs of the system start slowly on a machine under load. */
const RUNS = { timeout: 60_000 };

describe('what a machine is rendered with is right for', RUNS, () => {
  test('systemd: not a word on any unit, and a bad key is a word', () => {
    for (const { name, root, units, dropIns } of machines) {
      const changed = dropIns.map((path) => basename(dirname(path), '.d'));
      const all = [...units, ...changed];
      const { text } = said('systemd-analyze', 'verify', `--root=${root}`, '--man=no', ...all);
      expect(text, `${name}: ${all.join(' ')}`).toBe('');
    }
    const { root } = machines[0]!;
    const bad = '/etc/systemd/system/dawr-bad.service';
    writeFileSync(join(root, bad), '[Service]\nExecStart=/usr/bin/node\nRestrat=always\n');
    const { text, status } = said('systemd-analyze', 'verify', `--root=${root}`, '--man=no', bad);
    expect(text).toContain('Restrat');
    expect(status).toBe(0);
    rmSync(join(root, bad));
  });

  test('systemd: every program is shut in, each by what it can do without', () => {
    const seen = new Set<string>();
    for (const { root, units } of machines) {
      for (const unit of units.filter((one) => one.endsWith('.service'))) {
        const name = basename(unit, '.service');
        const exposure = EXPOSURE_MAX[name];
        expect(exposure, `${name} has a bound`).toBeDefined();
        const limit = ['--offline=yes', `--threshold=${exposure}`, `--root=${root}`];
        const { text, status } = said('systemd-analyze', 'security', ...limit, unit);
        expect(status, text).toBe(0);
        seen.add(name);
      }
    }
    expect([...seen].sort()).toEqual(Object.keys(EXPOSURE_MAX).sort());
  });

  test('systemd: the calendars of all timers, with their zone and in the hour of the site', () => {
    const calendars = new Set<string>();
    for (const { name, root, units, dropIns } of machines) {
      const timers = [...units.filter((unit) => unit.endsWith('.timer')), ...dropIns];
      const text = timers.map((unit) => readFileSync(join(root, unit), 'utf8')).join('');
      const own = [...text.matchAll(/^OnCalendar=(.+)$/gm)].map(([, calendar = '']) => calendar);
      expect(own.length, name).toBeGreaterThanOrEqual(dropIns.length);
      expect(dropIns, name).toHaveLength(2);
      for (const calendar of own) calendars.add(calendar);
    }
    expect([...calendars].sort()).toEqual(['*-*-* 03:30:00 Africa/Cairo']);
    for (const calendar of calendars) {
      const { text, status } = said('systemd-analyze', 'calendar', calendar);
      expect(status, text).toBe(0);
    }
  });

  test('apt, where it is: security alone, no Chromium, and a restart off the hours', () => {
    for (const { root } of existsSync('/usr/bin/apt-config') ? machines : []) {
      const file = join(root, 'etc/apt/apt.conf.d/52dawr');
      const { text, status } = said('apt-config', `--config-file=${file}`, 'dump');
      expect(status, text).toBe(0);
      const of = (key: string): string[] =>
        [...text.matchAll(new RegExp(`^${key}(?:::)? "(.*)";$`, 'gm'))].map(([, it = '']) => it);
      const origins = of('Unattended-Upgrade::Origins-Pattern').filter((one) => one !== '');
      expect(origins).toHaveLength(2);
      for (const origin of origins) expect(origin).toMatch(/label=Debian-Security$/);
      expect(of('Unattended-Upgrade::Package-Blacklist')).toContain('^chromium');
      expect(of('Unattended-Upgrade::Automatic-Reboot-Time')).toEqual(['04:30']);
      expect(of('APT::Periodic::Unattended-Upgrade')).toEqual(['1']);
    }
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
