import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { setupCodeOf } from '../../upstream/access/setup.js';
import { PEPPER, SECRET } from '../fixtures/fleet/door.js';
import { FleetStage } from '../fixtures/fleet/stage.js';
import { see } from './see.js';
import { violations } from './violations.js';

let stage: FleetStage;
beforeAll(async () => (stage = await FleetStage.open()));
afterAll(() => stage.close());
beforeEach(() => stage.empty());

test('the first operator is named with the terminal’s code, and is signed in', async () => {
  const page = await stage.page();
  await page.getByTestId('setup-code').fill(setupCodeOf(PEPPER));
  await page.getByTestId('setup-name').fill('منى');
  await page.getByTestId('setup-id').fill('mona');
  await page.getByTestId('setup-secret').fill(SECRET);
  expect(await violations(page)).toEqual([]);
  await page.getByTestId('setup-go').click();
  await see(page.getByTestId('verdict-quiet')).toContainText('مركز واحد منقطع');
  await page.context().close();
});

test('one finds a centre, reads its day, and a reload comes back to it', async () => {
  await stage.door.account('mona', 'operator', null);
  const page = await stage.entered('mona');
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
  await stage.door.account('mona', 'operator', null);
  await stage.door.account('ali', 'viewer', ['ismailia']);
  const viewer = await stage.entered('ali', '/alarms');
  await see(viewer.getByTestId('alarm-fork')).toContainText('ما تفعله الآن');
  await see(viewer.getByTestId('clear')).toHaveCount(0);
  await see(viewer.getByTestId('page-accounts')).toHaveCount(0);
  await viewer.context().close();
  const page = await stage.entered('mona', '/alarms');
  await page.getByTestId('clear').first().click();
  await see(page.getByTestId('clear-dialog')).toContainText('متى تنهيه');
  await page.getByTestId('clear-go').click();
  await see(page.getByTestId('alarm-fork')).toContainText('أنهاه \u2068mona\u2069');
  expect(await stage.door.written()).toContain(
    'mona alarm.cleared ismailia-1 ' + stage.told.alarms.alarms[0]!.alarmId,
  );
  await page.getByTestId('undo').click();
  await see(page.getByTestId('cleared-now')).toHaveCount(0);
  await see(page.getByTestId('alarm-fork').getByTestId('clear')).toHaveCount(1);
  await page.getByTestId('alarm-restored-head').last().click();
  await page.getByTestId('reopen').click();
  await see(page.getByTestId('reopen')).toHaveCount(0);
  await page.context().close();
});

test('a centre is given a code that is shown once, and revoked after a question', async () => {
  await stage.door.account('mona', 'operator', null);
  const page = await stage.entered('mona', '/enrolment');
  await page.getByTestId('enrol').click();
  await page.getByTestId('enrol-id').fill('suez-1');
  await page.getByTestId('enrol-go').click();
  await see(page.getByTestId('enrol-governorate')).toHaveValue('');
  await page.getByTestId('enrol-governorate').selectOption('suez');
  await page.getByTestId('enrol-go').click();
  await see(page.getByTestId('code')).toHaveText('K7MQ-2XWD-9HTA');
  await page.getByTestId('code-done').click();
  await see(page.getByTestId('code')).toHaveCount(0);
  await page.getByTestId('revoke-ismailia-2').click();
  await page.getByTestId('revoke-go').click();
  await see(page.getByTestId('revoke-dialog')).toHaveCount(0);
  expect(stage.told.taken).toEqual(['ismailia-2']);
  await see(page.getByTestId('code-port-said')).toContainText('منى عبد الرحمن');
  await page.getByTestId('withdraw-suez-4').click();
  await page.getByTestId('withdraw-go').click();
  await see(page.getByTestId('withdraw-dialog')).toHaveCount(0);
  expect(stage.told.taken).toEqual(['ismailia-2', 'suez-4']);
  await page.getByTestId('revoke-relay-ismailia').click();
  await see(page.getByTestId('revoke-dialog')).toContainText('مركز البيانات');
  await page.context().close();
});

test('accounts are made, changed and removed; the last operator says why it stays', async () => {
  await stage.door.account('mona', 'operator', null);
  const page = await stage.entered('mona', '/accounts');
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
  await stage.door.account('mona', 'operator', null);
  const page = await stage.entered('mona', '/export');
  await page.getByTestId('last-0').click();
  await see(page.getByTestId('from')).toHaveValue(await page.getByTestId('to').inputValue());
  await page.getByTestId('last-30').click();
  await page.getByTestId('where').selectOption('centre ismailia-5');
  const coming = page.waitForEvent('download');
  await page.getByTestId('export-go').click();
  expect((await coming).suggestedFilename()).toMatch(/^dawr-legs-ismailia-5-.*\.csv$/);
  await page.context().close();
});

test('without a line the last figures stay, with their time, until newer ones come', async () => {
  await stage.door.account('mona', 'operator', null);
  const page = await stage.entered('mona');
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
  await stage.door.account('mona', 'operator', null);
  const page = await stage.entered('mona', '/centres/ismailia-5');
  await see(page.getByTestId('hour-chart')).toBeVisible();
  await stage.door.store.database.query('DELETE FROM session');
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await stage.signIn(page, 'mona');
  await see(page.getByRole('heading', { level: 1 })).toContainText('فايد');
  await page.getByTestId('me').click();
  await page.getByTestId('sign-out').click();
  await see(page.getByTestId('sign-in')).toBeVisible();
  await page.context().close();
});
