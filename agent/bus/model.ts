import { z } from 'zod';
import { PROFILE_NAME } from '../../core/protocol/forms.js';

/** How bytes go over a serial line. */
const lineSchema = z.strictObject({
  baudRate: z.literal([1200, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200]),
  dataBits: z.literal([7, 8]),
  parity: z.enum(['none', 'even', 'odd']),
  stopBits: z.literal([1, 2]),
});
export type Line = z.infer<typeof lineSchema>;

/** What the profile of every device on a serial line begins with. */
export const MODEL_SHAPE = {
  $schema: z.string().optional(),
  schema: z.literal(1),
  id: z.string().regex(PROFILE_NAME, 'is not an id: a-z, 0-9 and -, at most 40'),
  model: z.string().min(1).max(80),
  /** Where the frames were taken from, and what they were held against. */
  source: z.string().min(1).max(300),
  line: lineSchema,
} as const;

const address = z.number().int().min(0).max(255);
/** The addresses that a model can be set to. */
export const addressesSchema = z.strictObject({ min: address, max: address });

/** How a device of a model is asked again: no answer within that time, so often. */
export const ANSWER_SHAPE = {
  withinMs: z.number().int().min(20).max(2_000),
  retries: z.number().int().min(0).max(5),
} as const;

/** Silence after each frame. */
export const gapSchema = z.number().int().min(0).max(2_000);
