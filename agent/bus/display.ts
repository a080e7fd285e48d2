import { z } from 'zod';
import { faceSchema } from '../../core/displays.js';
import { readChecked } from '../files.js';
import type { Exchange } from './exchange.js';
import { addressesSchema, ANSWER_SHAPE, gapSchema, MODEL_SHAPE } from './model.js';
import { judgeWrite, writeRegister, writeRegisters } from './modbus.js';
import {
  addressFormSchema,
  checkFrames,
  checksumSchema,
  fill,
  templateSchema,
} from './template.js';

/** Bytes that a device answers with. */
const bytes = z.string().regex(/^[0-9A-F]{2}( [0-9A-F]{2})*$/, 'is not bytes such as 06');

const replySchema = z.strictObject({
  accept: bytes,
  reject: bytes.nullable(),
  ...ANSWER_SHAPE,
});

/** Frames that are written down in the profile. */
const templateDriver = z
  .strictObject({
    kind: z.literal('template'),
    address: addressFormSchema,
    show: templateSchema,
    /** The same text, blinking; `null` where the model cannot. */
    blink: templateSchema.nullable(),
    checksum: checksumSchema.nullable(),
    reply: replySchema.nullable(),
  })
  .superRefine(({ show, blink, checksum }, context) => {
    const frames = [
      { path: ['show'], template: show, holds: 'text' },
      { path: ['blink'], template: blink, holds: 'text' },
    ] as const;
    checkFrames(frames, checksum, context);
  });

const modbusDriver = z.strictObject({
  kind: z.literal('modbus-rtu'),
  register: z.number().int().min(0).max(0xffff),
  /** A character in each register, two in each, or the number itself in one, where dark is 0. */
  as: z.enum(['character', 'two-characters', 'number']),
  ...ANSWER_SHAPE,
});

/** A TEXT file of the Alpha sign protocol (9708-8061F, 5.1 and 6.1). */
const alphaDriver = z.strictObject({
  kind: z.literal('alpha'),
  /** Which signs listen: `Z` is all. */
  type: z.string().regex(/^[!-z]$/, 'is not a type code'),
  file: z.string().regex(/^[1-9A-Z]$/, 'is not the label of a TEXT file'),
  /** Mode codes: `b` holds, `c` flashes. */
  show: z.string().regex(/^[a-v]$/, 'is not a mode code'),
  blink: z
    .string()
    .regex(/^[a-v]$/, 'is not a mode code')
    .nullable(),
});

/** What the agent must know of a model of LED display. */
export const displaySchema = z.strictObject({
  ...MODEL_SHAPE,
  face: faceSchema,
  addresses: addressesSchema,
  gapMs: gapSchema,
  /** Everything is written again so often: a display that was switched off comes back. */
  refreshMs: z.number().int().min(1_000).max(600_000),
  driver: z.discriminatedUnion('kind', [templateDriver, modbusDriver, alphaDriver]),
});
export type DisplayProfile = z.infer<typeof displaySchema>;

/** Reads a display's profile. Throws `FileRefused`. */
export const readDisplay = (file: string): DisplayProfile => readChecked(file, displaySchema);

/** What stands on a display: in its own shapes, at most as wide as it is. */
export interface Shown {
  readonly text: string;
  readonly blink: boolean;
}

const padded = ({ face }: DisplayProfile, text: string): string =>
  face.align === 'right' ? text.padStart(face.width) : text.padEnd(face.width);

const hexBytes = (text: string): Uint8Array =>
  Uint8Array.from(text.split(' ').map((byte) => parseInt(byte, 16)));

const startsWith = (heard: Uint8Array, wanted: Uint8Array): boolean =>
  Buffer.from(heard).includes(Buffer.from(wanted));

type Driver<K extends DisplayProfile['driver']['kind']> = Extract<
  DisplayProfile['driver'],
  { kind: K }
>;

const byTemplate = (
  driver: Driver<'template'>,
  address: number,
  { text, blink }: Shown,
): Omit<Exchange, 'gapMs'> => {
  const frame = blink ? (driver.blink ?? driver.show) : driver.show;
  const { reply } = driver;
  return {
    bytes: fill(frame, driver, { address, text: Buffer.from(text, 'latin1') }),
    reply: reply && {
      withinMs: reply.withinMs,
      retries: reply.retries,
      judge: (heard) => {
        if (startsWith(heard, hexBytes(reply.accept))) return 'accepted';
        if (reply.reject !== null && startsWith(heard, hexBytes(reply.reject))) return 'rejected';
        return 'more';
      },
    },
  };
};

const registersOf = (as: Driver<'modbus-rtu'>['as'], text: string): number[] => {
  const codes = [...Buffer.from(text, 'latin1')];
  if (as === 'character') return codes;
  if (as === 'number') return [Number(text)];
  const pairs = Array.from({ length: Math.ceil(codes.length / 2) }, (_, at) => at * 2);
  return pairs.map((at) => (codes[at]! << 8) | (codes[at + 1] ?? 0x20));
};

const byModbus = (
  { register, as, withinMs, retries }: Driver<'modbus-rtu'>,
  address: number,
  { text }: Shown,
): Omit<Exchange, 'gapMs'> => {
  const values = registersOf(as, text);
  const [value = 0] = values;
  const bytes =
    values.length === 1
      ? writeRegister(address, register, value)
      : writeRegisters(address, register, values);
  return { bytes, reply: { withinMs, retries, judge: judgeWrite(bytes) } };
};

/** Middle line, as signs of one line want it. */
const POSITION = 0x20;

/** Five NULs by which the sign finds the baud rate, then a packet with its sum from STX to ETX. */
const byAlpha = (
  { type, file, show, blink }: Driver<'alpha'>,
  address: number,
  shown: Shown,
): Omit<Exchange, 'gapMs'> => {
  const code = (character: string): string =>
    character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
  const mode = code(shown.blink ? (blink ?? show) : show);
  const frame =
    `00 00 00 00 00 01 ${code(type)} {addr} [ 02 41 ${code(file)} ` +
    `1B ${POSITION.toString(16)} ${mode} {text} 03 ] {sum} 04`;
  const rules = {
    address: { as: 'hex', digits: 2 },
    checksum: { kind: 'sum16', form: 'hex' },
  } as const;
  const text = Buffer.from(shown.text.trimEnd(), 'latin1');
  return { bytes: fill(frame, rules, { address, text }), reply: null };
};

/** The exchange that brings a text onto a display. */
export const exchangeOf = (profile: DisplayProfile, address: number, shown: Shown): Exchange => {
  const { driver, gapMs } = profile;
  const whole = { ...shown, text: padded(profile, shown.text) };
  switch (driver.kind) {
    case 'template':
      return { ...byTemplate(driver, address, whole), gapMs };
    case 'modbus-rtu':
      return { ...byModbus(driver, address, whole), gapMs };
    case 'alpha':
      return { ...byAlpha(driver, address, whole), gapMs };
  }
};

/** Whether a model tells a new call from an old one. */
export const canBlink = ({ driver }: DisplayProfile): boolean =>
  driver.kind !== 'modbus-rtu' && driver.blink !== null;
