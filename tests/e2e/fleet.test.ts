import { chromium, type Browser, type Page } from '@playwright/test';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { AlarmsAnswer, FleetAnswer, Scope } from '../../core/protocol/overview.js';
import { setupCodeOf } from '../../upstream/access/setup.js';
import type { Enrolment } from '../../upstream/http/enrolment.js';
import type { Reads } from '../../upstream/http/reads.js';
import { chromiumPath, FLAGS } from '../chromium.js';
import {
  alarmsAnswer,
  centreAnswer,
  countryFleet,
  FLEET_NOW,
  troubledFleet,
} from '../fixtures/fleet/answers.js';
import { FleetDoor, PEPPER, SECRET } from '../fixtures/fleet/door.js';
import { see } from './see.js';
import { violations } from './violations.js';

let fleet: FleetAnswer;
let alarms: AlarmsAnswer;

const within = (scope: Scope): FleetAnswer => ({
  ...fleet,
  centres: fleet.centres.filter(
    ({ governorateId }) => scope === null || scope.includes(governorateId),
  ),
});
const reads: Reads = {
  readFleet: (_, { scope }) => Promise.resolve(within(scope)),
  readCentre: (_, { scope, centreId, day }) => {
    const line = within(scope).centres.find((each) => each.centreId === centreId);
    if (line === undefined) return Promise.resolve(null);
    const answer = centreAnswer(line);
    return Promise.resolve(day === null || day === line.day ? answer : { ...answer, report: null });
  },
  readAlarms: () => Promise.resolve(alarms),
  clearAlarm: (_, { alarmId, by, now }) => {
    const of = (alarm: AlarmsAnswer['alarms'][number]) =>
      alarm.alarmId === alarmId ? { ...alarm, clearedAt: now, clearedBy: by } : alarm;
    alarms = { ...alarms, alarms: alarms.alarms.map(of) };
    return Promise.resolve(true);
  },
  legsCsv: async function* () {
    yield await Promise.resolve('centre_id,day\r\nismailia-1,2026-11-21\r\n');
  },
};
const revoked: string[] = [];
const enrolment: Enrolment = {
  enrol: ({ actor }) =>
    Promise.resolve({ code: 'K7MQ-2XWD-9HTA', expiresAt: actor.at + 3_600_000 }),
  revoke: ({ centreId }) => {
    revoked.push(centreId);
    return Promise.resolve(undefined);
  },
};

let door: FleetDoor;
let url: string;
let browser: Browser;
beforeAll(async () => {
  door = await FleetDoor.open(reads, () => enrolment);
  door.now = FLEET_NOW;
  url = await door.listen();
  browser = await chromium.launch({ executablePath: chromiumPath(), args: FLAGS });
});
afterAll(async () => {
  await browser.close();
  await door.close();
});
beforeEach(async () => {
  fleet = troubledFleet();
  alarms = alarmsAnswer();
  await door.empty();
});

const open = async (path = '/', size = { width: 1366, height: 768 }): Promise<Page> => {
  const context = await browser.newContext({ viewport: size, timezoneId: 'Africa/Cairo' });
  const page = await context.newPage();
  await page.goto(`${url}${path}`);
  return page;
};
const signIn = async (page: Page, id: string): Promise<void> => {
  await page.getByTestId('sign-in-id').fill(id);
  await page.getByTestId('sign-in-secret').fill(SECRET);
  await page.getByTestId('sign-in-go').click();
};
const entered = async (id: string, path = '/', size?: { width: number; height: number }) => {
  const page = await open(path, size);
  await signIn(page, id);
  await page.getByTestId('page-centres').waitFor();
  return page;
};

test('the first operator is named with the terminal’s code, and signs in', async () => {
  const page = await open();
  await page.getByTestId('setup-code').fill(setupCodeOf(PEPPER));
  await page.getByTestId('setup-name').fill('منى');
  await page.getByTestId('setup-id').fill('mona');
  await page.getByTestId('setup-secret').fill(SECRET);
  expect(await violations(page)).toEqual([]);
  await page.getByTestId('setup-go').click();
  await signIn(page, 'mona');
  await see(page.getByTestId('verdict-quiet')).toContainText('مركز واحد منقطع');
  await page.context().close();
});

test('one finds a centre, reads its day, and a reload comes back to it', async () => {
  await door.account('mona', 'operator', null);
  const page = await entered('mona');
  await page.getByTestId('search').fill('فايد');
  await see(page.getByTestId('count')).toContainText('مركز واحد');
  await page.getByTestId('centre-ismailia-5').getByRole('link').first().click();
  await see(page.getByRole('heading', { level: 1 })).toContainText('فايد');
  await see(page.getByTestId('hour-chart')).toBeVisible();
  await page.getByTestId('earlier').click();
  await see(page.getByTestId('no-report')).toBeVisible();
  expect(new URL(page.url()).search).toBe('?day=2026-11-21');
  await page.reload();
  await see(page.getByTestId('no-report')).toBeVisible();
  await page.getByTestId('newest').click();
  await see(page.getByTestId('report-services')).toBeVisible();
  await page.goBack();
  await page.goBack();
  await page.goBack();
  await see(page.getByTestId('centres')).toBeVisible();
  await page.context().close();
});

test('an operator clears an alarm after a question; a viewer reads what to do', async () => {
  await door.account('mona', 'operator', null);
  await door.account('ali', 'viewer', ['ismailia']);
  const viewer = await entered('ali', '/alarms');
  await see(viewer.getByTestId('alarm-fork')).toContainText('ما تفعله الآن');
  await see(viewer.getByTestId('clear')).toHaveCount(0);
  await see(viewer.getByTestId('page-accounts')).toHaveCount(0);
  await viewer.context().close();
  const page = await entered('mona', '/alarms');
  await page.getByTestId('clear').first().click();
  await see(page.getByTestId('clear-dialog')).toContainText('متى تنهيه');
  await page.getByTestId('clear-go').click();
  await see(page.getByTestId('alarm-fork')).toContainText('أنهاه mona');
  expect(await door.written()).toContain(
    'mona alarm.cleared ismailia-1 ' + alarms.alarms[0]!.alarmId,
  );
  await page.context().close();
});

