import type { Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { see } from './see.js';
import { Stage } from './stage.js';

let stage: Stage;
let manager: Page;
beforeAll(async () => {
  stage = await Stage.open();
  manager = await stage.manager();
});
afterAll(() => stage.close());

const lengthShown = async (): Promise<number> => {
  const text = (await manager.getByTestId('paper-length').textContent()) ?? '';
  return Number(
    text.replace(/[٠-٩]/g, (digit) => String('٠١٢٣٤٥٦٧٨٩'.indexOf(digit))).match(/\d+/)?.[0],
  );
};

test('a manager changes the ticket, sees it at once, and it holds from then on', async () => {
  await manager.getByTestId('tab-papers').click();
  await see(manager.getByTestId('paper-preview')).toBeVisible();
  const standard = await lengthShown();
  expect(standard).toBeLessThanOrEqual(60);

  await manager.getByTestId('remove-second').click();
  await manager.getByTestId('economy').check();
  await see(manager.getByTestId('paper-length')).not.toHaveText(new RegExp(String(standard)));
  await see.poll(lengthShown).toBeLessThanOrEqual(40);
  await manager.getByTestId('paper-undo').click();
  await see(manager.getByTestId('economy')).not.toBeChecked();
  await manager.getByTestId('up-ahead').focus();
  await manager.keyboard.press('Enter');
  await manager.getByTestId('size-services').selectOption('large');
  await manager.getByTestId('note-ar').fill('أحضر بطاقتك معك');
  await manager.getByTestId('note-en').fill('Bring your card');
  await manager.getByTestId('note-en').press('Tab');
  await manager.getByTestId('add-note').click();
  await manager.getByTestId('paper-save').click();
  await see(manager.getByTestId('paper-saved')).toBeVisible();

  await manager.reload();
  await manager.getByTestId('tab-papers').click();
  const rows = manager.getByTestId('paper-rows').locator('li');
  const order = await rows.evaluateAll((list) => list.map((row) => row.dataset['testid']));
  expect(order.slice(0, 4)).toEqual(['row-centre', 'row-time', 'row-ahead', 'row-label']);
  expect(order).not.toContain('row-second');
  expect(order.at(-1)).toBe('row-note');
  await see(manager.getByTestId('size-services')).toHaveValue('large');
});
