import { afterAll, beforeAll, expect, test } from 'vitest';
import { acts, step, unreloaded } from './acts.js';
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

test('a command sent while the cable is out is carried out once when it is back', async () => {
  const kiosk = await stage.kiosk('k2');
  const desk = await stage.desk(1);
  const label = await acts.take(kiosk);
  await step(desk, 'call');
  await stage.setOffline(kiosk, true);
  await stage.setOffline(kiosk, false);
  await see(kiosk.getByTestId('welcome')).toBeVisible();
  const next = await acts.take(kiosk);
  expect(next).not.toBe(label);
  expect(await acts.call(desk)).toBe(label);
  await unreloaded(kiosk, desk);
});
