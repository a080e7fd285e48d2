import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser } from '@playwright/test';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { policyOf } from '../../provision/render.js';
import { demoSettings } from '../../server/demo.js';
import { enrolOwn } from '../../server/http/enrol.js';
import { programOf } from '../../node/place.js';
import { run, type Running } from '../../server/run.js';
import { FLAGS } from '../chromium.js';
import { LOCALHOST } from '../fixtures/tls.js';
import { Site } from '../machines/site.js';
import { ChromiumUnderPolicy } from '../machines/underpolicy.js';
import { freePort } from '../port.js';
import { acts } from './acts.js';
import { see } from './see.js';

// A kiosk's machine of a centre with an authority of its own, which only the machine knows.
const root = mkdtempSync(join(tmpdir(), 'dawr-secure-kiosk-'));
const authority = join(root, 'authority.pem');
const key = join(root, 'key.pem');

let port: number;
let url: string;
let server: Running | undefined;
let agent: ChildProcess;

const startServer = async (): Promise<Running> => {
  const demo = await demoSettings({ data: join(root, 'server'), port, phonePort: 0 });
  return run({
    settings: {
      ...demo,
      server: { ...demo.server, phonePort: null, tls: { cert: authority, key } },
    },
    journal: pino({ level: 'silent' }),
    onFatal: (error) => {
      throw error;
    },
  });
};

/** The policy of the centre's first kiosk, with the server and the authority of this test. */
const kioskPolicy = async (): Promise<string> => {
  using site = new Site();
  site.write('authority.pem', LOCALHOST.cert);
  site.edit('site.json', (file) => {
    Object.assign(file, { server: url, authority: 'authority.pem' });
  });
  return policyOf(await site.place('kiosk-1'), true);
};

beforeAll(async () => {
  writeFileSync(authority, LOCALHOST.cert);
  writeFileSync(key, LOCALHOST.key);
  port = await freePort();
  url = `https://localhost:${port}`;
  server = await startServer();
  const token = await enrolOwn(server.centre, 'a1', 'agent');
  const args = ['--server', url, '--device', 'a1', '--data', join(root, 'agent')];
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: authority, DAWR_DEVICE_TOKEN: token };
  agent = spawn(process.execPath, [programOf('agent/main.js'), ...args], { env, stdio: 'ignore' });
});
afterAll(async () => {
  agent.kill();
  await server?.stop();
  rmSync(root, { recursive: true });
});

const opened = async (browser: Browser) => {
  const context = await browser.newContext({ viewport: { width: 1080, height: 1920 } });
  const value = await enrolOwn(server!.centre, 'k1', 'kiosk');
  await context.addCookies([{ name: '__Host-dawr-k1', value, url, secure: true }]);
  const page = await context.newPage();
  await page.goto(`${url}/kiosk/k1/`);
  return page;
};

test('under its authority a kiosk is kept, and goes on without its server', async () => {
  using under = new ChromiumUnderPolicy(await kioskPolicy());
  const browser = await chromium.launch({ executablePath: under.path, args: FLAGS });
  try {
    const kiosk = await opened(browser);
    await see(kiosk.getByTestId('welcome')).toBeVisible();
    await acts.take(kiosk);
    const isKept = (): Promise<boolean> =>
      kiosk.evaluate(async () => (await caches.match(location.pathname)) !== undefined);
    await see.poll(isKept).toBe(true);
    await server!.stop();
    server = undefined;
    await see(kiosk.getByTestId('away')).toBeVisible();
    await acts.take(kiosk);
    await kiosk.reload();
    await see(kiosk.getByTestId('away')).toBeVisible();
    await acts.take(kiosk);
    server = await startServer();
    await see(kiosk.getByTestId('away')).toHaveCount(0);
  } finally {
    await browser.close();
  }
});

test('a browser that does not know the authority opens no page of the centre', async () => {
  using under = new ChromiumUnderPolicy(null);
  const browser = await chromium.launch({ executablePath: under.path, args: FLAGS });
  try {
    await expect((await browser.newPage()).goto(url)).rejects.toThrow('ERR_CERT_AUTHORITY_INVALID');
  } finally {
    await browser.close();
  }
});
