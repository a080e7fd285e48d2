import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { renderBundle } from '../../provision/bundle.js';
import { signer, type Sign } from '../../provision/keys.js';
import { makeRoom, nextNumber, seal, stageMachines } from '../../provision/pack.js';
import { quoted } from '../../provision/template.js';
import { PROJECT } from '../../node/place.js';
import { Site } from './site.js';
import { mountWay } from './underpolicy.js';

const NAME = 'kiosk-1';
const CENTRE = 'ismailia-third';
const NUMBER = 202_601_010_001;
/** What of the machine the script writes to; each is a folder of the test's own. */
const WRITTEN = ['etc', 'opt', 'run', 'var/lib', 'usr/local'];
const SYSTEM = ['systemctl', 'systemd-sysusers', 'systemd-tmpfiles', 'udevadm'];

let folder: string;
let site: Site;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dawr-install-'));
  site = new Site();
  // A technician's key would make a user of the machine that tests.
  site.edit('site.json', (file) => (file['technicians'] = { networks: [], keys: [] }));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  site[Symbol.dispose]();
});

/** A release with the program's own part for machines. */
const staged = async (name: string): Promise<string> => {
  const stage = join(folder, name);
  mkdirSync(stage);
  for (const part of ['agent', 'core', 'node', 'package.json']) {
    const from = part.includes('.') ? join(PROJECT, part) : join(PROJECT, 'build', part);
    const to = part.includes('.') ? join(stage, part) : join(stage, 'build', part);
    cpSync(from, to, { recursive: true });
  }
  symlinkSync(join(PROJECT, 'node_modules'), join(stage, 'node_modules'));
  const place = await site.place(NAME);
  stageMachines(place.centre, stage, 'amd64');
  return stage;
};

const sealed = (
  stage: string,
  out: string,
  { sign = site.sign, centre = CENTRE }: { sign?: Sign; centre?: string } = {},
): string => {
  const of = { centre, number: NUMBER, version: '0.0.0', arch: 'amd64' } as const;
  seal(stage, join(folder, out), { ...of, sign });
  return join(folder, out, 'amd64');
};

/** Puts the bundle of a machine on a stick. */
const bundled = async (name: string, change = (text: string) => text): Promise<string> => {
  const stick = join(folder, name);
  for (const [path, { text, mode }] of renderBundle(await site.place(NAME), site.sign)) {
    const file = join(stick, path);
    mkdirSync(dirname(file), { recursive: true });
    const kept = path === 'install.sh' ? change(text) : text;
    writeFileSync(file, kept, { mode: Number.parseInt(mode, 8) });
  }
  return join(stick, 'install.sh');
};

const root = (...path: string[]): string => join(folder, 'root', ...path);

/** Runs the script as root of a machine whose written folders are the test's own. */
const installed = (script: string, release: string): { code: number | null; said: string } => {
  for (const path of WRITTEN) mkdirSync(root(path), { recursive: true });
  mkdirSync(root('bin'), { recursive: true });
  for (const name of SYSTEM) {
    const asked = `#!/bin/sh\necho "${name} $*" >> ${quoted(root('asked'))}\n`;
    writeFileSync(root('bin', name), asked, { mode: 0o755 });
  }
  const binds = WRITTEN.map((path) => `mount --bind ${quoted(root(path))} /${path}`);
  const line = [...binds, `exec sh ${quoted(script)} ${quoted(release)}`].join(' && ');
  const node = dirname(process.execPath);
  const path = [root('bin'), node, process.env['PATH']].join(delimiter);
  const [unshare = '', ...way] = mountWay();
  const { status, stdout, stderr, error } = spawnSync(unshare, [...way, 'sh', '-c', line], {
    ...{ encoding: 'utf8', env: { PATH: path } },
  });
  if (error !== undefined) throw error;
  return { code: status, said: stdout + stderr };
};

