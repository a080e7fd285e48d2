import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { display, keypad } from '../../tests/fixtures/bus.js';
import { displaySchema } from './display.js';
import { keypadSchema } from './keypad.js';
import { fill, type FrameRules } from './template.js';

const sum8 = { kind: 'sum8', form: 'hex' } as const;
const stx = display('stxetx-4');
const keys = keypad('apertum-keys');
const LAMP = { accepted: '01 {addr} 31 07', refused: null };

const said = (checked: { readonly error?: z.ZodError | undefined }): string[] =>
  (checked.error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
const driven = (driver: object): string[] =>
  said(displaySchema.safeParse({ ...stx, driver: { ...stx.driver, ...driver } }));
const keyed = (own: object): string[] => said(keypadSchema.safeParse({ ...keys, ...own }));

describe('the frames of a profile', () => {
  test('that can be filled in are taken', () => {
    expect(driven({})).toEqual([]);
    const show = '02 [ {addr} {text} ] {sum} 03';
    expect(driven({ show, blink: show, checksum: sum8 })).toEqual([]);
    expect(keyed({})).toEqual([]);
    expect(keyed({ match: '01 [ {addr} {key} ] {sum} 07', checksum: sum8 })).toEqual([]);
  });

  test.each([
    ['02 {addr} {text} {sum} 03', null, 'has {sum} and the profile no checksum'],
    ['02 [ {addr} {text} ] 03', null, 'has [ ] and the profile no checksum'],
    ['02 {addr} {text} {sum} 03', sum8, 'has {sum}: enclose in one [ … ] what is summed'],
    ['02 [ {addr} {text} ] 03', sum8, 'has [ ]: enclose'],
    ['02 {sum} [ {addr} {text} ] 03', sum8, 'has {sum} [ ]: enclose'],
    ['02 [ ] {addr} {text} {sum} 03', sum8, 'has [ ] {sum}: enclose'],
    ['02 ] {addr} {text} [ {sum} 03', sum8, 'has ] [ {sum}: enclose'],
    ['02 {addr} 03', null, 'has {text} 0 times: write it once'],
    ['02 {text} {addr} {text} 03', null, 'has {text} 2 times: write it once'],
    ['02 {addr} {key} {text} 03', null, 'has {key}, which nothing fills in here'],
  ])('%s is refused by its place', (frame, checksum, words) => {
    expect(driven({ show: frame, checksum })).toEqual([expect.stringContaining(words)]);
    const [blink] = driven({ show: '02 {text} 03', blink: frame, checksum });
    expect(blink).toMatch(/^driver\.blink: has /);
  });

  test('a keypad sends one key, and its lamp is told nothing but its address', () => {
    expect(keyed({ match: '01 {addr} 31 07' })).toEqual([
      'match: has {key} 0 times: write it once',
    ]);
    expect(keyed({ match: '01 {text} {key} 07' })).toEqual([
      'match: has {text}, which nothing fills in here',
    ]);
    expect(keyed({ lamp: { ...LAMP, accepted: '01 {key}' } })[0]).toMatch(/^lamp\.accepted: has/);
    expect(keyed({ lamp: { ...LAMP, refused: '01 {sum}' } })[0]).toMatch(/^lamp\.refused: has/);
  });
});

describe('filling in', () => {
  const rules: FrameRules = { address: { as: 'byte' }, checksum: null };
  test.each(['{text}', '{key}', '{sum}', '[ 01 ]'])('%s that is not there is a bug', (frame) => {
    expect(() => fill(frame, rules, { address: 1 })).toThrow('and it is not there');
  });

  test('what is given stands in the frame', () => {
    const filled = fill('01 {addr} {key} {text}', rules, {
      ...{ address: 5, key: 0x31, text: Uint8Array.of(9) },
    });
    expect([...filled]).toEqual([1, 5, 0x31, 9]);
  });
});
