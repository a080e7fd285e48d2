import { join } from 'node:path';
import { chromium, type Browser, type Page } from '@playwright/test';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { build, preview, type PreviewServer } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LANGUAGES } from '../../core/lists.js';
import { HOUR_MS } from '../../core/time.js';
import { PROJECT } from '../../node/place.js';
import { messages } from '../../web/messages/compile.js';
import { AUTOPLAY, FLAGS, headlessPath } from '../chromium.js';
import { scratch } from '../fixtures/log.js';
import { see } from './see.js';

/** Kinds of pages that a visitor meets, by the names of the kiosk's gallery. */
const STATES = [
  'welcome-basket',
  'welcome-paperless',
  'welcome-voiced',
  'sector-low',
  'search',
  'service',
  'service-large',
  'priority',
  'ticket-printed',
  'ticket-print-elsewhere',
  'offline',
];
const PORTRAIT = { width: 1080, height: 1920 };
const LANDSCAPE = { width: 1366, height: 768 };
/** 20 mm on a panel of 21 inches; WCAG 2.5.8 asks for 24. */
const TARGET_PX = 96;
const ROUNDING_PX = 1;
/** Cairo's tall signs stand out of tight lines by so much, in sight. */
const OVERHANG_PX = 6;
/** WCAG 1.4.12: what readers may set, and nothing is lost. */
const SPACING = `* {
  line-height: 1.5 !important;
  letter-spacing: 0.12em !important;
  word-spacing: 0.16em !important;
}`;

/** Galleries that are asked here. */
const APPS = ['kiosk', 'desk'];

const built = scratch();
let server: PreviewServer;
let browser: Browser;
let page: Page;
let galleries: string;

beforeAll(async () => {
  const input = APPS.map((app) => join(PROJECT, 'tests', 'gallery', app, 'index.html'));
  const outDir = built.path;
  const plain = { configFile: false, root: PROJECT, logLevel: 'error', publicDir: false } as const;
  const plugins = [messages, svelte()];
  await build({ ...plain, plugins, build: { outDir, minify: false, rolldownOptions: { input } } });
  server = await preview({ ...plain, build: { outDir }, preview: { port: 0 } });
  galleries = `${server.resolvedUrls?.local[0] ?? ''}tests/gallery/`;
  browser = await chromium.launch({ executablePath: headlessPath(), args: [...FLAGS, AUTOPLAY] });
  page = await browser.newPage({ reducedMotion: 'reduce' });
});
afterAll(async () => {
  await browser.close();
  await server.close();
  built.remove();
});

const show = async (state: string, language = 'ar', app = 'kiosk'): Promise<void> => {
  await page.setViewportSize(app === 'kiosk' ? PORTRAIT : LANDSCAPE);
  await page.goto(`${galleries}${app}/?state=${state}&language=${language}`);
  await page.locator('h1').first().waitFor();
  // Sizes hold once the fonts have come that a first layout asks for.
  await page.evaluate(() => document.body.offsetHeight > 0 && document.fonts.ready.then(Boolean));
};

/** Controls too small, cut off or beyond the screen, with sizes; a page just resized settles. */
const faulty = (): Promise<string[]> =>
  page.evaluate(
    ([target, rounding, overhang]) =>
      [...document.querySelectorAll<HTMLElement>('button, label')].flatMap((control) => {
        const { width, height, left, right } = control.getBoundingClientRect();
        const whole =
          control.scrollWidth <= control.clientWidth + rounding &&
          control.scrollHeight <= control.clientHeight + overhang &&
          left >= -rounding &&
          right <= innerWidth + rounding;
        const large = width >= target - rounding && height >= target - rounding;
        const name = control.dataset['testid'] ?? control.textContent;
        return whole && large ? [] : [`${name} ${width}×${height}${whole ? '' : ' is cut off'}`];
      }),
    [TARGET_PX, ROUNDING_PX, OVERHANG_PX] as const,
  );

describe.each(LANGUAGES)('in %s', (language) => {
  test.each(STATES)('%s: what is touched is large and whole, also set apart', async (state) => {
    await show(state, language);
    await expect.poll(faulty).toEqual([]);
    await page.setViewportSize(LANDSCAPE);
    await expect.poll(faulty).toEqual([]);
    await page.setViewportSize(PORTRAIT);
    await page.addStyleTag({ content: SPACING });
    await expect.poll(faulty).toEqual([]);
  });
});

test('a broken printer is told of before somebody begins, and little paper to staff', async () => {
  await show('welcome-paperless');
  await see(page.getByTestId('paperless')).toBeVisible();
  await see(page.getByTestId('paper-low')).toHaveCount(0);
  await show('welcome-paper-low');
  await see(page.getByTestId('paper-low')).toBeVisible();
  await see(page.getByTestId('paperless')).toHaveCount(0);
});

