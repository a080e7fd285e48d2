import type { Page, WebSocketRoute } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { acts, unreloaded } from './acts.js';
import { see } from './see.js';
import { Stage } from './stage.js';

let stage: Stage;
beforeAll(async () => (stage = await Stage.open()));
afterAll(() => stage.close());

test('the server is killed in the middle: no page is reloaded, nothing is lost', async () => {
  const kiosk = await stage.kiosk();
  const board = await stage.board();
  const desk = await stage.desk(1);
  await acts.open(desk);
  const first = await acts.take(kiosk);
  const second = await acts.take(kiosk);
  expect(await acts.call(desk)).toBe(first);
  await stage.kill();
  await see(board.getByTestId('not-live')).toBeVisible();
  await see(board.getByTestId('hero-label')).toHaveText(first);
  await stage.start();
  await see(board.getByTestId('not-live')).toHaveCount(0);
  await see(desk.getByTestId('current-label')).toHaveText(first);
  await acts.start(desk);
  await acts.finish(desk);
  expect(await acts.call(desk)).toBe(second);
  await acts.start(desk);
  await acts.finish(desk);
  await unreloaded(kiosk, board, desk);
});

/** Of what goes over a page's cable, what is lost: neither end notices. */
type Way = 'asks' | 'answers';

/** Loads a page again behind a cable that can lose what goes one way; `plugIn` mends it. */
const cableTo = async (page: Page) => {
  let losing: Way | null = null;
  const lost: string[] = [];
  const ends: Pick<WebSocketRoute, 'close'>[] = [];
  await page.routeWebSocket(/\/socket\//, (line) => {
    const server = line.connectToServer();
    ends.push(line, server);
    const over = (way: Way, to: WebSocketRoute) => (message: string | Buffer) => {
      if (losing === way) lost.push(String(message));
      else to.send(message);
    };
    line.onMessage(over('asks', server));
    server.onMessage(over('answers', line));
  });
  await page.reload();
  return {
    lost,
    lose: (way: Way) => void (losing = way),
    plugIn: async (): Promise<void> => {
      losing = null;
      await Promise.all(ends.splice(0).map((end) => end.close()));
    },
  };
};

const numberOf = (label: string): number =>
  Number(label.replace(/[٠-٩]/g, (digit) => `${digit.charCodeAt(0) - 0x660}`).replace(/\D/g, ''));

test.each([
  ['asks', 'takeTicket'],
  ['answers', '"done":true'],
] as const)(
  'a ticket whose %s are lost is issued once, when the cable is back',
  async (way, words) => {
    const kiosk = await stage.kiosk('k2');
    // The agent is on another machine: it gives no number of its own.
    await kiosk.route(/\/(status|ticket)\b/, (route) => route.abort());
    const cable = await cableTo(kiosk);
    const before = numberOf(await acts.take(kiosk));
    cable.lose(way);
    await kiosk.locator('[data-testid^="service-"]').first().click();
    await kiosk.getByTestId('take-ticket').click();
    await see.poll(() => cable.lost.some((message) => message.includes(words))).toBe(true);
    await see(kiosk.getByTestId('ticket')).toHaveCount(0);
    await cable.plugIn();
    const late = numberOf(await acts.taken(kiosk));
    const after = numberOf(await acts.take(kiosk));
    expect([late, after]).toEqual([before + 1, before + 2]);
  },
);
