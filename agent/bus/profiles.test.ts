import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { checksumOf, crc16Modbus } from './checksum.js';
import { displaySchema, exchangeOf, readDisplay, type Shown } from './display.js';
import { judgeWrite, writeCoil, writeRegister } from './modbus.js';
import { displayPlayer, UnknownFrame } from './players.js';
import { VirtualBus } from './virtual-bus.js';

const FOLDER = 'firmware-config/displays';
const NAMES = readdirSync(FOLDER);
const profileOf = (id: string) => readDisplay(join(FOLDER, `${id}.json`));

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase();
const ascii = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const sent = (id: string, address: number, shown: Partial<Shown> & { text: string }): string =>
  hex(exchangeOf(profileOf(id), address, { blink: false, ...shown }).bytes);

describe('checksums', () => {
  test.each([
    // Catalogue of parametrised CRC algorithms (Greg Cook), CRC-16/MODBUS: check 4B37.
    ['crc16-modbus', 'bytes-high-first', '313233343536373839', '4B37'],
    // A maker's example of a Modbus RTU digit display that shows 50.
    ['crc16-modbus', 'bytes-low-first', '010600000032', '081F'],
    // A maker's example of a relay board: coil 0 on, and off.
    ['crc16-modbus', 'bytes-low-first', '01050000FF00', '8C3A'],
    ['crc16-modbus', 'bytes-low-first', '010500000000', 'CDCA'],
    // Waveshare, Modbus RTU Relay, flash on for 700 ms.
    ['crc16-modbus', 'bytes-low-first', '010502000007', '8DB0'],
    // Alpha Sign Communications Protocol 9708-8061F, page 60: AAHELLO between STX and ETX.
    ['sum16', 'hex', `02${hex(ascii('AAHELLO'))}03`, hex(ascii('01FB'))],
    // Modbus over serial line, ASCII mode: 01 03 00 00 00 01 has FB.
    ['lrc8', 'hex', '010300000001', hex(ascii('FB'))],
    // NMEA 0183 takes the exclusive or of all characters: GPGLL,5300.97914,N,00259.98174,E,… 28.
    ['xor8', 'hex', hex(ascii('GPGLL,5300.97914,N,00259.98174,E,125926,A')), hex(ascii('28'))],
    ['sum8', 'bytes-low-first', 'FF0203', '04'],
  ] as const)('%s, %s', (kind, form, over, expected) => {
    expect(hex(checksumOf({ kind, form }, Buffer.from(over, 'hex')))).toBe(expected);
  });

  test('a frame with its own CRC behind it has none left', () => {
    expect(crc16Modbus(Buffer.from('010600000032081F', 'hex'))).toBe(0);
  });
});

