import { chromium, type Browser, type BrowserContext } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HOUR_MS } from '../../core/time.js';
import { AUTOPLAY, FLAGS, headlessPath } from '../chromium.js';
import { Outage, until } from './outage.js';
import { see } from './see.js';
import { acts } from './acts.js';

let centre: Outage;
let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  centre = await Outage.begin();
  centre.at += HOUR_MS;
  await centre.startAgent();
  await centre.stocked();
  browser = await chromium.launch({ executablePath: headlessPath(), args: [...FLAGS, AUTOPLAY] });
  context = await browser.newContext({ viewport: { width: 1080, height: 1920 } });
  await context.addCookies([
    { name: 'dawr-k1', value: centre.kioskToken, url: `http://127.0.0.1:${centre.port}` },
  ]);
});
afterAll(async () => {
  await browser.close();
  await centre.end();
});

test('a kiosk whose browser keeps no page says so to the manager', async () => {
  const refusing = await browser.newContext();
  await refusing.addCookies(await context.cookies());
  const kiosk = await refusing.newPage();
  // As a browser does that has no trust in the server's certificate.
  await kiosk.addInitScript(() => {
    navigator.serviceWorker.register = () => Promise.reject(new DOMException('', 'SecurityError'));
  });
  await kiosk.goto(`http://127.0.0.1:${centre.port}/kiosk/k1/`);
  const { live } = centre.running!.centre;
  await see.poll(() => live.troubles('k1')).toEqual([{ kind: 'page', fault: 'unkept' }]);
  await refusing.close();
});

test('a kiosk goes on without its server, also after a reload, and its tickets enter', async () => {
  const kiosk = await context.newPage();
  await kiosk.goto(`http://127.0.0.1:${centre.port}/kiosk/k1/`);
  await see(kiosk.getByTestId('welcome')).toBeVisible();
  await acts.take(kiosk);
  const keptPage = (): Promise<boolean> =>
    kiosk.evaluate(async () => (await caches.match(location.pathname)) !== undefined);
  await see.poll(keptPage).toBe(true);
  await centre.stopServer();
  await see(kiosk.getByTestId('away')).toBeVisible({ timeout: 20_000 });
  const first = await acts.take(kiosk);
  await kiosk.reload();
  await see(kiosk.getByTestId('away')).toBeVisible({ timeout: 20_000 });
  const second = await acts.take(kiosk);
  expect(second).not.toBe(first);
  await centre.startServer();
  await see(kiosk.getByTestId('away')).toHaveCount(0);
  await until(() => centre.logged('ticket.issued').length === 3, 'both tickets in the log');
  const leased = centre.logged('ticket.issued').filter(({ leaseId }) => leaseId !== undefined);
  expect(leased.map(({ number }) => number)).toEqual([900, 901]);
  await until(() => centre.logged('ticket.printed').length === 3, 'all papers told');
});
