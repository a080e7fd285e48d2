import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { countryFleet } from '../fixtures/fleet/answers.js';
import { FleetStage } from '../fixtures/fleet/stage.js';
import { see } from './see.js';
import { violations } from './violations.js';

let stage: FleetStage;
beforeAll(async () => (stage = await FleetStage.open()));
afterAll(() => stage.close());
beforeEach(() => stage.empty());

test('no page has a serious violation, in both languages, at a desk and on a phone', async () => {
  await stage.door.account('mona', 'operator', null);
  for (const size of [
    { width: 1366, height: 768 },
    { width: 390, height: 844 },
  ]) {
    const page = await stage.entered('mona', '/', size);
    for (const path of [
      '/',
      '/centres/ismailia-3',
      '/alarms',
      '/export',
      '/enrolment',
      '/accounts',
      '/audit',
    ]) {
      await page.goto(`${stage.url}${path}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      for (let n = 0; n < 2; n += 1) {
        expect([path, await violations(page)]).toEqual([path, []]);
        await page.getByTestId('language-switch').click();
      }
    }
    await page.goto(`${stage.url}/accounts`);
    await page.getByTestId('account-add').click();
    expect(await violations(page)).toEqual([]);
    await page.context().close();
  }
});

test('what is searched and sorted stands in the address, also after a reload', async () => {
  await stage.door.account('mona', 'operator', null);
  const page = await stage.entered('mona', '/?find=%D9%81%D8%A7%D9%8A%D8%AF');
  await see(page.getByTestId('count')).toContainText('مركز واحد');
  await page.getByTestId('search').fill('القنطرة');
  await page.getByTestId('sort-p90').click();
  await page.getByTestId('sort-p90').click();
  const query = () => Object.fromEntries(new URL(page.url()).searchParams);
  expect(query()).toEqual({ find: 'القنطرة', sort: 'p90', order: 'reversed' });
  await page.reload();
  await see(page.getByTestId('count')).toContainText('مركزان');
  await see(page.locator('[aria-sort="ascending"]')).toHaveCount(1);
  await page.getByTestId('centre-ismailia-6').getByRole('link').first().click();
  await see(page.getByTestId('hour-chart')).toBeVisible();
  await page.getByRole('link', { name: 'كل المراكز' }).click();
  await see(page.getByTestId('count')).toContainText('مركزان');
  await page.goBack();
  await page.goBack();
  await page.goBack();
  await see(page.locator('[aria-sort="descending"]')).toHaveCount(1);
  expect(query()).toEqual({ find: 'القنطرة', sort: 'p90' });
  await page.goto(`${stage.url}/export?from=2026-11-01&to=2026-11-03&where=centre+ismailia-5`);
  await see(page.getByTestId('where')).toHaveValue('centre ismailia-5');
  await see(page.getByTestId('from')).toHaveValue('2026-11-01');
  await page.context().close();
});

test('an operator of all governorates reads what people did; nobody else does', async () => {
  await stage.door.account('mona', 'operator', null);
  await stage.door.account('nadia', 'operator', ['ismailia']);
  const other = await stage.entered('nadia', '/audit');
  await see(other.getByTestId('no-right')).toBeVisible();
  await other.context().close();
  const page = await stage.entered('mona', '/audit');
  await see(page.getByTestId('audit')).toContainText('دخول');
  await see(page.getByTestId('audit')).toContainText('nadia');
  await page.context().close();
});

test('a country of 700 centres is searched, filtered and sorted', async () => {
  stage.told.fleet = countryFleet(700);
  await stage.door.account('mona', 'operator', null);
  const page = await stage.entered('mona');
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
