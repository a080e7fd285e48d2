import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import {
  call,
  counter,
  display,
  hallWith,
  keypad,
  labelled,
  relay,
} from '../tests/fixtures/bus.js';
import { openPty, type Pty } from '../tests/fixtures/pty.js';
import type { BusLink, BusPlan } from './bus/devices.js';
import type { Press } from './bus/keypads.js';
import { VirtualBus } from './bus/virtual-bus.js';
import { playersOf, startBuses, type RunningBuses } from './buses.js';
import { machineClock } from './clock.js';
import { Troubles } from './troubles.js';

const folder = mkdtempSync(join(tmpdir(), 'dawr-lines-'));
afterAll(() => rmSync(folder, { recursive: true }));

const stx = display('stxetx-4');
const plan = (link: BusLink): BusPlan => ({
  name: 'hall',
  link,
  line: stx.line,
  displays: [
    ...Array.from({ length: 12 }, (_, at) => ({
      address: at + 1,
      profile: stx,
      shows: { counter: `c${at + 1}` },
    })),
    { address: 20, profile: display('dm56'), shows: { call: 1, part: 'counter' } },
    { address: 48, profile: display('apertum-6'), shows: { call: 1, part: 'both' } },
  ],
  keypads: [{ address: 0x70, profile: keypad('apertum-keys'), counter: 'c3' }],
  relays: [{ address: 90, coil: 2, profile: relay('waveshare-8'), counters: ['c3'], onMs: 500 }],
});

let pty: Pty | undefined;
let buses: RunningBuses | undefined;
afterEach(async () => {
  await buses?.stop();
  await pty?.remove();
  [buses, pty] = [undefined, undefined];
});

const troublesTo = (said: string[]): Troubles =>
  new Troubles({ say: (line) => void said.push(line), onChange: () => undefined });

const everyCounter = (number: number) =>
  Array.from({ length: 12 }, (_, at) => counter(`c${at + 1}`, 'serving', labelled(number + at)));

test('a bus of many kinds on a serial line: shown, pulled out, plugged in, pressed', async () => {
  const bus = new VirtualBus(playersOf(plan({ kind: 'virtual' })));
  pty = await openPty((bytes) => bus.receive(bytes));
  const said: string[] = [];
  const troubles = troublesTo(said);
  const presses: Press[] = [];
  buses = startBuses([plan({ kind: 'serial', path: pty.near })], {
    ...{ clock: machineClock, data: folder, troubles, say: (line: string) => said.push(line) },
    press: async (press) => {
      presses.push(press);
      return { done: true, seq: 1 };
    },
    onFault: (fault) => {
      throw fault;
    },
  });
  const looks = (): string =>
    bus
      .looks()
      .map(({ text }) => text.trim())
      .join(' ');
  const shows = (text: string) => vi.waitUntil(() => looks() === text, { timeout: 10_000 });
  await shows(`${'---- '.repeat(13)}------`);
  const at = machineClock.now();
  buses.see(hallWith(everyCounter(101), [call('c3', 103, at)]));
  await shows('101 102 103 104 105 106 107 108 109 110 111 112 3 103  3');
  await pty.unplug();
  buses.see(hallWith(everyCounter(201), [call('c3', 203, at)]));
  await pty.plugIn();
  await shows('201 202 203 204 205 206 207 208 209 210 211 212 3 203  3');
  await pty.say(Uint8Array.of(0x01, 0x70, 0x31, 0x07));
  await vi.waitUntil(() => presses.length === 1);
  expect(presses).toMatchObject([{ counterId: 'c3', key: 'next' }]);
  expect(said).toEqual([
    'line hall is away: look at its adapter and cable',
    'line hall is well again',
  ]);
  await buses.stop();
  expect(looks().trim()).toBe('');
  expect(said).toHaveLength(2);
});

test('virtual displays become a picture, and counters that are not known are told', async () => {
  const said: string[] = [];
  const troubles = troublesTo(said);
  buses = startBuses([plan({ kind: 'virtual' })], {
    ...{ clock: machineClock, data: folder, troubles, say: (line: string) => said.push(line) },
    ...{ press: async () => undefined, onFault: () => undefined },
  });
  buses.see(hallWith([...everyCounter(101).slice(1), counter('c99', 'open')]));
  buses.see(hallWith(everyCounter(101).slice(1)));
  const picture = join(folder, 'boards', 'hall.svg');
  const read = (): string => (existsSync(picture) ? readFileSync(picture, 'utf8') : '');
  await vi.waitUntil(() => read().includes('>48</text>'), { timeout: 10_000 });
  expect(said).toEqual([
    'bus hall: the server tells nothing of counter "c1": add it to this agent\'s counters in the ' +
      "centre's file, or remove it here",
  ]);
});
