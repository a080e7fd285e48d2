import { spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KNOWN_POLICIES } from '../../provision/policy.js';
import { policyOf, type Place } from '../../provision/render.js';
import { FLAGS } from '../chromium.js';
import { ChromiumUnderPolicy, NoScreen, unknownTo } from '../machines/underpolicy.js';
import { Site } from '../machines/site.js';
import { Stage } from './stage.js';

let stage: Stage;
beforeAll(async () => (stage = await Stage.open()));
afterAll(() => stage.close());

/** A machine of the demo before this very server. */
const placeAt = async (url: string, name = 'kiosk-1'): Promise<Place> => {
  using site = new Site();
  site.edit('site.json', (file) => (file['server'] = url));
  return await site.place(name);
};

const underPolicy = async (
  policy: string | null,
  act: (browser: Browser) => Promise<void>,
): Promise<void> => {
  using under = new ChromiumUnderPolicy(policy);
  const browser = await chromium.launch({ executablePath: under.path, args: FLAGS });
  try {
    await act(browser);
  } finally {
    await browser.close();
  }
};

/** Each address is tried on a page of its own: one that was blocked may be gone. */
const blockedOr = async (browser: Browser, url: string): Promise<string> =>
  (await browser.newPage()).goto(url).then(
    () => 'opened',
    (error: Error) => /ERR_BLOCKED_BY_ADMINISTRATOR/.exec(error.message)?.[0] ?? error.message,
  );

test('the Chromium here knows every policy that is ever rendered', () => {
  const never = 'OverscrollHistoryNavigationEnabled';
  expect(unknownTo([...Object.keys(KNOWN_POLICIES), never])).toEqual([never]);
});

test('under the rendered policy the kiosk can be used, and nothing else be reached', async () => {
  const policy = policyOf(await placeAt(stage.url), true);
  const { port } = new URL(stage.url);
  await underPolicy(policy, async (browser) => {
    const page = await browser.newPage();
    await page.goto(`${stage.url}/kiosk/k1/`);
    await page.getByTestId('welcome').waitFor();
    for (const url of [
      `http://127.0.0.1:${Number(port) + 1}/`,
      `https://127.0.0.1:${port}/`,
      `http://localhost:${port}/kiosk/k1/`,
      'https://example.org/',
      'file:///etc/passwd',
      'chrome://version',
      'chrome://policy',
      'chrome-untrusted://print/',
      'devtools://devtools/bundled/inspector.html',
      `view-source:${stage.url}/kiosk/k1/`,
      'data:text/html,x',
    ]) {
      expect(await blockedOr(browser, url), url).toBe('ERR_BLOCKED_BY_ADMINISTRATOR');
    }
  });
  await underPolicy(null, async (browser) => {
    expect(await blockedOr(browser, 'chrome://version')).toBe('opened');
  });
});

/** Dark, so that whatever the browser lays over it can be counted. */
const GROUND = [32, 64, 96] as const;
const words = 'أهلًا بكم في المركز التكنولوجي لخدمة المواطنين. خذ تذكرة وانتظر دورك. '.repeat(12);
const arabicPage = (): Promise<Server> =>
  new Promise((resolve) => {
    const style = `background:rgb(${GROUND.join()});color:rgb(120,120,120);padding:10rem 2rem`;
    const html = `<!doctype html><html lang="ar" dir="rtl"><meta charset="utf-8"><title>دور</title>
      <body style="${style}">${words}<div style="height:200vh"></div></body></html>`;
    const server = createServer((_, response) => {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(html);
    });
    server.listen(0, '127.0.0.1', () => resolve(server));
  });

const TOP_ROWS = 200;
const BUBBLE_PIXELS_MIN = 2_000;
const LOOK_MS = 200;

/**
 * Shows a page on a screen that is nowhere, as a kiosk in English does. Gives how long it took
 * until a bubble lay over it, or `undefined` if there was none for `limitMs` after the page was
 * painted.
 */
const bubbleAfter = async (policy: string | null, url: string, limitMs: number) => {
  using under = new ChromiumUnderPolicy(policy);
  const screen = await NoScreen.open(1280, 720);
  const profile = mkdtempSync(join(tmpdir(), 'dawr-profile-'));
  const flags = ['--no-sandbox', '--kiosk', '--no-first-run', '--lang=en-US', '--disable-gpu'];
  const browser = spawn(under.path, [...flags, `--user-data-dir=${profile}`, url], {
    stdio: 'ignore',
    detached: true,
    env: { ...process.env, DISPLAY: screen.display, LANGUAGE: 'en' },
  });
  const gone = new Promise((resolve) => browser.once('exit', resolve));
  try {
    let painted: number | undefined;
    const started = performance.now();
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      const now = performance.now();
      if (painted === undefined && screen.isPainted(GROUND)) painted = now;
      if (painted === undefined && now - started > 40_000) throw new Error('no page was painted');
      if (painted === undefined) continue;
      if (screen.whiteAbove(TOP_ROWS) >= BUBBLE_PIXELS_MIN) return now - painted;
      if (now - painted > limitMs) return undefined;
    }
  } finally {
    process.kill(-browser.pid!, 'SIGKILL');
    await gone;
    await screen.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
};

test('no offer to translate lies over an Arabic page, as one does without the policy', async () => {
  const server = await arabicPage();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const without = await bubbleAfter(null, url, 15_000);
    expect(without).toBeDefined();
    const policy = policyOf(await placeAt(url));
    expect(await bubbleAfter(policy, url, Math.max(5_000, 3 * (without ?? 0)))).toBeUndefined();
  } finally {
    server.close();
  }
});
