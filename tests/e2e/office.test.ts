import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { acts, unreloaded } from './acts.js';
import { see } from './see.js';
import { Stage } from './stage.js';

const PHONE = { width: 360, height: 740 };
const BOM = '\uFEFF';

let stage: Stage;
let manager: Page;
let kiosk: Page;
beforeAll(async () => {
  stage = await Stage.open();
  manager = await stage.manager();
  kiosk = await stage.kiosk();
});
afterAll(() => stage.close());

const takeToPhone = async (): Promise<{ readonly label: string; readonly phone: Page }> => {
  const label = await acts.take(kiosk);
  const start = (await (await fetch(`${stage.url}/api/start`)).json()) as { phone: string };
  const phone = await stage.page(start.phone, PHONE);
  await see(phone.getByTestId('label')).toContainText(label);
  return { label, phone };
};

test.each(['/', '/manager/manager/', '/desk/desk-1/', '/kiosk/k1/', '/board/hall-1/'])(
  '%s loads without a complaint of its browser',
  async (path) => {
    const context = await stage.browser.newContext();
    const page = await context.newPage();
    const said: string[] = [];
    page.on('console', (message) => void said.push(`${message.text()} ${message.location().url}`));
    page.on('pageerror', (error) => void said.push(error.message));
    await page.goto(`${stage.url}${path}`, { waitUntil: 'load' });
    await see(page.getByRole('heading').first()).toBeVisible();
    expect(said).toEqual([]);
    await context.close();
  },
);

test('a manager pauses the hall with a reason, and resumes it', async () => {
  await manager.getByTestId('suspend-hall').click();
  await manager.getByTestId('suspend-until').selectOption({ index: 2 });
  await manager.getByTestId('suspend-go').click();
  await see(manager.getByTestId('hall-state')).toContainText('متوقفة');
  await see(kiosk.getByTestId('closed-suspended')).toBeVisible();
  await manager.getByTestId('unsuspend-hall').click();
  await see(kiosk.getByTestId('welcome')).toBeVisible();
});

test('an announcement goes to the boards until it is removed', async () => {
  const board = await stage.board();
  await manager.getByTestId('announce').click();
  await manager.getByTestId('announce-ar').fill('الخزينة تُغلق الساعة الواحدة');
  await manager.getByTestId('announce-en').fill('The cashier closes at one');
  await manager.getByTestId('announce-go').click();
  // The board shows one language at a time.
  await see(board.getByTestId('ticker')).toContainText(/الخزينة|cashier/);
  await manager.getByTestId('announce').click();
  await manager.getByTestId('announce-remove').click();
  await see(manager.getByTestId('announced')).toHaveCount(0);
});

test('a ticket is found by its number in Arabic digits and voided with a reason', async () => {
  const { label, phone } = await takeToPhone();
  await manager.getByTestId('void').click();
  await manager.getByTestId('void-number').fill(label.replace(/[^٠-٩]/g, ''));
  await manager.getByTestId('void-search').click();
  await manager.getByTestId('void-reason').selectOption({ index: 1 });
  await manager.getByTestId('void-go').click();
  await see(phone.getByTestId('closed')).toContainText('ألغى الموظف');
});

test('a visitor asks for more time, then leaves, and a wrong link says so', async () => {
  const { phone } = await takeToPhone();
  await phone.getByTestId('more').click();
  await phone.getByTestId('delay-20').click();
  await see(phone.getByTestId('delayed')).toBeVisible();
  await phone.getByTestId('language-switch').click();
  await see(phone.getByTestId('delayed')).toContainText('You asked for time');
  await phone.getByTestId('leave').click();
  await phone.getByTestId('leave-yes').click();
  await see(phone.getByTestId('closed')).toContainText('You cancelled your ticket');
  await unreloaded(phone);
  const wrong = `${phone.url().slice(0, -4)}AAAA`;
  expect((await fetch(wrong)).status).toBe(404);
  const lost = await stage.page(wrong, PHONE);
  await see(lost.getByTestId('gone')).toBeVisible();
});

