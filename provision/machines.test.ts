import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Site } from '../tests/machines/site.js';
import { renderBundle } from './bundle.js';
import { hostOf } from './cloud.js';

const bundleOf = async (name: string, edit: (site: Site) => void = () => undefined) => {
  using site = new Site();
  edit(site);
  const bundle = renderBundle(await site.place(name), null);
  return (path: string): string => bundle.get(path)?.text ?? '';
};

describe('technicians come in', () => {
  const ways = async (edit?: (site: Site) => void) => {
    const text = await bundleOf('kiosk-1', edit);
    const config = JSON.parse(text('user-data').replace('#cloud-config\n', '')) as {
      readonly users: readonly { readonly name: string }[];
      readonly packages: readonly string[];
    };
    return {
      user: config.users.map(({ name }) => name),
      package: config.packages.includes('openssh-server'),
      byHand: text('README.md').includes(' openssh-server '),
      rule: text('root/etc/nftables.conf').includes('tcp dport 22 accept'),
      server: text('root/etc/ssh/sshd_config.d/dawr.conf').includes('AllowUsers technician'),
      installer: text('install.sh').includes('NOPASSWD'),
    };
  };

  test('by their keys, however the machine is set up', async () => {
    expect(await ways()).toEqual({
      ...{ user: ['technician'], package: true, byHand: true, rule: true, server: true },
      installer: true,
    });
    const text = await bundleOf('kiosk-1');
    expect(text('install.sh')).toMatch(/^ssh-ed25519 \S+ technician@example$/m);
  });

  test('not at all without keys: no user but a locked root, no server, no rule', async () => {
    const none = (site: Site): void =>
      site.edit('site.json', (file) => (file['technicians'] = { networks: [], keys: [] }));
    expect(await ways(none)).toEqual({
      ...{ user: ['root'], package: false, byHand: false, rule: false, server: false },
      installer: false,
    });
  });
});

test('long names of machines of a long centre stay apart, as names of hosts', async () => {
  using site = new Site();
  const id = 'c'.repeat(40);
  site.edit('centre.json', (file) => ((file['centre'] as { id: string }).id = id));
  const place = await site.place('kiosk-1');
  const hosts = ['1', '2'].map((end) => hostOf({ ...place, name: `${'k'.repeat(39)}${end}` }));
  expect(new Set(hosts).size).toBe(2);
  for (const host of hosts) expect(host).toMatch(/^[a-z0-9-]{1,63}$/);
});

test('the first start waits for its network, and says so', async () => {
  const text = await bundleOf('kiosk-1');
  const { runcmd } = JSON.parse(text('user-data').replace('#cloud-config\n', '')) as {
    readonly runcmd: readonly (readonly string[])[];
  };
  const folder = mkdtempSync(join(tmpdir(), 'dawr-first-'));
  try {
    const program = (name: string, lines: string): void =>
      writeFileSync(join(folder, name), `#!/bin/sh\n${lines}\n`, { mode: 0o755 });
    program(
      'apt-get',
      `case "$*" in *update) touch ${folder}/net;; *) test -e ${folder}/net; esac`,
    );
    program('sleep', '');
    const [command = '', ...args] = runcmd[0] ?? [];
    const path = [folder, process.env['PATH']].join(delimiter);
    const { stdout, status } = spawnSync(command, args, { env: { PATH: path }, encoding: 'utf8' });
    expect([status, stdout]).toEqual([0, 'Dawr waits for the network\n']);
    expect(existsSync(join(folder, 'net'))).toBe(true);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

describe('on Windows', () => {
  const AUTHORITY = '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n';
  const script = async () => {
    const text = await bundleOf('desk-1', (site) => {
      site.write('own.pem', AUTHORITY);
      site.edit('site.json', (file) => (file['authority'] = 'own.pem'));
      site.edit('devices/desk-1.json', (file) => {
        const kiosk = { profile: 'virtual-80mm', link: { kind: 'virtual' } };
        file['agent'] = { id: 'a1', devices: { printers: { k1: kiosk, k2: kiosk } } };
      });
      site.remove('devices/kiosk-1.json');
    });
    return text('windows/install.ps1');
  };

  test('the whole folder is locked before anything is put there or believed', async () => {
    const lines = (await script()).split('\r\n');
    const at = (part: string): number => lines.findIndex((line) => line.includes(part));
    const locked = at('Set-Access $home_ /inheritance:r');
    expect(locked).toBeGreaterThan(0);
    for (const later of ['Copy-Item', 'Import-Certificate', 'Register-ScheduledTask']) {
      expect(at(later), later).toBeGreaterThan(locked);
    }
    expect(lines[locked]).toContain('${users}:(OI)(CI)RX');
    expect(lines[locked]).not.toMatch(/\{users\}:\S*[FMW]"/);
    expect(lines[at('Import-Certificate')]).toContain('"$PSScriptRoot\\authority.pem"');
  });

  test("the page runs for the page's account, with the rights of a user", async () => {
    const text = await script();
    const page = text.split('\r\n').find((line) => line.includes("'Dawr page'"));
    expect(page).toContain('-Principal $shown');
    expect(text).toMatch(/\$shown = .* -GroupId 'S-1-5-32-545' -RunLevel Limited/);
  });
});
