import { z } from 'zod';
import { PROFILE_NAME } from '../../core/protocol/forms.js';
import { readChecked } from '../files.js';

/** Speeds of a serial line, in baud, that a printer may be set to. */
export const BAUD_RATES = [9600, 19_200, 38_400, 57_600, 115_200, 230_400] as const;
export const FLOWS = ['none', 'rtscts', 'xonxoff'] as const;

/** `manual`: the maker's for this model · `family`: for a sister model · `assumed`: for a bench. */
const basis = z.enum(['manual', 'family', 'assumed']);

/** From the first print to the cut; all in dots. */
const cut = z.discriminatedUnion('command', [
  z.strictObject({
    /** GS V <Function B>, which feeds to the cutter by itself. */
    command: z.literal('gs-v-66'),
    /** Blank paper that each ticket starts with: from the cutter to the head. */
    blankDots: z.number().int().min(0).max(240),
  }),
  z.strictObject({
    /**
     * `gs-v-1` and `esc-i` cut where the paper is, so `feedDots` are fed before; `none` has a tear
     * bar, up to which the same is fed.
     */
    command: z.enum(['gs-v-1', 'esc-i', 'none']),
    /** From the head to the cutter or tear bar. */
    feedDots: z.number().int().min(0).max(240),
    blankDots: z.number().int().min(0).max(240),
  }),
]);

/** What a bit of the full status means when it is set. */
export const FULL_MEANINGS = ['coverOpen', 'paperEnd', 'jam', 'fault', 'nearEnd', 'held'] as const;
const fullBit = z.strictObject({
  /** As the maker counts the answer's bytes: from 1, of which the first two are fixed. */
  byte: z.number().int().min(3).max(6),
  bit: z.number().int().min(0).max(7),
  /** `held`: the last paper is still in the mouth. */
  means: z.enum(FULL_MEANINGS),
});
export type FullBit = z.infer<typeof fullBit>;

/**
 * What the agent must know of a model of printer. A profile is a file in firmware-config/; every
 * field steers the agent, and the virtual printer plays it.
 */
export const profileSchema = z.strictObject({
  $schema: z.string().optional(),
  schema: z.literal(1),
  id: z.string().regex(PROFILE_NAME, 'is not an id: a-z, 0-9 and -, at most 40'),
  model: z.string().min(1).max(80),
  /** The maker's manual, with chapter or page; and what is not from it. */
  source: z.string().min(1).max(400),
  /** What each group of facts rests on. No profile has been tried on a device yet. */
  basis: z.strictObject({ paper: basis, commands: basis, status: basis, nv: basis, link: basis }),
  width: z.strictObject({ dots: z.number().int().min(384).max(832).multipleOf(8) }),
  dpi: z.literal([180, 203]),
  /** Units an inch of ESC J, ESC 3 and GS V after ESC @; where it is not the dpi, GS P sets it. */
  feedUnitsPerInch: z.number().int().min(100).max(500),
  speedMmS: z.number().min(20).max(500),
  raster: z.strictObject({
    /** GS v 0; or GS ( L <Functions 112 and 50>, which newer models ask for. */
    command: z.enum(['gs-v-0', 'gs-l']),
    /** The most rows that one command may bring. */
    maxBandRows: z.number().int().min(24).max(2303),
  }),
  /** `native`: the printer draws the code itself, from GS ( k. `raster`: it cannot. */
  qr: z.enum(['native', 'raster']),
  /** Has page mode (ESC L), in which text, graphics and a code stand side by side. */
  page: z.boolean(),
  cut,
  status: z.strictObject({
    /** Answers DLE EOT 1 to 4. One that need not is asked all the same, and believed if it does. */
    dleEot: z.boolean(),
    /** Answers GS ( H <Function 48> when the printing is completed. */
    processId: z.boolean(),
    /** Answers GS r 1 in sequence. */
    gsR: z.boolean(),
    /** Obeys DLE DC4 8. */
    clearBuffer: z.boolean(),
    /** GS a: tells of each change by itself, until ESC @. */
    asb: z.boolean(),
    /** Has a sensor for the roll's last metres. */
    nearEnd: z.boolean(),
    /** Answers DLE EOT 20 with 10h 0Fh and four bytes; what they tell, the worst first. */
    fullStatus: z.array(fullBit).min(1).max(32).nullable(),
    /** `custom`: answers GS E1h with the paper left, as "510cm". */
    paperLeft: z.enum(['none', 'custom']),
  }),
  /** Graphics by GS ( L <Functions 66, 67 and 69>; `null` where there are none. */
  nv: z
    .strictObject({
      capacityBytes: z.number().int().min(8_192).max(16_777_216),
      /** Tells by <Function 64> what it holds. */
      keyList: z.boolean(),
    })
    .nullable(),
  /** Holds the ticket out after the cut; GS e 3 by so many of its steps. */
  presenter: z.strictObject({ steps: z.number().int().min(1).max(255) }).nullable(),
  /** The ways on which the model takes bytes. */
  link: z.strictObject({
    serial: z
      .strictObject({
        baudRates: z.array(z.literal(BAUD_RATES)).min(1),
        flow: z.array(z.enum(FLOWS)).min(1),
      })
      .nullable(),
    tcp: z.boolean(),
    /** USB, as `/dev/usb/lp0`. */
    file: z.boolean(),
  }),
});
export type PrinterProfile = z.infer<typeof profileSchema>;

/** Reads a printer's profile. Throws `FileRefused`. */
export const readProfile = (file: string): PrinterProfile => readChecked(file, profileSchema);
