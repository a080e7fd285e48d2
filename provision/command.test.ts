import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { programOf } from '../node/place.js';

const folder = mkdtempSync(join(tmpdir(), 'dawr-command-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'a-file');
writeFileSync(file, '');
mkdirSync(join(folder, 'full'));
writeFileSync(join(folder, 'full', 'x'), '');

/** What a person sees who types this. */
const typed = (program: string, ...args: string[]): { code: number | null; said: string } => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [programOf(program), ...args], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { code: status, said: stdout + stderr };
};

const PROVISION = 'provision/main.js';
const RELEASE = 'provision/release.js';
const DOCTOR = 'agent/doctor/main.js';
const AGENT = ['--server', 'http://127.0.0.1:9', '--device', 'a1'];
const ONE = ['--centre', 'demo', '--device', 'kiosk-1'];

test.each([
  [PROVISION, [], 'Missing: --centre and --device and --out'],
  [PROVISION, ONE, 'Missing: --out'],
  [PROVISION, ['--centre'], "Option '--centre <value>' argument missing"],
  [PROVISION, [...ONE, '--out', 'x', '--bogus'], "Unknown option '--bogus'"],
  [PROVISION, ['--centre', 'no', '--device', 'x', '--out', 'x'], '--centre takes demo or example'],
  [PROVISION, ['--centre', 'demo', '--device', 'x', '--out', 'x'], 'it has board-first, board-gro'],
  [PROVISION, [...ONE, '--out', file], `${file} is a file, or lies below one: name a folder`],
  [PROVISION, [...ONE, '--out', join(folder, 'full')], 'is not empty: name another folder'],
  [PROVISION, [...ONE, '--out', '/proc/a/b'], '/proc keeps no folders; name another place'],
  [PROVISION, [...ONE, '--out', 'x', '--key', file], 'write the public half of the key there'],
  [RELEASE, ['--centre', 'demo'], 'Missing: --out'],
  [RELEASE, ['--centre', 'demo', '--out', 'x', '--arch', 'i386'], 'amd64 or arm64, not i386'],
  [RELEASE, ['--centre', 'demo', '--out', '/proc/a'], '/proc keeps no folders; name another place'],
  [RELEASE, ['--centre', 'demo', '--out', file], `lies below one: name a folder`],
  [RELEASE, ['--new-key', file], `${file} is there already: name another one`],
  [RELEASE, ['--new-key', join(folder, 'no', 'key')], 'make the folder first'],
  [DOCTOR, ['--server', 'somewhere'], '--server somewhere is no address of a server'],
  [DOCTOR, ['--root', folder], 'This is no provisioned machine: give --server'],
  [DOCTOR, ['--server', 'http://127.0.0.1:9', '--lang', 'fr'], '--lang is ar or en, not fr'],
])('%s %j says what is wrong', (program, args, words) => {
  const { code, said } = typed(program, ...args);
  expect(said).toContain(words);
  expect(said).not.toMatch(/\n {4}at /);
  expect(code).toBe(2);
  expect(readdirSync(folder).sort()).toEqual(['a-file', 'full']);
});

/** Every program that a person starts. */
const PROGRAMS = [
  ...['server/main.js', 'server/voice/main.js', PROVISION, RELEASE, DOCTOR],
  ...['agent/main.js', 'agent/machine/main.js'],
  ...['tests/hall/main.js', 'tests/replay/main.js', 'tests/bench/main.js'],
  ...['tests/play/main.js', 'tests/fleet/main.js', 'tests/fleet/bench.js', 'upstream/main.js'],
];

test.each(PROGRAMS)('%s tells what it takes, and what it does not', (program) => {
  const help = spawnSync(process.execPath, [programOf(program), '--help'], { encoding: 'utf8' });
  expect([help.status, help.stderr]).toEqual([0, '']);
  expect(help.stdout).toMatch(/npm (start|run)|node build|systemd/);
  const { code, said } = typed(program, '--bogus');
  expect(said).toContain("Unknown option '--bogus'");
  expect(said).not.toMatch(/\n {4}at /);
  expect(code).toBe(2);
});

test.each([
  ['tests/replay/main.js', [], 2, 'Say which log: --data'],
  ['tests/replay/main.js', ['--data', join(folder, 'no')], 1, `there is no ${folder}`],
  ['agent/main.js', ['--device', 'a1'], 2, 'Give --server'],
  ['tests/play/main.js', ['--seed', 'x'], 2, '--seed x is no whole number'],
  ['tests/bench/main.js', ['--only', 'no'], 2, 'there is no section no'],
  ['agent/main.js', [...AGENT, '--data', '/proc/a/b'], 1, '/proc keeps no folders'],
  ['server/main.js', ['--port', '0', '--data', '/proc/a/b'], 1, 'name a folder that this user'],
])('%s %j is answered by a sentence', (program, args, code, words) => {
  const answer = typed(program, ...args);
  expect(answer.said).toContain(words);
  expect(answer.said).not.toMatch(/\n {4}at /);
  expect(answer.code).toBe(code);
});
