import { z } from 'zod';
import type { Words } from '../configuration.js';
import { PAPER_WIDTHS, paperDesign } from '../design.js';
import { LANGUAGES, type Language } from '../lists.js';
import { clipId, type Pack } from '../voice/pack.js';
import { type Origin } from '../voice/use.js';
import type { Part } from '../voice/ids.js';
import { ID, PHONE_NUMBER, TICKET_TOKEN } from './forms.js';
import { DEVICE_ROLES, type Label, type PrinterState } from './views.js';

const id = z.string().regex(ID);

/** Refusals of the HTTP doors; words under `refusal.<code>` like those of commands. */
export const API_REFUSALS = [
  'enrol.unknownCode',
  'enrol.tooMany',
  'enrol.unknownDevice',
  'signIn.wrong',
  'signIn.wait',
  'staff.secretTooShort',
  'staff.exists',
  'staff.unknown',
  'staff.lastManager',
  'session.needed',
  'setup.wrongCode',
  'setup.done',
  'payload.invalid',
  'rate.limited',
  'report.noDay',
  'paper.invalid',
  'paper.tooFast',
  'voice.unknownClip',
  'voice.notWav',
  'voice.noRoom',
] as const;
export type ApiRefusal = (typeof API_REFUSALS)[number];

export const STAFF_ROLES = ['clerk', 'manager'] as const;
export type StaffRole = (typeof STAFF_ROLES)[number];

export { SECRET_MIN } from './secret.js';
const secret = z.string().min(1).max(200);

const phone = z.string().regex(PHONE_NUMBER);
const ticketToken = z.string().regex(TICKET_TOKEN);

export const apiSchemas = {
  /** How papers look, and which of them is to be drawn. */
  previewPaper: z.strictObject({
    design: paperDesign,
    paper: z.enum(['ticket', 'slip']),
    width: z.enum(PAPER_WIDTHS),
    language: z.enum(LANGUAGES),
  }),
  savePaper: z.strictObject({ design: paperDesign }),
  /** A visitor's number, given with consent on the ticket's page. */
  smsKeep: z.strictObject({
    token: ticketToken,
    phone,
    consent: z.literal(true),
  }),
  smsForget: z.strictObject({ token: ticketToken }),
  /** The same at the kiosk that gave out the ticket. */
  smsKeepAtKiosk: z.strictObject({
    deviceId: id,
    ticketId: z.string().min(1).max(80),
    phone,
    consent: z.literal(true),
  }),
  smsForgetAtKiosk: z.strictObject({ deviceId: id, ticketId: z.string().min(1).max(80) }),
  enrol: z.strictObject({ deviceId: id, role: z.enum(DEVICE_ROLES) }),
  poll: z.strictObject({ deviceCode: z.string().regex(/^[0-9a-f]{64}$/) }),
  signIn: z.strictObject({ deviceId: id, staffId: id, secret }),
  signOut: z.strictObject({ deviceId: id }),
  approve: z.strictObject({ userCode: z.string().min(8).max(12) }),
  /** The first manager of a centre, with the code that the server's terminal shows. */
  setup: z.strictObject({
    code: z.string().max(40),
    deviceId: id,
    staffId: id,
    name: z.string().min(1).max(60),
    secret,
  }),
  addStaff: z.strictObject({
    id,
    name: z.string().min(1).max(60),
    role: z.enum(STAFF_ROLES),
    secret,
  }),
  setSecret: z.strictObject({ id, secret }),
  setActive: z.strictObject({ id, active: z.boolean() }),
  /** Without a clip, all of a language. */
  deleteVoice: z.strictObject({ language: z.enum(LANGUAGES), clip: clipId.nullable() }),
} as const;

/** A paper that a manager wants to see drawn. */
export type PaperWish = z.infer<typeof apiSchemas.previewPaper>;