test('a centre is given a code that is shown once, and revoked after a question', async () => {
  await door.account('mona', 'operator', null);
  const page = await entered('mona', '/enrolment');
  await page.getByTestId('enrol').click();
  await page.getByTestId('enrol-id').fill('suez-1');
  await page.getByTestId('enrol-governorate').selectOption('suez');
  await page.getByTestId('enrol-go').click();
  await see(page.getByTestId('code')).toHaveText('K7MQ-2XWD-9HTA');
  await page.getByTestId('code-done').click();
  await see(page.getByTestId('code')).toHaveCount(0);
  await page.getByTestId('revoke-ismailia-2').click();
  await page.getByTestId('revoke-go').click();
  await see(page.getByTestId('revoke-dialog')).toHaveCount(0);
  expect(revoked).toEqual(['ismailia-2']);
  await page.context().close();
});

test('accounts are made, changed and removed; the last operator says why it stays', async () => {
  await door.account('mona', 'operator', null);
  const page = await entered('mona', '/accounts');
  await page.getByTestId('account-add').click();
  await page.getByTestId('account-name').fill('علي حسنين');
  await page.getByTestId('account-id').fill('ali');
  await page.getByTestId('scope-ismailia').check();
  await page.getByTestId('account-secret').fill(SECRET);
  await page.getByTestId('account-go').click();
  await see(page.getByTestId('account-ali')).toContainText('الإسماعيلية');
  await page.getByTestId('remove-mona').click();
  await page.getByTestId('remove-go').click();
  await see(page.getByTestId('problem')).toContainText('آخر حساب تشغيل');
  await page.keyboard.press('Escape');
  await page.getByTestId('remove-ali').click();
  await page.getByTestId('remove-go').click();
  await see(page.getByTestId('account-ali')).toHaveCount(0);
  await page.context().close();
});

test('a file is asked for by range and place, and comes', async () => {
  await door.account('mona', 'operator', null);
  const page = await entered('mona', '/export');
  await page.getByTestId('last-30').click();
  await page.getByTestId('where').selectOption('centre ismailia-5');
  const coming = page.waitForEvent('download');
  await page.getByTestId('export-go').click();
  expect((await coming).suggestedFilename()).toMatch(/^dawr-legs-ismailia-5-.*\.csv$/);
  await page.context().close();
});

test('without a line the last figures stay, with their time, until newer ones come', async () => {
  await door.account('mona', 'operator', null);
  const page = await entered('mona');
  await see(page.getByTestId('as-of')).toContainText('١١:٠٥');
  const look = () => page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await page.route('**/api/fleet*', (route) => route.abort());
  await look();
  await see(page.getByTestId('not-live')).toContainText('١١:٠٥');
  await see(page.getByTestId('centre-ismailia-1')).toBeVisible();
  await page.unroute('**/api/fleet*');
  await look();
  await see(page.getByTestId('as-of')).toBeVisible();
  await page.context().close();
});

test('a session that ended asks to sign in, and leads back to the same place', async () => {
  await door.account('mona', 'operator', null);
  const page = await entered('mona', '/centres/ismailia-5');
  await see(page.getByTestId('hour-chart')).toBeVisible();
  await door.store.database.query('DELETE FROM session');
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await signIn(page, 'mona');
  await see(page.getByRole('heading', { level: 1 })).toContainText('فايد');
  await page.getByTestId('me').click();
  await page.getByTestId('sign-out').click();
  await see(page.getByTestId('sign-in')).toBeVisible();
  await page.context().close();
});

test('no page has a serious violation, in both languages, at a desk and on a phone', async () => {
  await door.account('mona', 'operator', null);
  for (const size of [
    { width: 1366, height: 768 },
    { width: 390, height: 844 },
  ]) {
    const page = await entered('mona', '/', size);
    for (const path of [
      '/',
      '/centres/ismailia-3',
      '/alarms',
      '/export',
      '/enrolment',
      '/accounts',
    ]) {
      await page.goto(`${url}${path}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      for (let n = 0; n < 2; n += 1) {
        expect([path, await violations(page)]).toEqual([path, []]);
        await page.getByTestId('language-switch').click();
      }
    }
    await page.getByTestId('account-add').click();
    expect(await violations(page)).toEqual([]);
    await page.context().close();
  }
});

test('a country of 700 centres is searched, filtered and sorted', async () => {
  fleet = countryFleet(700);
  await door.account('mona', 'operator', null);
  const page = await entered('mona');
  await see(page.getByTestId('count')).toContainText('٧٠٠');
  await page.getByTestId('search').fill('اسماعيليه غرب');
  await see(page.getByTestId('count')).toContainText('مراكز');
  await page.getByTestId('search').fill('');
  await page.getByTestId('governorate').selectOption('suez');
  await see(page.getByTestId('count')).toContainText('٢٦');
  await page.getByTestId('sort-visits').click();
  await see(page.locator('[aria-sort="descending"]')).toContainText('التذاكر');
  await page.getByTestId('governorate').selectOption('');
  const shown = page.locator('tr[data-testid^="centre-"]');
  await see(shown).toHaveCount(60);
  const scrolled = async (): Promise<number> => {
    await page.mouse.wheel(0, 8_000);
    return shown.count();
  };
  await expect.poll(scrolled, { timeout: 10_000 }).toBe(700);
  await page.context().close();
});
