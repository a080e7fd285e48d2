import { z } from 'zod';
import { LANGUAGES } from '../lists.js';
import { READINGS } from './numbers.js';
import { GAP_MS } from './use.js';

const CLIPS_MAX = 4_000;

export const clipId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,59}$/, 'is not a clip: a-z, 0-9 and -, at most 60');
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'is not a SHA-256 in hex');
const words = (max: number) =>
  z.strictObject({ ar: z.string().min(1).max(max), en: z.string().min(1).max(max) });
const reading = z.enum(READINGS);

const clip = z.strictObject({
  /** WAV beside `voice.json`: 16 bits, one channel. */
  file: z
    .string()
    .max(120)
    .regex(/^(?:[\w-]+\/)?[\w-]+\.wav$/, 'is not a WAV file in this folder'),
  sha256,
});

const voice = z.strictObject({
  /** How numbers of tickets and of counters are read. */
  grammar: z.strictObject({ ticket: reading, counter: reading }),
  /** Louder or softer than the clips are, in decibels. */
  gainDb: z.number().min(-24).max(12).default(0),
  /** Between two clips of a phrase. */
  gapMs: z.number().int().min(GAP_MS.min).max(GAP_MS.max).default(GAP_MS.usual),
  clips: z
    .record(clipId, clip)
    .refine((clips) => Object.keys(clips).length <= CLIPS_MAX, `has more than ${CLIPS_MAX} clips`),
});

/** `voice.json` of a folder of clips: a voice, in one language or more. */
export const packSchema = z.strictObject({
  $schema: z.string().max(1000).optional(),
  version: z.literal(1),
  name: words(80),
  /** Who or what speaks, and how it was made. */
  source: z.string().min(1).max(400),
  /** What may be done with the clips, as an SPDX name or in words. */
  licence: z.string().min(1).max(400),
  attribution: z.string().max(400).default(''),
  languages: z.partialRecord(z.enum(LANGUAGES), voice),
});
export type Pack = z.output<typeof packSchema>;
