import { X509Certificate } from 'node:crypto';
import { spawn } from 'node:child_process';
import { createServer as createHttp } from 'node:http';
import { createServer } from 'node:https';
import {
  createServer as createListener,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DAY_MS } from '../../core/time.js';
import { exitCodeOf } from '../../agent/doctor/finding.js';
import {
  certificateFindings,
  enrolmentFindings,
  machineFindings,
  serverFindings,
  type Patient,
} from '../../agent/doctor/machine.js';
import { FINDINGS } from '../../agent/doctor/words.js';
import { readMachine } from '../../agent/machine/settings.js';
import { programOf } from '../../node/place.js';
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
  answerMs: 2_000,
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

test('a desk at which nobody is signed in is neither away nor unapproved', async () => {
  const settings = readMachine(machine.places);
  const desk = { ...settings, page: { app: 'desk', id: 'desk-1' } };
  const found = await enrolmentFindings(patient({ machine: desk }));
  expect(codesOf(found)).toEqual(['enrolment.ok', 'page.unsigned']);
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

/** Something that listens in place of the server, for as long as it is asked. */
const instead = async (listener: Server, ask: (port: number) => Promise<void>): Promise<void> => {
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  try {
    await ask((listener.address() as AddressInfo).port);
  } finally {
    await new Promise((closed) => listener.close(closed));
  }
};

test('a host that takes the call and says nothing is away, whatever its certificate', async () => {
  const held = new Set<Socket>();
  const mute = createListener((socket) => held.add(socket.on('error', () => undefined)));
  await instead(mute, async (port) => {
    const asked = patient({ server: `https://127.0.0.1:${port}`, answerMs: 100 });
    expect(codesOf(await serverFindings(asked))).toEqual(['server.away']);
    expect(await certificateFindings(asked)).toEqual([]);
    for (const socket of held) socket.destroy();
  });
});

test('a server that names no time leaves the clock untested', async () => {
  const timeless = createHttp((_, answer) => {
    answer.sendDate = false;
    answer.end();
  });
  await instead(timeless, async (port) => {
    const found = await serverFindings(patient({ server: `http://127.0.0.1:${port}` }));
    expect(codesOf(found)).toEqual(['server.ok', 'clock.unknown']);
    expect(exitCodeOf(found)).toBe(3);
  });
});

test.each([
  [403, 'enrolment.ended'],
  [503, 'enrolment.unknown'],
  [200, 'enrolment.unknown'],
])('an enrolment of which the server says %i', async (status, code) => {
  const strange = createHttp((request, answer) => {
    request.resume();
    answer.writeHead(status).end('4030');
  });
  await instead(strange, async (port) => {
    const own = { ...readMachine(machine.places), server: `http://127.0.0.1:${port}` };
    expect(codesOf(await enrolmentFindings(patient({ machine: own })))).toEqual([code]);
  });
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
  const now = ends - 20 * DAY_MS;
  expect(await ask({ machine: trusting, now })).toEqual(['certificate.soon']);
  listener.closeAllConnections();
  await new Promise((closed) => listener.close(closed));
});

const ask = (...options: string[]) =>
  new Promise<{ code: number | null; said: string; complained: string }>((resolve) => {
    const program = programOf('agent/doctor/main.js');
    const child = spawn(process.execPath, [program, '--root', machine.root, ...options], {
      env: {
        ...process.env,
        PATH: [file('bin'), process.env['PATH']].join(delimiter),
        DAWR_ROOT: machine.root,
      },
    });
    let [said, complained] = ['', ''];
    child.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()));
    child.stderr.on('data', (bytes: Buffer) => (complained += bytes.toString()));
    child.once('close', (code) => resolve({ code, said, complained }));
  });

/** Programs start slowly on a machine under load. */
const RUNS = { timeout: 60_000 };

test('the program says it all in words or for programs, and by its exit code', RUNS, async () => {
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

test('an option that it does not have is named, and what it advises it has', RUNS, async () => {
  const misused = await ask('--device', 'a1');
  expect(misused.code).toBe(2);
  expect(misused.complained).toMatch(/^Unknown option '--device'/);
  expect(misused.complained).not.toContain('    at ');
  const options = (await ask('--help')).said.match(/--[a-z]+/g);
  for (const code of ['settings.missing', 'printer.dumb'] as const) {
    for (const [, fix] of [FINDINGS[code].en, FINDINGS[code].ar]) {
      const named = fix.match(/--[a-z]+/g);
      expect(named, fix).not.toBeNull();
      expect(options).toEqual(expect.arrayContaining(named ?? []));
    }
  }
});
