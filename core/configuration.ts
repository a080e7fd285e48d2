import { z } from 'zod';
import { paperDesign } from './design.js';
import { SERVICES_ASKED_MAX } from './lists.js';
import { ID } from './protocol/forms.js';

/** Epoch milliseconds, UTC. Every point in time in Dawr has this unit. */
export type Millis = number;

const id = z.string().regex(ID, 'is not an id: a-z, 0-9 and -, at most 40');
const words = (max: number) =>
  z.strictObject({ ar: z.string().min(1).max(max), en: z.string().min(1).max(max) });
const minutes = z.number().int().min(0).max(1440);
const ids = (max: number) => z.array(id).max(max);

const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'is not a time of day: HH:MM');
const span = z.strictObject({ from: time, to: time });
/** As `time`, or the end of the day: else its last minute could not be held. */
const until = z
  .string()
  .regex(/^(?:([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'is not a time of day: HH:MM, or 24:00');
const hours = z.array(span).max(4);
const date = z.string().regex(/^\d{4}-\d\d-\d\d$/, 'is not a date: YYYY-MM-DD');
export const WEEKDAYS = ['sat', 'sun', 'mon', 'tue', 'wed', 'thu', 'fri'] as const;

/**
 * Papers, fees and days are `null` where they are not known: the screen then says whom to ask.
 * An empty list says that none are needed.
 */
const service = z.strictObject({
  id,
  name: words(80),
  sector: id,
  category: id,
  kind: z.enum(['service', 'enquiry']),
  frequent: z.boolean().default(false),
  eligibility: words(300).nullable().default(null),
  papers: z.array(words(160)).max(20).nullable(),
  procedure: z.array(words(200)).max(12).nullable().default(null),
  fees: z.array(words(160)).max(8).nullable().default(null),
  days: z.number().int().min(0).max(365).nullable().default(null),
  targetMin: minutes.min(1),
  handlingMin: z.number().min(0.5).max(240),
});

const matcher = z.strictObject({
  services: ids(300).default([]),
  classes: z.array(z.string()).max(10).default([]),
});

/** What a counter may serve, and the rules that bend the calling order there. */
const profile = z.strictObject({
  id,
  name: words(60),
  categories: ids(60).default([]),
  services: ids(300).default([]),
  conditions: z
    .array(z.strictObject({ when: matcher, waitingMin: minutes, first: matcher }))
    .max(8)
    .default([]),
  weights: z
    .array(z.strictObject({ of: matcher, weight: z.number().int().min(1).max(9) }))
    .max(6)
    .default([]),
  reserved: matcher.nullable().default(null),
  skipMaxMin: minutes.default(15),
});

const counter = z.strictObject({
  id,
  number: z.number().int().min(1).max(99),
  floor: words(40),
  zone: id,
  profiles: ids(12).min(1),
});

/** A priority class merges legal grounds, so that its code never tells a condition. */
const priorityClass = z.strictObject({
  id: z.string().regex(/^P[1-9]$/, 'is not a class code: P1 to P9'),
  name: words(60),
  grounds: z.array(words(120)).min(1).max(8),
  basis: words(200),
  targetMin: minutes,
  proof: z.enum(['none', 'card']),
  everyMax: z.number().int().min(1).max(20).default(1),
});

const calendar = z.strictObject({
  week: z.partialRecord(z.enum(WEEKDAYS), hours),
  exceptions: z
    .array(z.strictObject({ date, name: words(60), hours }))
    .max(400)
    .default([]),
  closeByMin: minutes.default(240),
});

/** Visits that are open at once, but for those that kiosks let in while the server was away. */
export const OPEN_VISITS_MAX = 5000;

const rules = z.strictObject({
  noShowCalls: z.number().int().min(1).max(5).default(2),
  noShowAfterS: z.number().int().min(0).max(600).default(60),
  returnWithinMin: minutes.default(15),
  lapseAfterMin: minutes.default(60),
  returnLegWithinMin: minutes.default(60),
  followTargetMin: minutes.default(10),
  delayMaxMin: minutes.default(120),
  servicesMax: z.number().int().min(1).max(SERVICES_ASKED_MAX).default(4),
  waitingMax: z.number().int().min(1).max(OPEN_VISITS_MAX).default(2000),
  legOrder: z.enum(['asked', 'shortest']).default('asked'),
  ticketsPerMinuteMax: z.number().int().min(1).max(600).default(30),
  /** Numbers of a series that a kiosk holds for when the server is away; 0 for none. */
  leaseMax: z.number().int().min(0).max(500).default(100),
});

export const REASON_KINDS = [
  'callTicket',
  'walkDirect',
  'front',
  'park',
  'pause',
  'setClass',
  'suspend',
  'void',
] as const;
export type ReasonKind = (typeof REASON_KINDS)[number];

const reasons = z.record(
  z.enum(REASON_KINDS),
  z
    .array(z.strictObject({ id, name: words(60) }))
    .min(1)
    .max(12),
);

const board = z.strictObject({
  id,
  name: words(60),
  zones: ids(12).default([]),
  counter: id.nullable().default(null),
});

const percent = z.number().int().min(0).max(100);

/** What boards sound for a call, when, and how loud; times are those of the centre. */
const voice = z.strictObject({
  calls: z.enum(['spoken', 'chime', 'silent']).default('spoken'),
  /** `ticket`: in the ticket's language · `both`: in Arabic, then in English. */
  languages: z.enum(['ticket', 'both']).default('ticket'),
  /** In percent, as that of each zone, by which it is multiplied. */
  volume: percent.default(100),
  /** Other volumes at some hours. */
  hours: z
    .array(z.strictObject({ from: time, to: until, volume: percent }))
    .max(12)
    .default([]),
  /** Nothing sounds then. */
  quiet: z
    .array(z.strictObject({ from: time, to: until }))
    .max(12)
    .default([]),
  /**
   * Which board sounds for a zone (`null`: none), so that two within earshot never speak at once;
   * a zone that is not here is left to the first board that shows it.
   */
  zones: z
    .array(z.strictObject({ zone: id, board: id.nullable(), volume: percent.default(100) }))
    .max(20)
    .default([]),
});

const kiosk = z.strictObject({
  id,
  name: words(60),
  printer: z.boolean().default(true),
});

const agent = z.strictObject({
  id,
  name: words(60),
  kiosks: ids(20),
  /** Counters beside which it has displays, keypads or bells: it is told of no other. */
  counters: ids(60).optional(),
  /** Desks beside which it has a scanner. */
  desks: ids(60).optional(),
});

/** Shape of one centre's configuration; `checkConfiguration` looks at what refers to what. */
export const configurationSchema = z.strictObject({
  version: z.literal(1),
  centre: z.strictObject({
    id,
    name: words(80),
    governorate: words(60),
    zone: z.string(),
    digits: z.enum(['arab', 'latn']),
    brand: z
      .string()
      .regex(/^#[0-9a-f]{6}$/, 'is not a colour: # and six of 0-9 a-f')
      .default('#0b5c8a'),
    /** Where phones reach the ticket's page; without it no QR is printed or shown. */
    publicUrl: z.url().nullable().default(null),
    enquiryUrl: z.string().max(80).nullable().default(null),
    idleS: z.number().int().min(10).max(300).default(30),
    /** Models of the LED displays in the hall: files of `firmware-config/displays`. */
    displays: ids(10).optional(),
    /** Whether data centres are told what clerks are called; else they see pseudonyms alone. */
    staffNamesAbove: z.boolean().optional(),
  }),
  sectors: z.array(z.strictObject({ id, name: words(60), icon: z.string().max(30) })).max(40),
  categories: z
    .array(
      z.strictObject({
        id,
        name: words(60),
        letter: z.strictObject({ ar: z.string().max(1), en: z.string().max(1) }).nullable(),
        min: z.number().int().min(0).max(9999),
        max: z.number().int().min(1).max(9999),
        /** Numbers printed beforehand on a pad, for a day without machines; no service has them. */
        reserved: z.boolean().default(false),
      }),
    )
    .min(1)
    .max(60),
  services: z.array(service).min(1).max(300),
  classes: z.array(priorityClass).max(9).default([]),
  profiles: z.array(profile).min(1).max(60),
  zones: z
    .array(z.strictObject({ id, name: words(60) }))
    .min(1)
    .max(20),
  counters: z.array(counter).min(1).max(60),
  boards: z.array(board).max(40),
  kiosks: z.array(kiosk).max(20),
  /** One agent stands beside the printers of some kiosks, and the wires to some counters. */
  agents: z.array(agent).max(20),
  desks: z.array(z.strictObject({ id, name: words(60), counter: id.nullable() })).max(60),
  calendar,
  rules: rules.prefault({}),
  voice: voice.prefault({}),
  reasons,
  texts: z
    .strictObject({
      welcome: words(200).nullable().default(null),
      ticker: z.array(words(200)).max(10).default([]),
    })
    .prefault({}),
  /** How papers look; without it, as `DEFAULT_DESIGN` says. */
  paper: paperDesign.optional(),
});

export type Configuration = z.infer<typeof configurationSchema>;
export type ServiceConfig = Configuration['services'][number];
export type ProfileConfig = Configuration['profiles'][number];
export type ClassConfig = Configuration['classes'][number];
export type VoiceConfig = Configuration['voice'];
export type Matcher = z.infer<typeof matcher>;
export type Words = { readonly ar: string; readonly en: string };
export type Letter = { readonly ar: string; readonly en: string };
