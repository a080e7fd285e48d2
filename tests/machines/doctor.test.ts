import { X509Certificate } from 'node:crypto';
import { spawn } from 'node:child_process';
import { createServer } from 'node:https';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  certificateFindings,
  enrolmentFindings,
  machineFindings,
  serverFindings,
  type Patient,
} from '../../agent/doctor/machine.js';
import { readMachine } from '../../agent/machine/settings.js';
import { programOf } from '../../server/place.js';
import { LOCALHOST } from '../fixtures/tls.js';
import { Updating } from './updating.js';

let machine: Updating;
beforeEach(async () => (machine = await Updating.open()));
afterEach(() => machine.close());

const patient = (changes: Partial<Patient> = {}): Patient => ({
  places: machine.places,
  machine: readMachine(machine.places),
  server: machine.doors.url,
  run: () => Promise.resolve('yes\n'),
  now: Date.now(),
  ...changes,
});
const codesOf = (found: readonly { readonly code: string }[]): string[] =>
  found.map(({ code }) => code);
const file = (path: string): string => join(machine.root, path);

test('a machine that is well', async () => {
  mkdirSync(file('/proc/asound'), { recursive: true });
  writeFileSync(file('/proc/asound/cards'), ' 0 [PCH            ]: HDA-Intel - HDA Intel PCH\n');
  expect(codesOf(await serverFindings(patient()))).toEqual(['server.ok', 'clock.ok']);
  expect(codesOf(await enrolmentFindings(patient()))).toEqual(['enrolment.ok', 'page.ok']);
  expect(codesOf(await machineFindings(patient()))).toEqual([
    ...['disk.ok', 'unit.ok', 'unit.ok', 'release.ok', 'policy.ok', 'sound.ok'],
  ]);
});

test('a server that is away, and a clock that is off', async () => {
  const far = await serverFindings(patient({ now: Date.now() + 90_000 }));
  expect(far[1]).toMatchObject({ code: 'clock.off', verdict: 'wrong' });
  const away = await serverFindings(patient({ server: 'http://127.0.0.1:1' }));
  expect(codesOf(away)).toEqual(['server.away']);
});

test('an agent that nobody approved, or that was revoked', async () => {
  machine.doors.centre.devices.revoke('a1');
  expect(codesOf(await enrolmentFindings(patient()))).toEqual(['enrolment.ended']);
  rmSync(join(machine.places.agent, 'cookie'));
  expect(codesOf(await enrolmentFindings(patient()))).toEqual(['enrolment.missing']);
});

test('units that do not run, files that were changed, no policy and no sound', async () => {
  writeFileSync(file('/etc/nftables.conf'), 'flush ruleset\n');
  rmSync(file('/etc/chromium/policies/managed/dawr.json'));
  const run = (command: string): Promise<string> =>
    command === 'systemctl' ? Promise.reject(new Error('inactive')) : Promise.resolve('no\n');
  const found = await machineFindings(patient({ run }));
  expect(codesOf(found)).toEqual([
    ...['disk.ok', 'clock.unsynced', 'unit.away', 'unit.away'],
    ...['release.changed', 'policy.missing', 'sound.missing'],
  ]);
  expect(found.find(({ code }) => code === 'release.changed')?.values).toMatchObject({ count: 2 });
});

test('a certificate that is not known here, then known, then nearly over', async () => {
  const listener = createServer(LOCALHOST);
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const server = `https://localhost:${(listener.address() as AddressInfo).port}`;
  const ask = async (changes: Partial<Patient>): Promise<string[]> =>
    codesOf(await certificateFindings(patient({ server, ...changes })));
  expect(await ask({})).toEqual(['certificate.untrusted']);
  expect(await serverFindings(patient({ server }))).toEqual([]);
  const authority = file('authority.pem');
  writeFileSync(authority, LOCALHOST.cert);
  const trusting = { ...readMachine(machine.places), authority };
  expect(await ask({ machine: trusting })).toEqual(['certificate.ok']);
  const ends = Date.parse(new X509Certificate(LOCALHOST.cert).validTo);
  const now = ends - 20 * 86_400_000;
  expect(await ask({ machine: trusting, now })).toEqual(['certificate.soon']);
  listener.closeAllConnections();
  await new Promise((closed) => listener.close(closed));
});

test('the program says it all in words or for programs, and by its exit code', async () => {
  const ask = (...options: string[]) =>
    new Promise<{ code: number | null; said: string }>((resolve) => {
      const program = programOf('agent/doctor/main.js');
      const child = spawn(process.execPath, [program, '--root', machine.root, ...options], {
        env: {
          ...process.env,
          PATH: [file('bin'), process.env['PATH']].join(delimiter),
          DAWR_ROOT: machine.root,
        },
      });
      let said = '';
      child.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()));
      child.once('close', (code) => resolve({ code, said }));
    });
  const arabic = await ask('--lang', 'ar');
  expect(arabic.code).toBe(1);
  expect(arabic.said).toContain('✗ /dev/dawr/printer غير موجود\n    → وصّل الجهاز بمنفذه وشغّله');
  const lines = (await ask('--json')).said.trim().split('\n');
  const found = lines.map((line) => JSON.parse(line) as { code: string; verdict: string });
  expect(found).toContainEqual({
    ...{ verdict: 'wrong', code: 'path.missing', values: { path: '/dev/dawr/printer' } },
  });
  writeFileSync(file('/etc/dawr/devices.json'), '{}');
  expect((await ask()).said).toContain('The file of devices cannot be used');
});
