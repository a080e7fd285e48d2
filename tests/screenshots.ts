import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from '@playwright/test';
import { createServer } from 'vite';
import { LANGUAGES } from '../core/lists.js';
import { PROJECT } from '../node/place.js';
import { acts } from './e2e/acts.js';
import { Stage } from './e2e/stage.js';

const OUT = join(PROJECT, 'build', 'screenshots');
const SIZES = {
  kiosk: { width: 1080, height: 1920 },
  board: { width: 1920, height: 1080 },
  desk: { width: 1366, height: 768 },
  manager: { width: 1366, height: 768 },
  phone: { width: 390, height: 844 },
  overview: { width: 1366, height: 768 },
} as const;
/** Pages that are read at desks, on walls and on phones alike. */
const FURTHER: Partial<Record<keyof typeof SIZES, readonly { width: number; height: number }[]>> = {
  overview: [{ width: 1920, height: 1080 }, SIZES.phone],
};

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const settled = async (page: Page): Promise<void> => {
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  await page.evaluate(() => document.getAnimations().forEach((one) => one.finish()));
};

let taken = 0;
const shoot = async (page: Page, name: string): Promise<void> => {
  await settled(page).catch(() => undefined);
  await page.screenshot({ path: join(OUT, `${name}.png`) });
  taken += 1;
};

/** Every state of an app that has a gallery, without a server behind it. */
const gallery = async (browser: Browser, app: keyof typeof SIZES, base: string): Promise<void> => {
  const page = await browser.newPage({ viewport: SIZES[app] });
  await page.goto(`${base}/tests/gallery/${app}/`);
  const states = await page.evaluate(() => (window as { states?: string[] }).states ?? []);
  for (const language of LANGUAGES) {
    for (const state of states) {
      await page.goto(`${base}/tests/gallery/${app}/?state=${state}&language=${language}`);
      await page.waitForLoadState('networkidle');
      await shoot(page, `${app}-state-${state}-${language}`);
      for (const size of FURTHER[app] ?? []) {
        await page.setViewportSize(size);
        await shoot(page, `${app}-state-${state}-${language}-${size.width}`);
      }
      await page.setViewportSize(SIZES[app]);
    }
  }
  await page.close();
  say(`${app}: ${states.length} states in ${LANGUAGES.length} languages`);
};

const turn = async (page: Page, testId: string): Promise<void> => {
  if ((await page.getByTestId(testId).count()) > 0) await page.getByTestId(testId).first().click();
};

/** The screens of a working hall, as its people see them. */
const hall = async (stage: Stage): Promise<void> => {
  const kiosk = await stage.kiosk();
  const board = await stage.board();
  const tall = await stage.page('/board/hall-2/', { width: 1080, height: 1920 });
  const single = await stage.page('/board/c3/', { width: 1280, height: 720 });
  await kiosk.getByTestId('welcome').waitFor();
  await shoot(kiosk, 'kiosk-welcome-ar');
  const desks = [await stage.desk(1), await stage.desk(2)];
  for (const desk of desks) await shoot(desk, `desk-open-ar-${desks.indexOf(desk)}`);
  for (const desk of desks) await acts.open(desk);
  for (let n = 0; n < 6; n += 1) await acts.take(kiosk, n);
  for (const desk of desks) await acts.call(desk);
  const [desk] = desks as [Page, Page];
  await acts.start(desk);
  await shoot(desk, 'desk-serving-ar');
  await shoot(board, 'board-calls-ar');
  await shoot(tall, 'board-tall-ar');
  await shoot(single, 'board-counter-ar');
  const start = (await (await fetch(`${stage.url}/api/start`)).json()) as { phone: string };
  await shoot(await stage.page(start.phone, SIZES.phone), 'phone-waiting-ar');
  const manager = await stage.manager();
  for (const tab of ['hall', 'devices', 'staff', 'papers', 'voice', 'report', 'export']) {
    await manager.getByTestId(`tab-${tab}`).click();
    if (tab === 'papers') await manager.getByTestId('paper-preview').waitFor();
    await shoot(manager, `manager-${tab}-ar`);
  }
  await shoot(await stage.page('/', { width: 1366, height: 900 }), 'start-ar');
  const beside = await stage.page('/beside/k1/', { width: 1700, height: 1000 });
  await beside.getByTestId('paper').first().waitFor();
  await shoot(beside, 'beside-ar');
  await beside
    .getByTestId('paper')
    .first()
    .screenshot({ path: join(OUT, 'paper-ar.png') });
  await manager.getByTestId('tab-hall').click();
  for (const page of [desk, manager]) await turn(page, 'language-switch');
  await turn(kiosk, 'bar-language');
  await shoot(kiosk, 'kiosk-welcome-en');
  await shoot(desk, 'desk-serving-en');
  await shoot(manager, 'manager-hall-en');
  await stage.kill();
  await board.getByTestId('not-live').waitFor();
  await shoot(board, 'board-lost-ar');
  await shoot(desk, 'desk-lost-en');
};

const main = async (): Promise<void> => {
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  const stage = await Stage.open();
  try {
    await hall(stage);
    const vite = await createServer({ root: PROJECT, server: { port: 0 }, logLevel: 'error' });
    await vite.listen();
    const base = vite.resolvedUrls?.local[0]?.replace(/\/$/, '') ?? '';
    for (const app of Object.keys(SIZES) as (keyof typeof SIZES)[]) {
      if (existsSync(join(PROJECT, 'tests', 'gallery', app)))
        await gallery(stage.browser, app, base);
    }
    await vite.close();
  } finally {
    await stage.close();
  }
  say(`${taken} pictures in ${OUT}`);
};

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