test('a clerk asks for help, and the manager answers', async () => {
  await kiosk.getByTestId('bar-help').click();
  await manager.getByTestId('answer-k1').click();
  await see(manager.getByTestId('help-k1')).toHaveCount(0);
});

test('a device shows a code, and a manager who types it lets the device in', async () => {
  const post = async (path: string, body: object): Promise<unknown> => {
    const headers = { 'x-dawr': '1', 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify(body) };
    return (await fetch(`${stage.url}${path}`, init)).json();
  };
  const code = (await post('/api/enrol', { deviceId: 'desk-12', role: 'desk' })) as {
    deviceCode: string;
    userCode: string;
  };
  await manager.getByTestId('tab-devices').click();
  await see(manager.getByTestId('pending')).toContainText('desk-12');
  await manager.getByTestId('approve-code').fill('WRNG-CODE');
  await manager.getByTestId('approve-go').click();
  await see(manager.getByTestId('problem')).toBeVisible();
  await manager.getByTestId('approve-code').fill(code.userCode);
  await manager.getByTestId('approve-go').click();
  await see(manager.getByTestId('approved')).toContainText('desk-12');
  expect(await post('/api/enrol/poll', { deviceCode: code.deviceCode })).toEqual({
    state: 'enrolled',
  });
  await manager.getByTestId('revoke-desk-12').click();
  await manager.getByTestId('revoke-go').click();
  await see(manager.getByTestId('revoke-desk-12')).toHaveCount(0);
});

test('a new clerk can sign in, and not once disabled', async () => {
  await manager.getByTestId('tab-staff').click();
  await manager.getByTestId('staff-add').click();
  await manager.getByTestId('staff-name').fill('هدى سمير');
  await manager.getByTestId('staff-id').fill('huda');
  await manager.getByTestId('staff-secret').fill('a-long-secret');
  await manager.getByTestId('staff-go').click();
  await see(manager.getByTestId('person-huda')).toBeVisible();
  const desk = await stage.page('/desk/desk-9/', { width: 1366, height: 768 });
  const signIn = async (): Promise<void> => {
    await desk.getByTestId('sign-in-id').fill('huda');
    await desk.getByTestId('sign-in-secret').fill('a-long-secret');
    await desk.getByTestId('sign-in-go').click();
  };
  await signIn();
  await see(desk.getByTestId('primary')).toBeVisible();
  await manager.getByTestId('active-huda').click();
  await see(manager.getByTestId('person-huda')).toContainText('موقوف');
  await see(desk.getByTestId('sign-in')).toBeVisible();
  await signIn();
  await see(desk.getByTestId('sign-in-problem')).toBeVisible();
});

test('the report shows the day, and the export is a file that spreadsheets open', async () => {
  await manager.getByTestId('tab-report').click();
  await see(manager.getByTestId('report-visits')).toContainText('٢');
  await see(manager.getByTestId('hour-chart')).toBeVisible();
  await manager.getByTestId('tab-export').click();
  const [file] = await Promise.all([
    manager.waitForEvent('download'),
    manager.getByTestId('export-visits').click(),
  ]);
  expect(file.suggestedFilename()).toMatch(/^dawr-.*-visits-.*\.csv$/);
  const text = await readFile(await file.path(), 'utf8');
  expect(text.startsWith(BOM)).toBe(true);
  expect(text.trim().split('\n')).toHaveLength(3);
  await unreloaded(manager, kiosk);
});

test('closing the day ends what waits, after the manager has said to be sure', async () => {
  const { phone } = await takeToPhone();
  await manager.getByTestId('tab-hall').click();
  await manager.getByTestId('close-day').click();
  await see(manager.getByTestId('close-now-go')).toBeDisabled();
  await manager.getByTestId('close-sure').check();
  await manager.getByTestId('close-now-go').click();
  await see(manager.getByTestId('open-day')).toBeVisible();
  await see(phone.getByTestId('closed')).toContainText('انتهى يوم العمل');
});
