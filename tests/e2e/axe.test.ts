import type { Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { acts } from './acts.js';
import { see } from './see.js';
import { Stage } from './stage.js';
import { violations } from './violations.js';

let stage: Stage;
beforeAll(async () => (stage = await Stage.open()));
afterAll(() => stage.close());

/** Both languages, where a page has a switch. */
const inBoth = async (page: Page, switchId: string): Promise<void> => {
  expect(await violations(page)).toEqual([]);
  await page.getByTestId(switchId).first().click();
  expect(await violations(page)).toEqual([]);
  await page.getByTestId(switchId).first().click();
};

test('the kiosk has no serious violation on any step', async () => {
  const kiosk = await stage.kiosk();
  await kiosk.getByTestId('welcome').waitFor();
  await inBoth(kiosk, 'bar-language');
  await kiosk.locator('[data-testid^="service-"]').first().click();
  await kiosk.getByTestId('take-ticket').waitFor();
  await inBoth(kiosk, 'bar-language');
  await kiosk.getByTestId('take-ticket').click();
  await kiosk.getByTestId('ticket').waitFor();
  expect(await violations(kiosk)).toEqual([]);
});

test('desk, boards, phone and start page have no serious violation', async () => {
  await acts.take(await stage.kiosk('k2'));
  const desk = await stage.desk(1);
  await inBoth(desk, 'language-switch');
  await acts.open(desk);
  await acts.call(desk);
  await see(desk.getByTestId('primary')).toBeEnabled();
  await inBoth(desk, 'language-switch');
  const board = await stage.board();
  await board.getByTestId('hero-label').waitFor();
  expect(await violations(board)).toEqual([]);
  const start = await stage.page('/', { width: 1366, height: 900 });
  await start.getByTestId('go-phone').waitFor();
  await inBoth(start, 'language-switch');
  const link = await start.getByTestId('go-phone').getAttribute('href');
  const phone = await stage.page(link ?? '', { width: 390, height: 844 });
  await phone.getByTestId('label').first().waitFor();
  expect(await violations(phone)).toEqual([]);
});

test('the manager has no serious violation on any page', async () => {
  const manager = await stage.manager();
  const tabs = manager.locator('[data-testid^="tab-"]');
  await tabs.first().waitFor();
  for (const tab of await tabs.all()) {
    await tab.click();
    await inBoth(manager, 'language-switch');
  }
});
