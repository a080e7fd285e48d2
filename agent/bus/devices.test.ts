import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format } from 'prettier';
import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { readDevices } from '../devices.js';
import { countersOf } from './devices.js';
import { keypadSchema, readKeypad } from './keypad.js';
import { readRelay, relaySchema } from './relays.js';

const folder = mkdtempSync(join(tmpdir(), 'dawr-buses-'));
const file = join(folder, 'devices.json');
afterAll(() => rmSync(folder, { recursive: true }));

const read = (bus: object) => {
  const link = { kind: 'serial', path: '/dev/ttyUSB0' };
  writeFileSync(file, JSON.stringify({ printers: {}, buses: { hall: { link, ...bus } } }));
  return readDevices(file, 'firmware-config').buses[0]!;
};
const stx = (address: number, shows: object) => ({ profile: 'stxetx-4', address, ...shows });
const bell = { profile: 'modbus-coils', address: 5, coil: 0, counters: ['c1'], onMs: 500 };

describe('the devices on a bus', () => {
  test('each has a profile, an address and what it is for', () => {
    const plan = read({
      displays: [stx(1, { counter: 'c1' }), stx(2, { call: 1, part: 'label' })],
      keypads: [{ profile: 'apertum-keys', address: 33, counter: 'c2' }],
      relays: [bell],
    });
    expect(plan.line).toEqual({ baudRate: 9600, dataBits: 8, parity: 'none', stopBits: 1 });
    expect(plan.displays.map(({ shows }) => shows)).toEqual([
      { counter: 'c1' },
      { call: 1, part: 'label' },
    ]);
    expect([...countersOf(plan)]).toEqual(['c1', 'c2']);
  });

  test('another speed than the profiles say is the line’s', () => {
    const link = { kind: 'serial', path: '/dev/ttyUSB0', baudRate: 19_200 };
    const { line } = read({ link, displays: [stx(1, { counter: 'c1' })] });
    expect(line.baudRate).toBe(19_200);
  });

  test.each([
    [
      'an address twice',
      { displays: [stx(1, { counter: 'c1' }), stx(1, { counter: 'c2' })] },
      'hall.displays.1.address: is already the address of displays.0.address',
    ],
    [
      'a display and a relay board at one address',
      { displays: [stx(5, { counter: 'c1' })], relays: [bell] },
      'hall.relays.0.address: is already',
    ],
    [
      'a display and a keypad with a lamp at one address',
      {
        displays: [{ profile: 'apertum-6', address: 33, counter: 'c1' }],
        keypads: [{ profile: 'apertum-keys', address: 33, counter: 'c1' }],
      },
      'hall.keypads.0.address: is already the address of displays.0.address',
    ],
    [
      'two boards at one address',
      { relays: [bell, { ...bell, coil: 1, profile: 'waveshare-8' }] },
      'hall.relays.1.profile: the board at address 5 is already a modbus-coils',
    ],
    [
      'the address of all boards at once',
      { relays: [{ ...bell, address: 0 }] },
      'hall.relays.0.address: a modbus-coils has 1 to 247',
    ],
    [
      'an address that Modbus keeps for itself',
      { relays: [{ ...bell, address: 248 }] },
      'hall.relays.0.address: a modbus-coils has 1 to 247',
    ],
    ['a coil twice', { relays: [bell, bell] }, 'hall.relays.1.coil: is already'],
    [
      'an address that the model has not',
      { displays: [stx(100, { counter: 'c1' })] },
      'hall.displays.0.address: a stxetx-4 has 1 to 99',
    ],
    [
      'a coil that the model has not',
      { relays: [{ ...bell, coil: 8 }] },
      'hall.relays.0.coil: a modbus-coils has 0 to 7',
    ],
    [
      'a display too narrow for label and counter',
      { displays: [stx(1, { call: 1 })] },
      'hall.displays.0.part: a stxetx-4 is too narrow for both',
    ],
    [
      'devices of different lines',
      { displays: [stx(1, { counter: 'c1' }), { profile: 'alpha-12', address: 2, counter: 'c2' }] },
      'hall.(bus): stxetx-4 and alpha-12 need lines',
    ],
    ['no device at all', {}, 'hall.(bus): has no device'],
    [
      'a bell that rings too long',
      { relays: [{ ...bell, onMs: 6_000 }] },
      'buses.hall.relays[0].onMs: is too large: at most 5000',
    ],
    [
      'a profile that is not there',
      { displays: [{ profile: 'none', address: 1, counter: 'c1' }] },
      'displays/none.json: cannot be read',
    ],
    [
      'more displays than the line has time for',
      {
        displays: Array.from({ length: 64 }, (_, at) => ({
          profile: 'stxetx-4',
          address: at + 1,
          counter: 'c1',
        })),
        link: { kind: 'serial', path: '/dev/ttyUSB0', baudRate: 1200 },
      },
      'hall.displays: writing all takes',
    ],
  ])('%s is refused, with its place', (_, bus, said) => {
    expect(() => read(bus)).toThrow(said);
  });
});

describe('profiles of keypads and relays', () => {
  test.each(readdirSync('firmware-config/keypads'))('%s is named after its id', (name) => {
    expect(`${readKeypad(join('firmware-config/keypads', name)).id}.json`).toBe(name);
  });

  test.each(readdirSync('firmware-config/relays'))('%s is named after its id', (name) => {
    expect(`${readRelay(join('firmware-config/relays', name)).id}.json`).toBe(name);
  });

  test.each([
    ['keypad', keypadSchema],
    ['relay', relaySchema],
  ] as const)('the JSON Schema of a %s says what the agent checks', async (name, of) => {
    const schema = z.toJSONSchema(of, { io: 'input' });
    const text = await format(JSON.stringify(schema), { parser: 'json', printWidth: 100 });
    await expect(text).toMatchFileSnapshot(`../../firmware-config/schema/${name}.schema.json`);
  });
});