describe('frames of the profiles', () => {
  test.each(NAMES)('%s can be read, and is named after its id', (name) => {
    expect(`${readDisplay(join(FOLDER, name)).id}.json`).toBe(name);
  });

  test('STX, address, text, ETX', () => {
    expect(sent('stxetx-4', 7, { text: '105' })).toBe(`02${hex(ascii('07 105'))}03`);
    expect(sent('stxetx-4', 12, { text: 'A105' })).toBe(`02${hex(ascii('12A105'))}03`);
  });

  test('the kind of Apertum QSystem tells steady from blinking', () => {
    expect(sent('apertum-6', 0x30, { text: 'A105' })).toBe(`013020${hex(ascii('A105  '))}07`);
    const blinking = sent('apertum-6', 0x30, { text: 'A105', blink: true });
    expect(blinking).toBe(`013021${hex(ascii('A105  '))}07`);
  });

  test('a Modbus digit display takes a number, or a character in each register', () => {
    expect(sent('modbus-number-5', 1, { text: '50' })).toBe('010600000032081F');
    expect(sent('dm56', 1, { text: 'A105' })).toMatch(/^011000000004080041003100300035/);
    expect(sent('dm36', 9, { text: 'A105' })).toMatch(/^0910000000060C002000200041003100300035/);
  });

  test('an Alpha sign gets a TEXT file with its sum', () => {
    const text = '1B2062'.concat(hex(ascii('A105 > 3')));
    const all = `0000000000015A3036024141${text}03${hex(ascii('02AC'))}04`;
    expect(sent('alpha-12', 6, { text: 'A105 > 3' })).toBe(all);
    expect(sent('alpha-12', 6, { text: 'A105', blink: true })).toContain('1B2063');
  });

  test('what a Modbus device answers is told from noise, from a refusal and from another', () => {
    const asked = writeRegister(1, 0, 50);
    const judge = judgeWrite(asked);
    expect(judge(asked)).toBe('accepted');
    expect(judge(Uint8Array.of(0, ...asked))).toBe('accepted');
    expect(judge(asked.subarray(0, 7))).toBe('more');
    expect(judge(writeRegister(1, 0, 51))).toBe('more');
    expect(judge(writeRegister(2, 0, 50))).toBe('more');
    // Modbus application protocol V1.1b3, 7: function with the high bit, then the exception's code.
    const refused = Uint8Array.of(0x01, 0x86, 0x02, 0xc3, 0xa1);
    expect(crc16Modbus(refused)).toBe(0);
    expect(judge(refused)).toBe('rejected');
    expect(hex(writeCoil(1, 0, 0xff00))).toBe('01050000FF008C3A');
  });

  test('the JSON Schema for editors says what the agent checks', async () => {
    const schema = z.toJSONSchema(displaySchema, { io: 'input' });
    const text = await format(JSON.stringify(schema), { parser: 'json', printWidth: 100 });
    await expect(text).toMatchFileSnapshot('../../firmware-config/schema/display.schema.json');
  });
});

describe('the virtual bus', () => {
  const TEXTS: readonly Shown[] = [
    { text: '105', blink: false },
    { text: '', blink: false },
    { text: '7', blink: true },
  ];

  test.each(NAMES)('knows every frame for %s, in pieces of any size', (name) => {
    const profile = readDisplay(join(FOLDER, name));
    const { min, max } = profile.addresses;
    const texts = [...TEXTS, { text: profile.face.signs.lost, blink: false }];
    for (const size of [1, 3, 100]) {
      const bus = new VirtualBus([min, max].map((address) => displayPlayer(profile, address)));
      for (const [index, shown] of texts.entries()) {
        const { bytes, reply } = exchangeOf(profile, max, shown);
        let heard = new Uint8Array();
        for (let at = 0; at < bytes.length; at += size) {
          heard = Uint8Array.from([...heard, ...bus.receive(bytes.subarray(at, at + size))]);
        }
        if (reply !== null) expect(reply.judge(heard)).toBe('accepted');
        expect(bus.looks()).toMatchObject([{ address: max, frames: index + 1 }]);
        const isDark = profile.id === 'modbus-number-5' && shown.text === '';
        expect(bus.looks()[0]?.text.trim()).toBe(isDark ? '0' : shown.text);
      }
    }
  });

  test('throws on a byte, an address, a sum or a shape that no device knows', () => {
    const stx = profileOf('stxetx-4');
    const dm = profileOf('dm56');
    const alpha = profileOf('alpha-12');
    const bus = () =>
      new VirtualBus([displayPlayer(stx, 7), displayPlayer(dm, 1), displayPlayer(alpha, 6)]);
    const shown = { text: '105', blink: false };
    const wrong = (bytes: Uint8Array, at: number): Uint8Array =>
      bytes.map((byte, index) => (index === bytes.length + at ? byte ^ 1 : byte));
    expect(() => bus().receive(Uint8Array.of(0x55))).toThrow(UnknownFrame);
    expect(() => bus().receive(exchangeOf(stx, 8, shown).bytes)).toThrow('no device on the bus');
    expect(() => bus().receive(wrong(exchangeOf(stx, 7, shown).bytes, -1))).toThrow(UnknownFrame);
    expect(() => bus().receive(wrong(exchangeOf(dm, 1, shown).bytes, -1))).toThrow('the CRC');
    expect(() => bus().receive(wrong(exchangeOf(alpha, 6, shown).bytes, -2))).toThrow(UnknownFrame);
    const strange = exchangeOf(stx, 7, { text: 'M1', blink: false });
    expect(() => bus().receive(strange.bytes)).toThrow('stxetx-4 has no shape for "M"');
  });
});
