import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { MachineSettings } from '../../agent/machine/settings.js';
import { placesBelow } from '../../agent/machine/settings.js';
import type { KioskDoor } from '../../core/protocol/views.js';
import { demoSettings } from '../../server/demo.js';
import { enrolOwn } from '../../server/http/enrol.js';
import { programOf } from '../../node/place.js';
import { run, type Running } from '../../server/run.js';
import { LOCALHOST } from '../fixtures/tls.js';

/** All of a machine speaks with its server by TLS, under an authority of the centre's own. */

const root = mkdtempSync(join(tmpdir(), 'dawr-secure-'));
const places = placesBelow(root);
const authority = join(root, 'authority.pem');
const SOON = { timeout: 30_000, interval: 50 };

let server: Running;
let url: string;
let agent: ChildProcess;
let said = '';

/** As on a machine: Node reads the authority when it starts. */
const started = (program: string, args: readonly string[], trusts = true): ChildProcess => {
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
  const own = trusts ? { ...env, NODE_EXTRA_CA_CERTS: authority } : env;
  return spawn(process.execPath, [programOf(program), ...args], { env: own });
};

const ended = async (child: ChildProcess): Promise<{ code: number | null; said: string }> => {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (bytes: Buffer) => (output += bytes.toString()));
  }
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, said: output };
};

const settings = (): MachineSettings => ({
  ...{ schema: 1, name: 'kiosk-1', centre: 'demo', role: 'kiosk', os: 'debian-13', arch: 'amd64' },
  ...{ server: url, agent: 'a1', page: { app: 'kiosk', id: 'k1' }, runsServer: false },
  ...{ hasSound: false, usb: [], units: [], releaseKey: null, authority },
});

beforeAll(async () => {
  writeFileSync(authority, LOCALHOST.cert);
  const key = join(root, 'key.pem');
  writeFileSync(key, LOCALHOST.key);
  const demo = await demoSettings({ data: join(root, 'server'), port: 0, phonePort: 0 });
  const tls = { cert: authority, key };
  server = await run({
    settings: { ...demo, server: { ...demo.server, phonePort: null, tls } },
    journal: pino({ level: 'silent' }),
    onFatal: (error) => {
      throw error;
    },
  });
  url = `https://localhost:${new URL(server.url).port}`;
  mkdirSync(join(root, 'etc', 'dawr'), { recursive: true });
  writeFileSync(places.settings, JSON.stringify(settings()));
  const args = ['--server', url, '--device', 'a1', '--data', places.agent];
  agent = started('agent/main.js', args);
  agent.stderr?.on('data', (bytes: Buffer) => (said += bytes.toString()));
});

afterAll(async () => {
  agent.kill();
  await server.stop();
  rmSync(root, { recursive: true });
});

test('an agent is enrolled, and its cookie is bound to the server', async () => {
  const code = await vi.waitFor(() => {
    const shown = /with the code (\S+)/.exec(said)?.[1];
    expect(shown, said).toBeDefined();
    return shown!;
  }, SOON);
  const { centre } = server;
  const command = { type: 'enrolDevice', deviceId: 'a1', role: 'agent' } as const;
  await centre.log.askAsServer(command);
  centre.devices.approve(code, centre.clock.now());
  await vi.waitFor(() => expect(centre.live.isConnected('a1'), said).toBe(true), SOON);
  expect(readFileSync(join(places.agent, 'cookie'), 'utf8')).toMatch(/^__Host-dawr-a1=/);
  await vi.waitFor(() => expect(centre.live.printer('k1')?.state).toBe('ready'), SOON);
  const kept = ['configuration.json', join('offline', 'contact.json')];
  await vi.waitFor(
    () => expect(kept.filter((name) => !existsSync(join(places.agent, name)))).toEqual([]),
    SOON,
  );
  expect(said).not.toContain('cannot be');
});

test('the kiosk’s page is let in at the agent’s door, one by plain HTTP is not', async () => {
  const file = join(places.agent, 'door.json');
  await vi.waitFor(() => expect(existsSync(file)).toBe(true), SOON);
  const { port, token } = JSON.parse(readFileSync(file, 'utf8')) as KioskDoor;
  const asked = (origin: string): Promise<Response> =>
    fetch(`http://127.0.0.1:${port}/status?kiosk=k1`, {
      headers: { origin, 'x-dawr-door': token },
    });
  const own = await asked(url);
  expect([own.status, own.headers.get('access-control-allow-origin')]).toEqual([200, url]);
  expect((await asked(url.replace('https', 'http'))).status).toBe(403);
});

test('the kiosk’s page may speak with the door, and with the server by TLS alone', async () => {
  const cookie = await enrolOwn(server.centre, 'k1', 'kiosk');
  const headers = { cookie: `__Host-dawr-k1=${cookie}` };
  const csp = await new Promise<string>((resolve, reject) => {
    const asked = request(`${url}/kiosk/k1/`, { headers, ca: LOCALHOST.cert }, (response) => {
      response.resume();
      resolve(String(response.headers['content-security-policy']));
    });
    asked.on('error', reject).end();
  });
  expect(csp).toContain('http://127.0.0.1:*');
  expect(csp).toContain(`wss://localhost:${new URL(url).port}`);
});

test('the machine tells its server of itself', async () => {
  const { code, said: words } = await ended(
    started('agent/machine/main.js', ['health', '--root', root]),
  );
  expect([code, words]).toEqual([0, '']);
  expect(server.centre.machines.all().get('a1')).toMatchObject({ name: 'kiosk-1' });
});

test('the doctor finds the authority by itself, and says what is wrong without it', async () => {
  const args = ['--root', root, '--json'];
  const well = await ended(started('agent/doctor/main.js', args, false));
  const codes = (text: string): string[] =>
    text
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { readonly code: string }).code);
  expect(codes(well.said)).toEqual(
    expect.arrayContaining(['server.ok', 'certificate.ok', 'enrolment.ok']),
  );
  writeFileSync(places.settings, JSON.stringify({ ...settings(), authority: null }));
  const unwell = await ended(started('agent/doctor/main.js', args, false));
  expect(codes(unwell.said)).toContain('certificate.untrusted');
});

test('an agent that does not trust the server says so, and what to do', async () => {
  mkdirSync(join(root, 'other'));
  const data = join(root, 'other');
  const spoken = async (): Promise<string> => {
    const child = started(
      'agent/main.js',
      ['--server', url, '--device', 'a1', '--data', data],
      false,
    );
    let words = '';
    child.stderr?.on('data', (bytes: Buffer) => (words += bytes.toString()));
    await vi.waitFor(() => expect(words).toContain('NODE_EXTRA_CA_CERTS'), SOON);
    child.kill();
    return words;
  };
  expect(await spoken()).toContain('certificate');
  // One that is enrolled already opens a socket and nothing before.
  writeFileSync(join(data, 'cookie'), readFileSync(join(places.agent, 'cookie')));
  expect(await spoken()).toContain('certificate');
});

test('an agent that waits to be let in ends with whoever started it', async () => {
  const args = ['--server', url, '--device', 'a1', '--data', join(root, 'waiting')];
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: authority };
  const child = spawn(process.execPath, [programOf('agent/main.js'), ...args], {
    ...{ env, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] },
  });
  let words = '';
  child.stderr?.on('data', (bytes: Buffer) => (words += bytes.toString()));
  await vi.waitFor(() => expect(words).toContain('with the code'), SOON);
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.disconnect();
  expect(await gone).toBe(0);
});
