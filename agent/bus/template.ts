import { z } from 'zod';
import { CHECKSUM_FORMS, CHECKSUMS, checksumLength, checksumOf } from './checksum.js';
import type { ChecksumRule } from './checksum.js';

/**
 * A frame as data: parts with spaces between them. Two hex digits are a byte; `{addr}`, `{text}`
 * and `{key}` are filled in; what `[` and `]` enclose goes into the checksum that `{sum}` writes.
 */
const PART = /^(?:[0-9A-F]{2}|\{(?:addr|text|key|sum)\}|\[|\])$/;

export const templateSchema = z
  .string()
  .max(300)
  .refine((text) => text.split(' ').every((part) => PART.test(part)), {
    message: 'is not a frame: bytes such as 02, {addr}, {text}, {key}, [ … ] and {sum}',
  });

export const checksumSchema = z.strictObject({
  kind: z.enum(CHECKSUMS),
  form: z.enum(CHECKSUM_FORMS),
});

export const addressFormSchema = z.discriminatedUnion('as', [
  z.strictObject({ as: z.literal('byte') }),
  /** Decimal or hex digits as characters, with leading zeros. */
  z.strictObject({ as: z.enum(['decimal', 'hex']), digits: z.number().int().min(1).max(4) }),
]);
export type AddressForm = z.infer<typeof addressFormSchema>;

/** What a template needs beside its text. */
export interface FrameRules {
  readonly address: AddressForm;
  readonly checksum: ChecksumRule | null;
}

/** What is filled in. `key` and `text` are bytes as they go over the wire. */
export interface Filling {
  readonly address: number;
  readonly text?: Uint8Array;
  readonly key?: number;
}

/** An address as it stands in a frame. */
const addressBytes = (form: AddressForm, address: number): Uint8Array => {
  if (form.as === 'byte') return Uint8Array.of(address);
  const digits = address.toString(form.as === 'hex' ? 16 : 10).toUpperCase();
  return Buffer.from(digits.padStart(form.digits, '0'), 'latin1');
};

/** What a frame has to hold beside its fixed bytes: once, and nothing else of these. */
export type Filled = 'text' | 'key' | null;

/** What `[`, `]` and `{sum}` of a frame lack; `undefined` where the sum can be written. */
const sumMistake = (parts: readonly string[], hasChecksum: boolean): string | undefined => {
  const marks = parts.filter((part) => part === '[' || part === ']' || part === '{sum}').join(' ');
  if (marks === '') return undefined;
  if (!hasChecksum) return `has ${marks} and the profile no checksum`;
  if (marks !== '[ ] {sum}' || parts[parts.indexOf('[') + 1] === ']') {
    return `has ${marks}: enclose in one [ … ] what is summed, and write {sum} once behind it`;
  }
  return undefined;
};

/** Why a frame cannot be filled in or found; `undefined` if it can. */
const frameMistake = (
  template: string,
  holds: Filled,
  checksum: ChecksumRule | null,
): string | undefined => {
  const parts = template.split(' ');
  for (const name of ['text', 'key'] as const) {
    const count = parts.filter((part) => part === `{${name}}`).length;
    if (name === holds && count !== 1) return `has {${name}} ${count} times: write it once`;
    if (name !== holds && count > 0) return `has {${name}}, which nothing fills in here`;
  }
  return sumMistake(parts, checksum !== null);
};

/** A frame of a profile and where it stands there; `null` where the model has none. */
export interface Placed {
  readonly path: readonly string[];
  readonly template: string | null;
  readonly holds: Filled;
}

/** Refuses the frames of a profile that cannot be filled in or found, each by its place. */
export const checkFrames = (
  frames: readonly Placed[],
  checksum: ChecksumRule | null,
  context: z.RefinementCtx,
): void => {
  for (const { path, template, holds } of frames) {
    const message = template === null ? undefined : frameMistake(template, holds, checksum);
    if (message === undefined) continue;
    context.addIssue({ code: 'custom', path: [...path], message });
  }
};

const given = <T>(value: T | undefined, part: string): T => {
  if (value === undefined) throw new Error(`the frame has ${part}, and it is not there`);
  return value;
};

/** Fills a frame in. Throws where the frame has a part that neither rules nor filling hold. */
export const fill = (template: string, rules: FrameRules, filling: Filling): Uint8Array => {
  const bytes: number[] = [];
  let summed: number[] | undefined;
  let sum: Uint8Array | undefined;
  const add = (part: Iterable<number>): void => {
    for (const byte of part) {
      bytes.push(byte);
      summed?.push(byte);
    }
  };
  for (const part of template.split(' ')) {
    if (part === '{addr}') add(addressBytes(rules.address, filling.address));
    else if (part === '{text}') add(given(filling.text, part));
    else if (part === '{key}') add([given(filling.key, part)]);
    else if (part === '[') summed = [];
    else if (part === ']') {
      const rule = given(rules.checksum ?? undefined, 'a checksum');
      sum = checksumOf(rule, Uint8Array.from(given(summed, '[')));
      summed = undefined;
    } else if (part === '{sum}') add(given(sum, part));
    else add([parseInt(part, 16)]);
  }
  return Uint8Array.from(bytes);
};

/** A frame found at the start of bytes, and how many it took. */
export interface Found {
  readonly length: number;
  readonly text: Uint8Array;
  readonly key: number | undefined;
}

interface Reading {
  at: number;
  from: number;
  until: number;
  text: Uint8Array;
  key: number | undefined;
}

/** How many bytes a part takes. */
const lengthOf = (part: string, rules: FrameRules, expected: Expected): number => {
  if (part === '{text}') return expected.textLength;
  if (part === '{addr}') return addressBytes(rules.address, expected.address).length;
  return part === '{sum}' && rules.checksum !== null ? checksumLength(rules.checksum) : 1;
};

/** Whose frame is looked for, and how long its text is. */
export interface Expected {
  readonly address: number;
  readonly textLength: number;
}

/** What a part must be; `undefined` where any byte will do. */
const wanted = (
  part: string,
  rules: FrameRules,
  { address, summed }: { readonly address: number; readonly summed: Uint8Array },
): Uint8Array | undefined => {
  if (part === '{addr}') return addressBytes(rules.address, address);
  if (part === '{sum}' && rules.checksum !== null) return checksumOf(rules.checksum, summed);
  return part.startsWith('{') ? undefined : Uint8Array.of(parseInt(part, 16));
};

/**
 * Looks for a frame of one address at the start of bytes: what it says, `more` while they may still
 * become one, or `no`.
 */
export const find = (
  template: string,
  rules: FrameRules,
  { bytes, ...expected }: Expected & { readonly bytes: Uint8Array },
): Found | 'more' | 'no' => {
  const read: Reading = { at: 0, from: 0, until: 0, text: new Uint8Array(), key: undefined };
  for (const part of template.split(' ')) {
    if (part === '[') read.from = read.at;
    else if (part === ']') read.until = read.at;
    else {
      const here = bytes.subarray(read.at, read.at + lengthOf(part, rules, expected));
      const summed = bytes.subarray(read.from, read.until);
      const must = wanted(part, rules, { address: expected.address, summed });
      if (must !== undefined && here.some((byte, index) => byte !== must[index])) return 'no';
      if (here.length < lengthOf(part, rules, expected)) return 'more';
      if (part === '{text}') read.text = here;
      if (part === '{key}') read.key = here[0];
      read.at += here.length;
    }
  }
  return { length: read.at, text: read.text, key: read.key };
};
