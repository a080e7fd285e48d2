import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page, type Route } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Configuration } from '../../core/configuration.js';
import type { Pack } from '../../core/voice/pack.js';
import { demoSettings } from '../../server/demo.js';
import { FLAGS, headlessPath } from '../chromium.js';
import { openDoors, type Doors } from '../fixtures/doors.js';
import { writeTonePack } from '../fixtures/voice.js';
import { see } from './see.js';

const folder = mkdtempSync(join(tmpdir(), 'dawr-aloud-'));
const voice = join(folder, 'pack');
let browser: Browser;
let doors: Doors;
let page: Page;
let pack: Pack;

/** Counts the clips that were set up to sound. */
const listen = (): void => {
  const counted = { clips: 0 };
  const { start } = AudioBufferSourceNode.prototype;
  AudioBufferSourceNode.prototype.start = function (when = 0) {
    counted.clips += 1;
    start.call(this, when);
  };
  Object.assign(window, { counted });
};

const clips = (): Promise<number> =>
  page.evaluate(() => (window as unknown as { counted: { clips: number } }).counted.clips);

const scripts = (): Promise<string[]> =>
  page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .flatMap(({ name }) => name.match(/\/[^/]*\.js$/) ?? []),
  );

beforeAll(async () => {
  const { configuration } = await demoSettings({ data: folder, port: 0, phonePort: 0 });
  pack = writeTonePack(voice, configuration);
  browser = await chromium.launch({ executablePath: headlessPath(), args: FLAGS });
  doors = await openDoors({ voice, staff: false });
  page = await (await browser.newContext({ viewport: { width: 1080, height: 1920 } })).newPage();
  await page.addInitScript(listen);
  await page.goto(`${doors.url}/kiosk/k1/`);
  await page.getByTestId('welcome').waitFor();
});
afterAll(async () => {
  await browser.close();
  await doors.close();
  rmSync(folder, { recursive: true });
});

test('the kiosk reads each page aloud once it is asked to, and not before', async () => {
  expect(await scripts()).toHaveLength(1);
  await page.getByTestId('bar-read').click();
  await see.poll(clips).toBeGreaterThan(3);
  expect(await scripts()).toHaveLength(2);
  const welcome = await clips();
  await page.locator('[data-service]').first().click();
  await page.getByTestId('take-ticket').waitFor();
  await see.poll(clips).toBeGreaterThan(welcome);
});

test('a finger held on a service hears its name and does not press it', async () => {
  await page.getByTestId('bar-start-over').click();
  const before = await clips();
  await page.getByTestId('bar-read').click();
  await see.poll(clips).toBeGreaterThan(before);
  const held = await clips();
  await page.locator('[data-service]').first().hover();
  await page.mouse.down();
  await see.poll(clips).toBe(held + 1);
  await page.mouse.up();
  await see(page.getByTestId('welcome')).toBeVisible();
});

/** The centre as it is, but for how long it lets a visitor think. */
const impatient = async (route: Route): Promise<void> => {
  const response = await route.fetch();
  const body = (await response.json()) as Configuration;
  const json = { ...body, centre: { ...body.centre, idleS: 10 } };
  await route.fulfill({ response, json });
};

test('the kiosk asks aloud whether somebody is there, and any touch is an answer', async () => {
  const context = await browser.newContext({ viewport: { width: 1080, height: 1920 } });
  page = await context.newPage();
  await page.route('**/configuration/*.json', impatient);
  await page.goto(`${doors.url}/kiosk/k1/`);
  const { sha256 } = pack.languages.ar!.clips['say-idle']!;
  const asked = page.waitForRequest((request) => request.url().includes(sha256));
  await page.getByTestId('bar-read').click();
  const dialog = page.getByTestId('idle');
  await see(dialog).toBeVisible({ timeout: 40_000 });
  await asked;
  await dialog.getByRole('timer').click();
  await see(dialog).toHaveCount(0);
  await see(page.getByTestId('bar-read')).toHaveAttribute('aria-pressed', 'true');
});
