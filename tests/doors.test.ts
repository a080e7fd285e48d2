import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BoardView, DeskView, KioskView } from '../core/protocol/views.js';
import { openDoors, SECRET, type Doors } from './fixtures/doors.js';
import { openPage, Screen, signIn, type Jar } from './play/client.js';

let running: Doors;

beforeAll(async () => {
  running = await openDoors();
});

afterAll(() => running.close());

const deskJar = async (): Promise<Jar> => {
  const jar = await openPage(running.url, 'desk', 'desk-1');
  await signIn(running.url, jar, { deviceId: 'desk-1', staffId: 'amal', secret: SECRET });
  return jar;
};

const seen = <V extends { readonly version: number }>(
  screen: Screen<V>,
  holds: (view: V) => boolean,
): Promise<V> =>
  new Promise((resolve) => {
    const look = (view: V): void => {
      if (holds(view)) resolve(view);
    };
    screen.socket.on('view', look);
    if (screen.view !== undefined) look(screen.view);
  });

test('a ticket goes from the kiosk to the board and is served', async () => {
  const kiosk = new Screen<KioskView>(running.url, 'kiosk', {
    deviceId: 'k1',
    jar: await openPage(running.url, 'kiosk', 'k1'),
  });
  const board = new Screen<BoardView>(running.url, 'board', {
    deviceId: 'hall-1',
    jar: await openPage(running.url, 'board', 'hall-1'),
  });
  const desk = new Screen<DeskView>(running.url, 'desk', {
    deviceId: 'desk-1',
    jar: await deskJar(),
  });
  await Promise.all([kiosk.ready(), board.ready(), desk.ready()]);
  const { configuration } = running.centre;
  const counter = configuration().counters[0]!;
  const profile = configuration().profiles.find(({ id }) => id === counter.profiles[0])!;
  const service = configuration().services.find(
    ({ id, category }) => profile.services.includes(id) || profile.categories.includes(category),
  )!;
  const take = { type: 'takeTicket', services: [service.id], language: 'ar' };
  const taken = await kiosk.ask(take);
  expect(taken).toMatchObject({ done: true, receipt: { ahead: 0, printing: true } });
  const counterId = counter.id;
  expect(await desk.ask({ type: 'openCounter', counterId, profileId: profile.id })).toMatchObject({
    done: true,
  });
  expect(await desk.ask({ type: 'callNext', counterId })).toMatchObject({ done: true });
  const shown = await seen(board, ({ calls }) => calls.length > 0);
  expect(shown.calls[0]).toMatchObject({ counterId });
  expect(await desk.ask({ type: 'finish', counterId, callNext: true })).toMatchObject({
    done: true,
  });
  const after = await seen(desk, ({ today }) => today.served === 1);
  expect(after.current).toBeNull();
  for (const screen of [kiosk, board, desk]) screen.close();
});

test('a device without a token, and a role without the right, are refused', async () => {
  const jar = await openPage(running.url, 'kiosk', 'k2');
  const stranger = new Screen(running.url, 'board', { deviceId: 'k2', jar });
  await expect(stranger.ready()).rejects.toThrow('notEnrolled');
  stranger.close();
  const kiosk = new Screen<KioskView>(running.url, 'kiosk', { deviceId: 'k2', jar });
  await kiosk.ready();
  expect(await kiosk.ask({ type: 'closeDay' })).toEqual({ refused: 'payload.invalid' });
  expect(await kiosk.ask({ type: 'rate', ticketId: 'aaaaaaaa:1', stars: 5 })).toEqual({
    refused: 'role.denied',
  });
  kiosk.close();
});