/** A paper drawn for a manager, as a printer without a blank strip gives it out. */
export interface PaperPreview {
  /** A PNG, base64. */
  readonly png: string;
  readonly lengthMm: number;
  /** Texts that did not fit whole. */
  readonly shortened: readonly string[];
  /** Fields that there was no room for. */
  readonly leftOut: readonly string[];
  /** Fields that stand elsewhere than the design has them. */
  readonly moved: readonly string[];
}

/** What waits until tomorrow of what was published; the rest holds now. */
export interface PaperSaved {
  readonly waiting: readonly string[];
}

export interface StaffMember {
  readonly id: string;
  readonly name: string;
  readonly role: StaffRole;
  readonly active: boolean;
}

/** An open ticket that a manager looked for by its number. */
export interface FoundTicket {
  readonly ticketId: string;
  readonly label: Label;
  /** What it bore before. */
  readonly was?: Label;
  readonly serviceId: string;
  readonly status: 'waiting' | 'called' | 'serving' | 'parked' | 'absent' | 'ended';
  readonly joinedAt: number;
}

/** The centre's voice: what is installed, what was recorded here, and what is in use. */
export interface VoiceAnswer {
  readonly installed:
    | (Pick<Pack, 'name' | 'source' | 'licence' | 'attribution'> & {
        readonly languages: readonly string[];
      })
    | null;
  /** As on the boards. */
  readonly hash: string | null;
  readonly origins: Readonly<Record<Language, Readonly<Partial<Record<Part, Origin>>>>>;
  readonly recorded: readonly {
    readonly language: Language;
    readonly clip: string;
    readonly hash: string;
    readonly ms: number;
    readonly at: number;
  }[];
}

export interface SessionAnswer {
  readonly device: {
    readonly deviceId: string;
    readonly role: (typeof DEVICE_ROLES)[number] | null;
    readonly enrolled: boolean;
  };
  readonly staff: Omit<StaffMember, 'active'> | null;
  /** Whether the centre still has no manager: the manager's page then asks for the first. */
  readonly setup: boolean;
  readonly now: number;
}

/** How the data centre of a demo is reached. */
export interface DemoOverview {
  readonly url: string;
  readonly operator: { readonly id: string; readonly secret: string };
}

/** What the page of the bare address shows. */
export interface StartAnswer {
  readonly centre: Words;
  readonly screens: readonly {
    readonly role: string;
    readonly deviceId: string;
    readonly name: Words;
    readonly path: string;
  }[];
  readonly demo: boolean;
  /** Of a demo alone: its secrets are for everyone at its machine. */
  readonly staff: readonly (StaffMember & { readonly secret: string })[];
  /** The newest ticket's page, in a demo. */
  readonly phone: string | null;
  /** A demo's data centre, once it is ready. */
  readonly overview: DemoOverview | null;
}

/** What a person can do to a printer of the hall demo, and undo. */
export const PRINTER_TROUBLES = ['paperEnd', 'nearEnd', 'coverOpen', 'jam', 'unplugged'] as const;
export type PrinterTrouble = (typeof PRINTER_TROUBLES)[number];

/** What the hall demo's page shows beside the screens: devices that are played, as they stand. */
export interface HallDemoAnswer {
  readonly printers: readonly {
    readonly kioskId: string;
    readonly name: Words;
    /** The way to it, and where: a path, or a host and port. */
    readonly link: 'serial' | 'tcp';
    readonly place: string;
    readonly troubles: readonly PrinterTrouble[];
    /** What the agent says of it. */
    readonly told: PrinterState;
    /** Paths of pictures of what it cut off, newest first. */
    readonly papers: readonly string[];
    /** Why it takes nothing more: bytes that no real printer would understand. */
    readonly refused: string | null;
  }[];
  readonly bus: {
    readonly place: string;
    readonly unplugged: boolean;
    readonly displays: readonly {
      readonly address: number;
      /** The counter over which it hangs; `null` for the one that shows the newest call. */
      readonly counterId: string | null;
      readonly text: string;
      /** Path of a picture. */
      readonly picture: string;
    }[];
    readonly counters: readonly { readonly counterId: string; readonly number: number }[];
    readonly refused: string | null;
  };
}
