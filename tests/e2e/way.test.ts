import type { Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { acts, unreloaded } from './acts.js';
import { see } from './see.js';
import { Stage } from './stage.js';

let stage: Stage;
beforeAll(async () => (stage = await Stage.open()));
afterAll(() => stage.close());

test('a ticket goes from two taps to paper, call, board, service and report', async () => {
  const kiosk = await stage.kiosk();
  const board = await stage.board();
  const desk = await stage.desk(1);
  await acts.open(desk);
  const label = await acts.take(kiosk);
  const papers = async (): Promise<readonly string[]> => {
    const answer = await fetch(`${stage.url}/api/papers/k1`);
    return ((await answer.json()) as { papers: readonly string[] }).papers;
  };
  await see.poll(papers).toHaveLength(1);
  expect(await acts.call(desk)).toBe(label);
  await see(board.getByTestId('hero-label')).toHaveText(label);
  await acts.start(desk);
  await acts.finish(desk);
  await see(desk.getByTestId('served')).toContainText('واحد');
  const manager = await stage.manager();
  await see(manager.getByTestId('total-served')).toContainText('١');
  await manager.getByTestId('tab-report').click();
  await see(manager.getByTestId('report-summary')).toBeVisible();
  await unreloaded(kiosk, board, desk);
});

test('two clerks on the last ticket: one gets it, the other hears that nobody waits', async () => {
  const kiosk = await stage.kiosk('k2');
  const first = await stage.desk(1);
  const second = await stage.desk(2);
  await acts.open(second);
  const label = await acts.take(kiosk);
  await see(first.getByTestId('ticket-row')).toHaveCount(1);
  await see(second.getByTestId('ticket-row')).toHaveCount(1);
  const buttons = [first, second].map((desk) => desk.getByTestId('primary'));
  for (const button of buttons) await see(button).toBeEnabled();
  // As fingers do: they press what is there, also if it has gone dead meanwhile.
  await Promise.all(buttons.map((button) => button.click({ force: true })));
  const shows = async (desk: Page): Promise<boolean> => {
    const current = desk.getByTestId('current-label');
    return (await current.count()) > 0 && (await current.innerText()).trim() === label;
  };
  const holders = async (): Promise<Page[]> => {
    const held = await Promise.all([first, second].map(shows));
    return [first, second].filter((_, n) => held[n]);
  };
  await see.poll(async () => (await holders()).length).toBe(1);
  const holder = (await holders())[0]!;
  const other = holder === first ? second : first;
  // Whose view was there before the click finds the button dead.
  const dead = other.locator('[data-testid="primary"][data-step="call"]:disabled');
  await see(other.getByTestId('refusal').or(dead).first()).toBeVisible();
  await acts.start(holder);
  await acts.finish(holder);
});

test('recalled, absent, and back with the same place', async () => {
  const kiosk = await stage.kiosk();
  const board = await stage.board();
  const desk = await stage.desk(1);
  const label = await acts.take(kiosk);
  await acts.call(desk);
  await desk.getByTestId('act-recall').click();
  await see(board.getByTestId('hero-label')).toHaveText(label);
  await desk.getByTestId('act-noShow').click();
  await see(board.getByTestId('missed')).toContainText(label);
  await desk.getByTestId('absent').getByTestId('return').first().click();
  expect(await acts.call(desk)).toBe(label);
  await acts.start(desk);
  await acts.finish(desk);
});

test('a phone follows its ticket, sees the call, and rates the visit', async () => {
  const desk = await stage.desk(1);
  const kiosk = await stage.kiosk();
  const label = await acts.take(kiosk);
  const start = (await (await fetch(`${stage.url}/api/start`)).json()) as { phone: string };
  const phone = await stage.page(start.phone, { width: 390, height: 844 });
  await see(phone.getByTestId('label').first()).toContainText(label);
  await acts.call(desk);
  await see(phone.getByTestId('called')).toBeVisible();
  await acts.start(desk);
  await acts.finish(desk);
  await phone.getByTestId('star-5').click();
  await see(phone.getByTestId('closed')).toBeVisible();
});
