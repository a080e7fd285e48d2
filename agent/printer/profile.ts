import { z } from 'zod';
import { readChecked } from '../files.js';

/**
 * What the agent must know of a model of printer. A profile is a file in firmware-config/. Fields
 * with one legal value (`raster.command`, `qr`, `cut.command`) steer nothing: they say
 * what the agent does with every printer, so that a model that needs another way is refused.
 */
export const profileSchema = z.strictObject({
  $schema: z.string().optional(),
  schema: z.literal(1),
  id: z.string().regex(/^[a-z0-9-]{1,40}$/, 'is not an id: a-z, 0-9 and -, at most 40'),
  model: z.string().min(1).max(80),
  /** The maker's manual, with chapter or page. */
  source: z.string().min(1).max(200),
  width: z.strictObject({ dots: z.number().int().min(384).max(832).multipleOf(8) }),
  dpi: z.literal([180, 203]),
  speedMmS: z.number().min(20).max(500),
  raster: z.strictObject({
    /** GS v 0, as `encodeJob` sends it. */
    command: z.literal('gs-v-0'),
    /** The most rows that one command may bring. */
    maxBandRows: z.number().int().min(24).max(2303),
  }),
  /** The printer draws the code itself, from GS ( k. */
  qr: z.literal('native'),
  cut: z.strictObject({
    /** GS V <Function B>, which feeds to the cutter. */
    command: z.literal('gs-v-66'),
    /** Blank paper that each ticket starts with: from the head to the cutter, in dots. */
    blankDots: z.number().int().min(0).max(240),
  }),
  status: z.strictObject({
    dleEot: z.boolean(),
    processId: z.boolean(),
    gsR: z.boolean(),
    clearBuffer: z.boolean(),
  }),
});
export type PrinterProfile = z.infer<typeof profileSchema>;

/** Reads a printer's profile. Throws `FileRefused`. */
export const readProfile = (file: string): PrinterProfile => readChecked(file, profileSchema);
