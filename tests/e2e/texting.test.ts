import { chromium, type Browser, type Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { AUTOPLAY, FLAGS, headlessPath } from '../chromium.js';
import { openDoors, type Doors } from '../fixtures/doors.js';
import { PlayedGateway } from '../fixtures/sms.js';
import { violations } from './violations.js';

const gateway = new PlayedGateway(false, false);
const sent = gateway.orders;
let doors: Doors;
let browser: Browser;
let kiosk: Page;

beforeAll(async () => {
  doors = await openDoors({ gateway });
  browser = await chromium.launch({ executablePath: headlessPath(), args: [...FLAGS, AUTOPLAY] });
  kiosk = await browser.newPage({ viewport: { width: 1080, height: 1920 } });
  await kiosk.goto(`${doors.url}/kiosk/k1/`);
});

afterAll(async () => {
  await browser.close();
  await doors.close();
});

const ticket = async (): Promise<void> => {
  await kiosk.locator('[data-testid^="service-"]').first().click();
  await kiosk.getByTestId('take-ticket').click();
  await kiosk.getByTestId('sms').click();
};
const type = async (number: string): Promise<void> => {
  for (const digit of number) await kiosk.getByTestId(`digit-${digit}`).click();
};

test('a visitor gives a number at the kiosk, with consent alone, and takes it back', async () => {
  await ticket();
  const save = kiosk.getByTestId('sms-save');
  await type('0101234567');
  await kiosk.getByTestId('sms-consent').click();
  expect(await save.isDisabled()).toBe(true);
  await type('8');
  await kiosk.getByTestId('sms-consent').click();
  expect(await save.isDisabled()).toBe(true);
  await kiosk.getByTestId('sms-consent').click();
  // The part's own style is there: its keys are as large as all others.
  const { width, height } = (await kiosk.getByTestId('digit-5').boundingBox())!;
  expect(Math.min(width, height)).toBeGreaterThanOrEqual(96);
  expect(width).toBeLessThan(400);
  expect(await violations(kiosk)).toEqual([]);
  await save.click();
  await kiosk.getByTestId('sms-saved').waitFor();
  expect(await violations(kiosk)).toEqual([]);
  await vi.waitUntil(() => sent.length === 1, { timeout: 10_000 });
  expect(sent[0]?.to).toBe('+201012345678');
  await kiosk.getByTestId('sms-forget').click();
  await kiosk.getByTestId('sms').waitFor();
  await kiosk.getByTestId('done').click();
});

test('a number that was begun is gone with the dialog, and with the visitor', async () => {
  await ticket();
  await type('010');
  await kiosk.getByTestId('sms-cancel').click();
  await kiosk.getByTestId('sms').click();
  expect(await kiosk.getByTestId('sms-number').innerText()).toContain('٠١٠١٢٣٤٥٦٧٨');
  await kiosk.getByTestId('sms-cancel').click();
  await kiosk.getByTestId('done').click();
  await kiosk.getByTestId('welcome').waitFor();
  expect(await kiosk.getByTestId('sms-dialog').count()).toBe(0);
});