test('puts a release on an empty machine, and does so again without harm', async () => {
  const release = sealed(await staged('stage'), 'releases');
  const script = await bundled('stick');
  for (const time of ['first', 'again']) {
    const { code, said } = installed(script, release);
    expect([code, said], time).toEqual([0, expect.stringContaining(`${NAME} is set up: reboot.`)]);
    expect(readlinkSync(root('opt/dawr/current'))).toBe(`releases/${NUMBER}`);
  }
  const rendered = join(dirname(script), 'root', 'etc', 'nftables.conf');
  expect(readFileSync(root('etc/nftables.conf'))).toEqual(readFileSync(rendered));
  expect(statSync(root('usr/local/lib/dawr/page')).mode & 0o777).toBe(0o755);
  expect(readFileSync(root('asked'), 'utf8')).toContain('systemctl set-default');
});

test('refuses a release that is not whole, of another key, centre or processor', async () => {
  const stage = await staged('stage');
  const script = await bundled('stick');
  const spoilt = sealed(stage, 'spoilt');
  appendFileSync(join(spoilt, 'pack.tar.gz'), 'x');
  const strange = site.strange();
  const foreign = sealed(stage, 'foreign', {
    sign: signer(strange.file, strange.releaseKey),
  });
  const other = sealed(stage, 'other');
  const elsewhere = sealed(stage, 'elsewhere', { centre: `${CENTRE}-2` });
  const arm = await bundled('arm', (text) => text.replaceAll('amd64', 'arm64'));
  for (const [from, release, words] of [
    [script, spoilt, 'pack.tar.gz is not whole'],
    [script, foreign, 'not signed by the key of this centre'],
    [script, elsewhere, `The release is for ${CENTRE}-2, not ${CENTRE}`],
    [arm, other, 'The release is for amd64, not arm64'],
  ] as const) {
    const { code, said } = installed(from, release);
    expect([code, said]).toEqual([1, expect.stringContaining(words)]);
    expect(existsSync(root('opt/dawr/current'))).toBe(false);
  }
});

test('the same release packed twice has the same bytes, whenever and by whomever', async () => {
  const first = sealed(await staged('one'), 'first');
  const before = process.umask(0o077);
  try {
    const stage = await staged('two');
    utimesSync(join(stage, 'package.json'), 1, 1);
    const second = sealed(stage, 'second');
    for (const name of ['pack.tar.gz', 'manifest.json', 'manifest.sig']) {
      expect(readFileSync(join(second, name)).equals(readFileSync(join(first, name)))).toBe(true);
    }
  } finally {
    process.umask(before);
  }
});

test('a packing that broke off leaves the release before it', () => {
  const out = join(folder, 'releases');
  mkdirSync(join(out, 'amd64.old'), { recursive: true });
  mkdirSync(join(out, 'amd64.new'));
  writeFileSync(join(out, 'amd64.old', 'pack.tar.gz'), 'before');
  writeFileSync(join(out, 'amd64.new', 'pack.tar.gz'), 'half');
  makeRoom(out, 'amd64');
  expect(readFileSync(join(out, 'amd64', 'pack.tar.gz'), 'utf8')).toBe('before');
  expect(existsSync(join(out, 'amd64.old'))).toBe(false);
  expect(existsSync(join(out, 'amd64.new', 'pack.tar.gz'))).toBe(false);
});

test('a release has a higher number than the one before it, also in the same minute', () => {
  const at = Date.parse('2026-01-01T00:01:30Z');
  const out = join(folder, 'out');
  mkdirSync(join(folder, 'nothing'));
  const release = { centre: CENTRE, version: '0', arch: 'amd64', sign: null } as const;
  expect(nextNumber(out, 'amd64', at)).toBe(NUMBER);
  seal(join(folder, 'nothing'), out, { ...release, number: NUMBER });
  expect(nextNumber(out, 'amd64', at)).toBe(NUMBER + 1);
  expect(nextNumber(out, 'arm64', at)).toBe(NUMBER);
});

test('the scripts of every machine are sound to shellcheck', async () => {
  for (const place of await site.places()) {
    for (const sign of [site.sign, null]) {
      for (const [path, { text }] of renderBundle(place, sign)) {
        if (!text.startsWith('#!/bin/sh')) continue;
        const { stdout, error } = spawnSync('shellcheck', ['--shell=sh', '-'], {
          ...{ input: text, encoding: 'utf8' },
        });
        if (error !== undefined) throw new Error('no shellcheck: install the package "shellcheck"');
        expect(stdout, `${place.name} ${path}`).toBe('');
      }
    }
  }
});
