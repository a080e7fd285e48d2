import { crc16Modbus } from './checksum.js';
import type { DisplayProfile } from './display.js';
import type { KeypadProfile } from './keypad.js';
import {
  coilBytes,
  READ_COILS,
  withCrc,
  WRITE_COIL,
  WRITE_REGISTER,
  WRITE_REGISTERS,
} from './modbus.js';
import type { RelayProfile } from './relays.js';
import { find, type FrameRules } from './template.js';

/** A byte, or a frame, that no device on the bus knows. */
export class UnknownFrame extends Error {
  readonly code = 'bus.unknown';
  constructor(bytes: Uint8Array, why: string) {
    super(`${why}: ${Buffer.from(bytes).toString('hex').slice(0, 80)}`);
  }
}

/** A frame that a device took, and what it answers. */
export interface Taken {
  readonly length: number;
  readonly face?: { readonly text: string; readonly blinks: boolean };
  readonly reply?: Uint8Array;
}

/** What plays one device: takes a frame of its own from the start of bytes. */
export interface Player {
  readonly address: number;
  take(bytes: Uint8Array): Taken | 'more' | 'no';
}

const ALPHA: FrameRules = {
  address: { as: 'hex', digits: 2 },
  checksum: { kind: 'sum16', form: 'hex' },
};
const ETX = 0x03;

const latin = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** Refuses what a display of this kind has no shape for. */
const readable = ({ face, id }: DisplayProfile, text: string): string => {
  const strange = [...text].find((character) => !` ${face.characters}`.includes(character));
  if (strange === undefined) return text;
  throw new UnknownFrame(Buffer.from(text, 'latin1'), `${id} has no shape for "${strange}"`);
};

type Driver<K extends DisplayProfile['driver']['kind']> = Extract<
  DisplayProfile['driver'],
  { kind: K }
>;

const templatePlayer = (
  profile: DisplayProfile,
  driver: Driver<'template'>,
  address: number,
): Player['take'] => {
  const frames = [
    { template: driver.show, blinks: false },
    ...(driver.blink === null ? [] : [{ template: driver.blink, blinks: true }]),
  ];
  const accept = driver.reply?.accept.split(' ').map((byte) => parseInt(byte, 16));
  return (bytes) => {
    const results = frames.map(({ template, blinks }) => ({
      blinks,
      found: find(template, driver, { bytes, address, textLength: profile.face.width }),
    }));
    for (const { blinks, found } of results) {
      if (typeof found === 'string') continue;
      const face = { text: readable(profile, latin(found.text)), blinks };
      const reply = accept && { reply: Uint8Array.from(accept) };
      return { length: found.length, face, ...reply };
    }
    return results.some(({ found }) => found === 'more') ? 'more' : 'no';
  };
};

const textOf = (as: Driver<'modbus-rtu'>['as'], values: readonly number[]): string => {
  if (as === 'number') return String(values[0]);
  const codes = as === 'character' ? values : values.flatMap((pair) => [pair >> 8, pair & 0xff]);
  if (codes.some((code) => code > 0x7e)) throw new UnknownFrame(Uint8Array.from(codes), 'no ASCII');
  return String.fromCharCode(...codes);
};

const modbusPlayer = (
  profile: DisplayProfile,
  driver: Driver<'modbus-rtu'>,
  address: number,
): Player['take'] => {
  const { width } = profile.face;
  const registers = { character: width, 'two-characters': Math.ceil(width / 2), number: 1 };
  return (bytes) => {
    if (bytes[0] !== address) return 'no';
    if (bytes.length < 7) return 'more';
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const isMany = bytes[1] === WRITE_REGISTERS;
    const length = isMany ? 9 + bytes[6]! : 8;
    if (!isMany && bytes[1] !== WRITE_REGISTER) throw new UnknownFrame(bytes, 'no such function');
    if (bytes.length < length) return 'more';
    const frame = bytes.subarray(0, length);
    if (crc16Modbus(frame) !== 0) throw new UnknownFrame(frame, 'the CRC is wrong');
    const count = isMany ? view.getUint16(4) : 1;
    if (view.getUint16(2) !== driver.register || count !== registers[driver.as]) {
      throw new UnknownFrame(frame, 'no such register');
    }
    const from = isMany ? 7 : 4;
    const values = Array.from({ length: count }, (_, at) => view.getUint16(from + at * 2));
    const text = readable(profile, textOf(driver.as, values));
    const head = [...frame.subarray(0, 6)];
    const crc = crc16Modbus(Uint8Array.from(head));
    const reply = Uint8Array.from([...head, crc & 0xff, crc >> 8]);
    return { length, face: { text, blinks: false }, reply };
  };
};

