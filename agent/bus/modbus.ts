import { crc16Modbus } from './checksum.js';
import type { Verdict } from './exchange.js';

/** Functions of the Modbus application protocol (V1.1b3, 6.1, 6.5, 6.6, 6.12). */
export const READ_COILS = 0x01;
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
const hasCrc = (bytes: Uint8Array): boolean => bytes.length > 2 && crc16Modbus(bytes) === 0;

/** Asks for so many coils, from the first. */
export const readCoils = (address: number, count: number): Uint8Array =>
  withCrc([address, READ_COILS, ...word(0), ...word(count)]);

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

/** Whether a whole answer of known length is the one to a request, after its address. */
type IsAnswer = (answer: Uint8Array) => boolean;

/**
 * Whether what came back answers a request. Bytes before the answer are dropped: a bus that is
 * being turned round often shows one.
 */
const judge =
  (request: Uint8Array, answerBytes: number, isAnswer: IsAnswer) =>
  (heard: Uint8Array): Verdict => {
    for (let at = 0; at < heard.length; at += 1) {
      const rest = heard.subarray(at);
      if (rest[0] !== request[0]) continue;
      if (rest.length >= FAILED_BYTES && rest[1] === (request[1]! | FAILED)) {
        if (hasCrc(rest.subarray(0, FAILED_BYTES))) return 'rejected';
      }
      if (rest.length < answerBytes) continue;
      const answer = rest.subarray(0, answerBytes);
      if (isAnswer(answer) && hasCrc(answer)) return 'accepted';
    }
    return 'more';
  };

/** An answer to a write says the same again. */
export const judgeWrite = (request: Uint8Array): ((heard: Uint8Array) => Verdict) =>
  judge(request, ANSWER_BYTES, (answer) =>
    answer.subarray(0, 6).every((byte, index) => byte === request[index]),
  );

/** An answer to `readCoils` has a bit for each: address, function, count of bytes, bits, CRC. */
export const judgeCoils = (request: Uint8Array, count: number): ((heard: Uint8Array) => Verdict) =>
  judge(request, 5 + coilBytes(count), (answer) => {
    return answer[1] === READ_COILS && answer[2] === coilBytes(count);
  });

export const coilBytes = (count: number): number => Math.ceil(count / 8);
