import { crc16Modbus } from './checksum.js';
import type { Verdict } from './exchange.js';

/** Writes of the Modbus application protocol (V1.1b3, 6.5, 6.6, 6.12). */
export const WRITE_COIL = 0x05;
export const WRITE_REGISTER = 0x06;
export const WRITE_REGISTERS = 0x10;
const FAILED = 0x80;
/** Address, function, two fields of 16 bits, CRC: every answer to a write. */
const ANSWER_BYTES = 8;
const FAILED_BYTES = 5;

const word = (value: number): number[] => [(value >> 8) & 0xff, value & 0xff];

/** Bytes with their CRC, low byte first. */
export const withCrc = (bytes: readonly number[]): Uint8Array => {
  const crc = crc16Modbus(Uint8Array.from(bytes));
  return Uint8Array.from([...bytes, crc & 0xff, crc >> 8]);
};

/** Whether the last two bytes are the CRC of those before. */
export const hasCrc = (bytes: Uint8Array): boolean => bytes.length > 2 && crc16Modbus(bytes) === 0;

export const writeCoil = (address: number, coil: number, value: number): Uint8Array =>
  withCrc([address, WRITE_COIL, ...word(coil), ...word(value)]);

export const writeRegister = (address: number, register: number, value: number): Uint8Array =>
  withCrc([address, WRITE_REGISTER, ...word(register), ...word(value)]);

/** At most 123 values. */
export const writeRegisters = (
  address: number,
  register: number,
  values: readonly number[],
): Uint8Array =>
  withCrc([
    ...[address, WRITE_REGISTERS, ...word(register), ...word(values.length), values.length * 2],
    ...values.flatMap(word),
  ]);

/**
 * Whether what came back answers a write. Bytes before the answer are dropped: a bus that is being
 * turned round often shows one.
 */
export const judgeWrite =
  (request: Uint8Array) =>
  (heard: Uint8Array): Verdict => {
    for (let at = 0; at < heard.length; at += 1) {
      const rest = heard.subarray(at);
      if (rest[0] !== request[0]) continue;
      if (rest.length >= FAILED_BYTES && rest[1] === (request[1]! | FAILED)) {
        if (hasCrc(rest.subarray(0, FAILED_BYTES))) return 'rejected';
      }
      if (rest.length < ANSWER_BYTES) continue;
      const answer = rest.subarray(0, ANSWER_BYTES);
      const same = answer.subarray(0, 6).every((byte, index) => byte === request[index]);
      if (same && hasCrc(answer)) return 'accepted';
    }
    return 'more';
  };
