import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Agent } from '../agent/agent.js';
import type { BusPlan } from '../agent/bus/devices.js';
import { VirtualBus } from '../agent/bus/virtual-bus.js';
import { playersOf, startBuses } from '../agent/buses.js';
import type { Answer } from '../core/protocol/wire.js';
import { labelOf } from '../core/views/hall.js';
import { enrolOwn } from '../server/http/enrol.js';
import { display, keypad } from './fixtures/bus.js';
import { kioskOf, signedIn } from './fixtures/callers.js';
import { openDoors, type Doors } from './fixtures/doors.js';
import { openPty, type Pty } from './fixtures/pty.js';
import { Screen } from './play/client.js';

const folder = mkdtempSync(join(tmpdir(), 'dawr-displays-'));
const apertum = display('apertum-6');
const NEXT = Uint8Array.of(0x01, 0x70, 0x31, 0x07);
const RECALL = Uint8Array.of(0x01, 0x70, 0x32, 0x07);

let doors: Doors;
let agent: Agent;
let pty: Pty;
let bus: VirtualBus;
const answers: (Answer | undefined)[] = [];

beforeAll(async () => {
  doors = await openDoors();
  const plan = (path: string): BusPlan => ({
    name: 'hall',
    link: { kind: 'serial', path },
    line: apertum.line,
    displays: [
      { address: 48, profile: apertum, shows: { counter: 'c1' } },
      { address: 49, profile: apertum, shows: { call: 1, part: 'both' } },
    ],
    keypads: [
      { address: 0x70, profile: keypad('apertum-keys'), counter: 'c1' },
      { address: 0x71, profile: keypad('apertum-keys'), counter: 'c12' },
    ],
    relays: [],
  });
  bus = new VirtualBus(playersOf(plan('')));
  pty = await openPty((bytes) => bus.receive(bytes));
  const token = await enrolOwn(doors.centre, 'a1', 'agent');
  const queue = { take: () => undefined, keep: () => undefined, stop: () => undefined };
  agent = new Agent({
    self: { server: doors.url, deviceId: 'a1', data: folder },
    cookie: `dawr-a1=${token}`,
    start: () => ({ queue, ended: Promise.resolve(), loaded: () => undefined }),
    startHall: (clock, { ask, troubles }) =>
      startBuses([plan(pty.near)], {
        ...{ clock, troubles, data: folder, say: () => undefined },
        press: async ({ requestId, at, counterId, key }) => {
          const command = { type: 'pressKey', counterId, key };
          answers.push(await ask({ requestId, sentAt: at, command }));
          return answers.at(-1);
        },
        onFault: (fault) => {
          throw fault;
        },
      }),
    say: () => undefined,
    exit: () => undefined,
  });
});

afterAll(async () => {
  await agent.stop();
  await pty.remove();
  await doors.close();
  rmSync(folder, { recursive: true });
});

const press = async (bytes: Uint8Array): Promise<Answer | undefined> => {
  const count = answers.length;
  await pty.say(bytes);
  await vi.waitUntil(() => answers.length > count);
  return answers.at(-1);
};
const looks = (): string[] => bus.looks().map(({ text }) => text.trim());

const boardLabel = () => {
  const { configuration, log } = doors.centre;
  return labelOf(configuration(), log.state.day!.calls[0]!);
};

test('a keypad calls for the clerk of its counter, and the displays show whom', async () => {
  await vi.waitUntil(() => looks().length === 2 && looks()[0] === '', { timeout: 10_000 });
  expect(await press(RECALL)).toEqual({ refused: 'counter.notOpen' });
  const desk = new Screen(doors.url, 'desk', {
    deviceId: 'desk-1',
    jar: await signedIn(doors, 'desk', 'amal'),
  });
  await desk.ready();
  const kiosk = await kioskOf(doors);
  const { counters, profiles, services } = doors.centre.configuration();
  const profileId = counters[0]!.profiles[0]!;
  const { categories } = profiles.find(({ id }) => id === profileId)!;
  const service = services.find(({ category }) => categories.includes(category))!;
  await kiosk.ask({ type: 'takeTicket', services: [service.id], language: 'ar' });
  await desk.ask({ type: 'openCounter', counterId: 'c1', profileId });
  expect(await press(NEXT)).toMatchObject({ done: true });
  const { letter, number } = boardLabel();
  const label = `${letter?.en}${number}`;
  await vi.waitUntil(() => looks()[0] === label, { timeout: 10_000 });
  await vi.waitUntil(() => looks()[1]?.startsWith(label) === true, { timeout: 10_000 });
  desk.close();
  kiosk.close();
});

test('a keypad has no right at a counter that is not its agent’s', async () => {
  expect(await press(Uint8Array.of(0x01, 0x71, 0x31, 0x07))).toEqual({ refused: 'role.denied' });
});
