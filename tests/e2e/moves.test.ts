import type { Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { acts, step } from './acts.js';
import { see } from './see.js';
import { Stage } from './stage.js';

let stage: Stage;
let kiosk: Page;
let desk: Page;

beforeAll(async () => {
  stage = await Stage.open();
  kiosk = await stage.kiosk();
  desk = await stage.desk(1);
  await acts.open(desk);
});
afterAll(() => stage.close());

const served = async (): Promise<void> => {
  await acts.start(desk);
  await acts.finish(desk);
};

test('two services in one visit keep one ticket', async () => {
  await kiosk.locator('[data-testid^="service-"]').nth(0).click();
  await kiosk.getByTestId('add-another').click();
  await kiosk.locator('[data-testid^="service-"]').nth(1).click();
  await kiosk.getByTestId('take-ticket').click();
  const label = (await kiosk.getByTestId('ticket').getByTestId('label').innerText()).trim();
  await kiosk.getByTestId('done').click();
  expect(await acts.call(desk)).toBe(label);
  await served();
  expect(await acts.call(desk)).toBe(label);
  await served();
  await see(desk.getByTestId('ticket-row')).toHaveCount(0);
});

test('transfer and return brings the visitor back to the same counter', async () => {
  const label = await acts.take(kiosk);
  await acts.call(desk);
  await acts.start(desk);
  await desk.getByTestId('act-transferAndReturn').click();
  await desk
    .getByTestId('ask-transferAndReturn')
    .locator('[data-testid^="service-"]')
    .nth(1)
    .click();
  await desk.getByTestId('send').click();
  expect(await acts.call(desk)).toBe(label);
  await served();
  const newcomer = await acts.take(kiosk);
  expect(await acts.call(desk)).toBe(label);
  await served();
  expect(await acts.call(desk)).toBe(newcomer);
  await served();
});

test('parked with a reason, and back', async () => {
  const label = await acts.take(kiosk);
  await acts.call(desk);
  await acts.start(desk);
  await desk.getByTestId('act-park').click();
  await desk.getByTestId('reason-payment').click();
  await step(desk, 'call');
  await desk.getByTestId('parked').getByTestId('unpark').click();
  expect(await acts.call(desk)).toBe(label);
  await served();
});

test('a ticket called out of order needs a reason', async () => {
  const first = await acts.take(kiosk);
  const second = await acts.take(kiosk);
  const row = desk.getByTestId('ticket-row').filter({ hasText: second });
  await row.getByTestId('call-ticket').click();
  await desk.getByTestId('reason-same-file').click();
  await see(desk.getByTestId('current-label')).toHaveText(second);
  await served();
  expect(await acts.call(desk)).toBe(first);
  await served();
});
