import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ServiceConfig } from '../../core/configuration.js';
import type { Language } from '../../core/lists.js';
import { MINUTE_MS } from '../../core/time.js';
import { demoCentre } from '../fixtures/manager.js';
import { found, readText } from '../fixtures/slips.js';
import { acts } from './acts.js';
import { see } from './see.js';
import { Stage } from './stage.js';

const service = demoCentre().services.find(({ frequent }) => frequent)!;
let stage: Stage;
let kiosk: Page;
beforeAll(async () => {
  stage = await Stage.open();
  kiosk = await stage.kiosk();
  // The agent beside the printer starts after the server.
  await kiosk.getByTestId(`service-${service.id}`).click();
  await kiosk.getByTestId('print-information').waitFor({ timeout: 45_000 });
  await kiosk.getByTestId('back').click();
});
afterAll(() => stage.close());

/** Pictures of what came out of the entrance kiosk's printer, as its bytes were decoded. */
const papers = (): string[] => {
  const folder = join(stage.data, 'agent', 'paper');
  const names = readdirSync(folder).filter((name) => /^k1-.*\.png$/.test(name));
  return names.sort().map((name) => join(folder, name));
};

/** What comes out while something is done. */
const printed = async (count: number, act: () => Promise<void>): Promise<Buffer[]> => {
  const before = papers();
  await act();
  const fresh = (): string[] => papers().filter((file) => !before.includes(file));
  await see.poll(() => fresh().length, { timeout: 20_000 }).toBe(count);
  return fresh().map((file) => readFileSync(file));
};

const tells = (paper: Buffer, { name, papers: needed }: ServiceConfig, language: Language) => {
  const read = readText(paper, language === 'ar' ? 'ara' : 'eng');
  expect(found(read, name[language])).toBe(1);
  const list = (needed ?? []).map((words) => words[language]).join(' ');
  expect(found(read, list)).toBeGreaterThanOrEqual(0.9);
};

test('a visitor has all about a service printed at the kiosk, in either language', async () => {
  for (const language of ['ar', 'en'] as const) {
    const [paper] = await printed(1, async () => {
      await kiosk.getByTestId(`service-${service.id}`).click();
      await kiosk.getByTestId('print-information').click();
      await see(kiosk.getByTestId('information-comes')).toBeVisible();
    });
    tells(paper!, service, language);
    await kiosk.getByTestId('back').click();
    await kiosk.getByTestId('bar-language').click();
  }
});

test('a clerk has it printed for a visitor who asks', async () => {
  const desk = await stage.desk(2);
  const [paper] = await printed(1, async () => {
    await desk.getByTestId('information').click();
    await desk.getByTestId(`service-${service.id}`).check();
    await desk.getByTestId('information-en').check();
    await desk.getByTestId('information-go').click();
    await see(desk.getByTestId('ask-information')).toHaveCount(0);
  });
  tells(paper!, service, 'en');
});

/** The time of day in the centre so many minutes ago. */
const timeAgo = (minutes: number): string =>
  new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone: 'Africa/Cairo', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  }).format(Date.now() - minutes * MINUTE_MS);

test('numbers of a printed pad are entered with their times, and called in due order', async () => {
  const manager = await stage.manager();
  const pad = await printed(3, async () => {
    await manager.getByTestId('pad-print').click();
    await manager.getByTestId('pad-to').fill('3');
    await manager.getByTestId('pad-print-go').click();
    await see(manager.getByTestId('pad-print-dialog')).toHaveCount(0);
  });
  pad.forEach((paper, index) => {
    expect(readText(paper, 'eng')).toMatch(new RegExp(`^${index + 1}\\W+Citizen`, 'm'));
    expect(found(readText(paper, 'ara'), demoCentre().centre.name.ar)).toBe(1);
  });
  await manager.getByTestId('pad-print').click();
  await see(manager.getByTestId('pad-from')).toHaveValue('4');
  await manager.keyboard.press('Escape');

  const taken = await acts.take(kiosk);
  await manager.getByTestId('pad').click();
  await manager.getByTestId('pad-service').selectOption(service.id);
  const enter = async (number: number, minutesAgo: number): Promise<void> => {
    await manager.getByTestId('pad-number').fill(String(number));
    await manager.getByTestId('pad-time').fill(timeAgo(minutesAgo));
    await manager.getByTestId('pad-go').click();
  };
  await enter(1, 10);
  await see(manager.getByTestId('pad-number')).toHaveValue('2');
  await enter(2, 40);
  await see(manager.getByTestId('pad-entered')).toContainText('رقمان');
  await enter(1, 5);
  await see(manager.getByTestId('pad-dialog').getByTestId('problem')).toBeVisible();
  await manager.getByTestId('pad-close').click();

  const desk = await stage.desk(1);
  await acts.open(desk);
  for (const label of ['٢', '١', taken]) {
    expect(await acts.call(desk)).toBe(label);
    await acts.start(desk);
    await acts.finish(desk);
  }
});
