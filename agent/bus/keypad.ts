import { z } from 'zod';
import { KEYS, type Key } from '../../core/protocol/keys.js';
import { readChecked } from '../files.js';
import { addressesSchema, gapSchema, MODEL_SHAPE } from './model.js';
import {
  addressFormSchema,
  checkFrames,
  checksumSchema,
  fill,
  find,
  templateSchema,
} from './template.js';
import type { Exchange } from './exchange.js';

/** What the agent must know of a model of call keypad. */
export const keypadSchema = z
  .strictObject({
    ...MODEL_SHAPE,
    address: addressFormSchema,
    addresses: addressesSchema,
    checksum: checksumSchema.nullable(),
    /** What the keypad sends for a key. */
    match: templateSchema,
    /** By the byte of a key. */
    keys: z.record(z.string().regex(/^[0-9A-F]{2}$/, 'is not a byte such as 31'), z.enum(KEYS)),
    /** What it is told when the server has taken a key, and when it has not. */
    lamp: z
      .strictObject({ accepted: templateSchema, refused: templateSchema.nullable() })
      .nullable(),
    gapMs: gapSchema,
  })
  .superRefine(({ match, lamp, checksum }, context) => {
    const frames = [
      { path: ['match'], template: match, holds: 'key' },
      { path: ['lamp', 'accepted'], template: lamp?.accepted ?? null, holds: null },
      { path: ['lamp', 'refused'], template: lamp?.refused ?? null, holds: null },
    ] as const;
    checkFrames(frames, checksum, context);
  });
export type KeypadProfile = z.infer<typeof keypadSchema>;

/** Reads a keypad's profile. Throws `FileRefused`. */
export const readKeypad = (file: string): KeypadProfile => readChecked(file, keypadSchema);

/** One keypad on a bus, and the counter that it stands at. */
export interface KeypadUnit {
  readonly address: number;
  readonly profile: KeypadProfile;
  readonly counter: string;
}

/** A key as its keypad sends it. */
export interface Pressed {
  readonly unit: KeypadUnit;
  readonly key: Key;
}

const HELD_BYTES_MAX = 64;

const keyOf = ({ keys }: KeypadProfile, code: number | undefined): Key | undefined =>
  code === undefined ? undefined : keys[code.toString(16).toUpperCase().padStart(2, '0')];

/** Finds keys in what keypads send, unasked and perhaps garbled: what is none is dropped. */
export class KeyReader {
  private held = new Uint8Array();

  constructor(private readonly units: readonly KeypadUnit[]) {}

  read(bytes: Uint8Array): readonly Pressed[] {
    this.held = Uint8Array.from([...this.held, ...bytes]).slice(-HELD_BYTES_MAX);
    const pressed: Pressed[] = [];
    while (this.held.length > 0) {
      const one = this.readOne();
      if (one === 'more') break;
      if (one !== undefined) pressed.push(one);
    }
    return pressed;
  }

  private readOne(): Pressed | 'more' | undefined {
    let isMore = false;
    for (const unit of this.units) {
      const { profile, address } = unit;
      const found = find(profile.match, profile, { bytes: this.held, address, textLength: 0 });
      if (found === 'more') isMore = true;
      if (typeof found === 'string') continue;
      this.held = this.held.slice(found.length);
      const key = keyOf(profile, found.key);
      return key && { unit, key };
    }
    if (isMore) return 'more';
    this.held = this.held.slice(1);
    return undefined;
  }
}

/** The exchange that lights a keypad's lamp; `undefined` where the model has none for it. */
export const lampOf = (
  { profile, address }: KeypadUnit,
  is: 'accepted' | 'refused',
): Exchange | undefined => {
  const frame = profile.lamp?.[is] ?? null;
  if (frame === null) return undefined;
  return { bytes: fill(frame, profile, { address }), reply: null, gapMs: profile.gapMs };
};