const alphaPlayer = (
  profile: DisplayProfile,
  driver: Driver<'alpha'>,
  address: number,
): Player['take'] => {
  const code = (character: string): string =>
    character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
  const frameOf = (mode: string): string =>
    `00 00 00 00 00 01 ${code(driver.type)} {addr} [ 02 41 ${code(driver.file)} ` +
    `1B 20 ${code(mode)} {text} 03 ] {sum} 04`;
  const modes = driver.blink === null ? [driver.show] : [driver.show, driver.blink];
  return (bytes) => {
    const etx = bytes.indexOf(ETX, 9);
    const textLength = etx < 0 ? bytes.length : Math.max(0, etx - TEXT_AT);
    const results = modes.map((mode) => ({
      mode,
      found: find(frameOf(mode), ALPHA, { bytes, address, textLength }),
    }));
    for (const { mode, found } of results) {
      if (typeof found === 'string') continue;
      const text = readable(profile, latin(found.text));
      return { length: found.length, face: { text, blinks: mode === driver.blink } };
    }
    return results.some(({ found }) => found === 'more') ? 'more' : 'no';
  };
};
/** Five NULs, SOH, type, two of the address, STX, command, file, ESC, position, mode. */
const TEXT_AT = 15;

/** Plays a display of a model. */
export const displayPlayer = (profile: DisplayProfile, address: number): Player => {
  const { driver } = profile;
  switch (driver.kind) {
    case 'template':
      return { address, take: templatePlayer(profile, driver, address) };
    case 'modbus-rtu':
      return { address, take: modbusPlayer(profile, driver, address) };
    case 'alpha':
      return { address, take: alphaPlayer(profile, driver, address) };
  }
};

/**
 * Plays a relay board, whose coils it says are all off: `onSet` hears each coil that is set, and
 * for how long where the board ends it.
 */
export const relayPlayer = (
  { coils, flash }: RelayProfile,
  address: number,
  onSet: (coil: number, is: 'on' | 'off' | { readonly forMs: number }) => void,
): Player => ({
  address,
  take: (bytes) => {
    if (bytes[0] !== address) return 'no';
    if (bytes.length < 8) return 'more';
    const frame = bytes.slice(0, 8);
    const view = new DataView(frame.buffer);
    if (crc16Modbus(frame) !== 0) throw new UnknownFrame(frame, 'the CRC is wrong');
    const [coil, value] = [view.getUint16(2), view.getUint16(4)];
    if (frame[1] === READ_COILS && coil === 0 && value === coils) {
      const dark = new Array<number>(coilBytes(coils)).fill(0);
      return { length: 8, reply: withCrc([address, READ_COILS, dark.length, ...dark]) };
    }
    if (frame[1] !== WRITE_COIL) throw new UnknownFrame(frame, 'no such function');
    if (flash !== null && coil >= flash.from && coil < flash.from + coils) {
      onSet(coil - flash.from, { forMs: value * flash.unitMs });
    } else if (coil < coils && (value === 0xff00 || value === 0)) {
      onSet(coil, value === 0 ? 'off' : 'on');
    } else throw new UnknownFrame(frame, 'no such coil or value');
    return { length: 8, reply: frame };
  },
});

/** Plays a keypad's lamp: `onLamp` hears each frame for it. */
export const lampPlayer = (
  profile: KeypadProfile,
  address: number,
  onLamp: (is: 'accepted' | 'refused') => void,
): Player => ({
  address,
  take: (bytes) => {
    let isMore = false;
    for (const is of ['accepted', 'refused'] as const) {
      const template = profile.lamp?.[is] ?? null;
      if (template === null) continue;
      const found = find(template, profile, { bytes, address, textLength: 0 });
      if (found === 'more') isMore = true;
      if (typeof found === 'string') continue;
      onLamp(is);
      return { length: found.length };
    }
    return isMore ? 'more' : 'no';
  },
});
