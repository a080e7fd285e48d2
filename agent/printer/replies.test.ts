import { expect, test } from 'vitest';
import { readProfile } from './profile.js';
import { fullStateOf, ReplyReader, stateOf } from './replies.js';

const read = (...pieces: readonly (readonly number[])[]) => {
  const reader = new ReplyReader();
  return pieces.flatMap((piece) => reader.take(Uint8Array.from(piece)));
};
const told = (state: string) => ({ kind: 'automatic', state });

test('an automatic status is not taken for answers, in pieces of any size', () => {
  expect(read([0x10], [0x00, 0x00], [0x00])).toEqual([told('ready')]);
  expect(read([0x10, 0, 0x03, 0, 0x12])).toEqual([
    told('nearEnd'),
    { kind: 'realTime', byte: 0x12 },
  ]);
  expect(read([0x38, 0, 0, 0])).toEqual([told('coverOpen')]);
  expect(read([0x18, 0, 0x0f, 0])).toEqual([told('paperEnd')]);
  expect(read([0x18, 0x08, 0, 0])).toEqual([told('jam')]);
  expect(read([0x18, 0x40, 0, 0])).toEqual([told('fault')]);
});

test('one that was cut short gives way to the next answer', () => {
  const id = [0x37, 0x22, 0x41, 0x42, 0x43, 0x44, 0];
  expect(read([0x10, 0, 0x12])).toContainEqual({ kind: 'realTime', byte: 0x12 });
  expect(read([0x10, ...id])).toEqual([{ kind: 'processId', id: 'ABCD' }]);
});

test('the paper left is read only where it was asked for', () => {
  const answer = [...Buffer.from('1710cm')];
  expect(read(answer)).not.toContainEqual({ kind: 'paperLeft', mm: 17_100 });
  const reader = new ReplyReader();
  reader.expectLetters(true);
  expect([...reader.take(Uint8Array.from(answer.slice(0, 2)))]).toEqual([]);
  expect(reader.take(Uint8Array.from(answer.slice(2)))).toEqual([
    { kind: 'paperLeft', mm: 17_100 },
  ]);
});

test('of an error, a stuck cutter or paper is a jam', () => {
  expect(stateOf({ offline: 0x52, error: 0x1a, paper: 0x12 })).toBe('jam');
  expect(stateOf({ offline: 0x52, error: 0x16, paper: 0x12 })).toBe('jam');
  expect(stateOf({ offline: 0x52, error: 0x52, paper: 0x12 })).toBe('fault');
  expect(stateOf({ offline: 0x12, error: 0, paper: 0x1e })).toBe('nearEnd');
});

test('a full status is read only where it was asked for: it reads like an automatic one', () => {
  const reader = new ReplyReader();
  reader.expectFull(true);
  const pieces = [[0x10], [0x0f, 0x21], [0x02, 0, 0, 0x12]].map((piece) => Uint8Array.from(piece));
  expect(pieces.flatMap((piece) => reader.take(piece))).toEqual([
    { kind: 'full', bytes: [0x21, 0x02, 0, 0] },
    { kind: 'realTime', byte: 0x12 },
  ]);
  expect(reader.take(Uint8Array.of(0x10, 0x0f, 0, 0))).toMatchObject([{ kind: 'automatic' }]);
});

/**
 * KPM150H command reference, page 10: paper not present 3rd byte 01h, near end 04h, ticket in the
 * output 20h, cover opened 4th byte 02h, head temperature 5th 01h. KPM300: cutter 6th byte 01h
 */
test.each([
  [[0x01, 0, 0, 0], 'paperEnd', false],
  [[0x05, 0x02, 0, 0], 'coverOpen', false],
  [[0x24, 0, 0, 0], 'nearEnd', true],
  [[0, 0, 0x01, 0], 'fault', false],
  [[0, 0, 0, 0x01], 'jam', false],
  [[0x80, 0x6c, 0x02, 0], 'ready', false],
] as const)('the bits %o of a full status tell %s', (bytes, state, isHeld) => {
  const bits = readProfile('firmware-config/printers/custom-kpm.json').status.fullStatus!;
  expect(fullStateOf(bits, bytes)).toEqual({ state, isHeld });
});