describe.each(LANGUAGES)('a desk in %s', (language) => {
  test.each(['ready', 'called', 'serving', 'paused'])(
    '%s: small screens hold it',
    async (state) => {
      await show(state, language, 'desk');
      for (const [width, height] of [
        [1366, 768],
        [1280, 720],
        [1024, 768],
      ] as const) {
        await page.setViewportSize({ width, height });
        const widest = (): Promise<number> =>
          page.evaluate(() => document.documentElement.scrollWidth);
        await expect.poll(widest, { message: `at ${width}` }).toBeLessThanOrEqual(width);
      }
    },
  );
});

test.each(LANGUAGES)('in %s the page names itself and its language', async (language) => {
  await show('welcome', language);
  const other = language === 'ar' ? 'en' : 'ar';
  const root = page.locator('html');
  await see(root).toHaveAttribute('lang', language);
  await see(root).toHaveAttribute('dir', language === 'ar' ? 'rtl' : 'ltr');
  await see(page).toHaveTitle(language === 'ar' ? /الخدمة/ : /service/);
  await see(page.getByTestId('bar-language')).toHaveAttribute('lang', other);
});

/** Where the keyboard is now: null outside every control. */
const focused = () =>
  page.evaluate(() => {
    const at = document.activeElement;
    if (!(at instanceof HTMLElement) || !at.matches('button, input')) return null;
    const { left, top, width, height } = at.getBoundingClientRect();
    const over = document.elementFromPoint(left + width / 2, top + height / 2);
    const ring = getComputedStyle(at.closest('label') ?? at);
    return {
      id: at.dataset['testid'] ?? '',
      inSight: over !== null && at.contains(over),
      ring: ring.outlineStyle === 'solid' && Number.parseFloat(ring.outlineWidth) >= 3,
    };
  });

/** The controls that Tab reaches, in order, until it comes round. */
const walk = async (): Promise<NonNullable<Awaited<ReturnType<typeof focused>>>[]> => {
  const found = new Map<string, NonNullable<Awaited<ReturnType<typeof focused>>>>();
  for (let nulls = 0; nulls < 4;) {
    await page.keyboard.press('Tab');
    const at = await focused();
    if (at === null) nulls += 1;
    else if (found.has(at.id)) break;
    else found.set(at.id, at);
  }
  return [...found.values()];
};

test.each(['welcome-basket', 'search', 'ticket-printed', 'priority'])(
  '%s: Tab goes to every control in the order of reading, and shows where it is',
  async (state) => {
    await show(state);
    const scope = state === 'priority' ? 'dialog ' : '';
    // Of the two that scroll, which can be pressed changes on the way.
    const controls = await page
      .locator(`${scope}button:enabled:not([data-testid^="scroll-"]), ${scope}input`)
      .evaluateAll((all) => all.map((one) => one.dataset['testid'] ?? ''));
    const walked = (await walk()).filter(({ id }) => !id.startsWith('scroll-'));
    // A page that begins in its field comes to the field last.
    const start = walked.findIndex(({ id }) => id === controls[0]);
    const ids = walked.map(({ id }) => id);
    expect([...ids.slice(start), ...ids.slice(0, start)]).toEqual(controls);
    expect(walked.filter(({ inSight, ring }) => !inSight || !ring)).toEqual([]);
  },
);

test('Escape leaves a question, and nobody is asked again', async () => {
  await show('priority');
  await page.keyboard.press('Escape');
  await see(page.getByTestId('priority')).toHaveCount(0);
  await see(page.getByTestId('take-ticket')).toBeVisible();
});

test('who is slow is asked, has 20 seconds, and gets more time as often as wanted', async () => {
  await page.clock.install({ time: 0 });
  await show('service');
  await page.clock.pauseAt(HOUR_MS);
  await page.keyboard.press('Shift');
  for (let times = 0; times < 3; times += 1) {
    await page.clock.runFor(30_000);
    await see(page.getByTestId('idle')).toBeVisible();
    await page.clock.runFor(19_000);
    await page.getByTestId('idle-more').click();
    await see(page.getByTestId('idle')).toHaveCount(0);
  }
  await see(page.getByTestId('service')).toBeVisible();
  await page.clock.runFor(50_000);
  await see(page.getByTestId('welcome')).toBeVisible();
});

test('the ticket stays for whoever asks it to', async () => {
  await page.clock.install({ time: 0 });
  await show('ticket-printed');
  await page.clock.pauseAt(2 * HOUR_MS);
  await page.getByTestId('keep-open').click();
  await page.clock.runFor(25_000);
  await see(page.getByTestId('ticket')).toBeVisible();
  await show('ticket-printed');
  await page.clock.runFor(12_000);
  await see(page.getByTestId('welcome')).toBeVisible();
});

test('nothing moves for those who ask for stillness', async () => {
  const turns = () =>
    page.locator('.spins').evaluate((one) => {
      const { animationDuration, animationIterationCount } = getComputedStyle(one);
      return [animationDuration, animationIterationCount];
    });
  await show('loading');
  expect(await turns()).toEqual(['0.001s', '1']);
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  expect(await turns()).toEqual(['1.2s', 'infinite']);
});
