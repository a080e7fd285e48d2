import { z } from 'zod';

/** What a ticket may show, a line each; some share one where they stand side by side. */
export const TICKET_FIELDS = [
  'logo',
  'centre',
  'time',
  'label',
  'ahead',
  'services',
  'second',
  'note',
  'enquiry',
  'scan',
  'code',
] as const;
export type TicketField = (typeof TICKET_FIELDS)[number];

/** What a slip about a service may show. */
export const SLIP_FIELDS = [
  'logo',
  'centre',
  'time',
  'service',
  'second',
  'eligibility',
  'papers',
  'fees',
  'days',
  'procedure',
  'note',
  'enquiry',
] as const;
export type SlipField = (typeof SLIP_FIELDS)[number];

export const FIELD_SIZES = ['small', 'normal', 'large'] as const;
export type FieldSize = (typeof FIELD_SIZES)[number];

/** Fields whose size can be chosen; the others have the one that can be read or scanned. */
export const SIZED_FIELDS: readonly (TicketField | SlipField)[] = [
  'centre',
  'time',
  'label',
  'ahead',
  'services',
  'note',
  'service',
  'eligibility',
  'papers',
  'fees',
  'days',
  'procedure',
];
/** Fields that can stand in the other language too. */
export const SPOKEN_FIELDS: readonly (TicketField | SlipField)[] = [
  'centre',
  'services',
  'note',
  'service',
  'eligibility',
  'papers',
  'fees',
  'procedure',
];

/** Without these a ticket is of no use to its visitor, nor a slip. */
export const TICKET_NEEDS: readonly TicketField[] = ['label', 'services'];
export const SLIP_NEEDS: readonly SlipField[] = ['service'];

const row = <T extends string>(fields: readonly [T, ...T[]]) =>
  z.strictObject({
    field: z.enum(fields),
    size: z.enum(FIELD_SIZES).default('normal'),
    /** In the visitor's language, or in the other one too. */
    languages: z.enum(['visitor', 'both']).default('visitor'),
  });

type Defaults<T extends string> = { readonly field: T }[];
const TICKET_ROWS: Defaults<TicketField> = [
  { field: 'centre' },
  { field: 'time' },
  { field: 'label' },
  { field: 'ahead' },
  { field: 'services' },
  { field: 'second' },
  { field: 'enquiry' },
  { field: 'scan' },
  { field: 'code' },
];
const SLIP_ROWS: Defaults<SlipField> = [
  { field: 'centre' },
  { field: 'service' },
  { field: 'second' },
  { field: 'eligibility' },
  { field: 'papers' },
  { field: 'fees' },
  { field: 'days' },
  { field: 'procedure' },
  { field: 'enquiry' },
  { field: 'time' },
];

/** The largest logo, in dots: as wide as the narrowest paper, two centimetres high. */
export const LOGO_MAX = { width: 384, rows: 160 } as const;
const BASE64_MAX = Math.ceil((LOGO_MAX.width / 8) * LOGO_MAX.rows * (4 / 3)) + 4;

/** Black dots, row by row, highest bit leftmost. */
const logo = z
  .strictObject({
    width: z.number().int().min(8).max(LOGO_MAX.width).multipleOf(8),
    rows: z.number().int().min(8).max(LOGO_MAX.rows),
    data: z.base64().max(BASE64_MAX),
  })
  .refine(({ width, rows, data }) => bytesIn(data) === (width / 8) * rows, {
    message: 'does not hold width / 8 × rows bytes: choose the picture again',
  });
export type Logo = z.infer<typeof logo>;

/** Bytes that base64 text stands for. */
const bytesIn = (text: string): number =>
  (text.length / 4) * 3 - (/=*$/.exec(text)?.[0].length ?? 0);

const note = z.strictObject({ ar: z.string().min(1).max(120), en: z.string().min(1).max(120) });

/** How the centre's papers look; a manager edits it. */
export const paperDesign = z.strictObject({
  logo: logo.nullable().default(null),
  /** The centre's own words, where the field `note` stands. */
  note: note.nullable().default(null),
  /** Tickets of at most 40 mm, which leave out what can be done without. */
  economy: z.boolean().default(false),
  ticket: z.array(row(TICKET_FIELDS)).min(1).max(TICKET_FIELDS.length).prefault(TICKET_ROWS),
  slip: z.array(row(SLIP_FIELDS)).min(1).max(SLIP_FIELDS.length).prefault(SLIP_ROWS),
});
export type PaperDesign = z.infer<typeof paperDesign>;
export type TicketRow = PaperDesign['ticket'][number];
export type SlipRow = PaperDesign['slip'][number];

/** As papers look where nobody has chosen anything. */
export const DEFAULT_DESIGN: PaperDesign = paperDesign.parse({});

/** How a centre's papers look, whether or not anybody chose it. */
export const designOf = ({ paper }: { readonly paper?: PaperDesign | undefined }): PaperDesign =>
  paper ?? DEFAULT_DESIGN;

/** A standard ticket is no longer than this from cut to cut, in mm. */
export const PAPER_MM_MAX = 60;
/** One of a centre that saves paper. */
export const ECONOMY_MM_MAX = 40;
/** A slip about a service. */
export const SLIP_MM_MAX = 200;

/** Widths of paper that a manager looks at, in mm. */
export const PAPER_WIDTHS = ['80', '58'] as const;
export type PaperWidth = (typeof PAPER_WIDTHS)[number];
