import { z } from 'zod';
import { LANGUAGES, RESULTS, SERVICES_ASKED_MAX } from '../lists.js';
import { COPY_REASONS, PART_MAX } from '../paper.js';
import { ID } from './forms.js';
import { KEYS } from './keys.js';

const id = z.string().regex(ID);
const ticketId = z.string().regex(/^[a-z0-9]{8,40}:\d{1,12}$/);
const counterId = id;
const reasonId = id;
const classId = z.string().regex(/^(P[1-9])?$/);
const at = z.number().int().min(0).max(8_640_000_000_000_000);
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const language = z.enum(LANGUAGES);
const text = z.strictObject({ ar: z.string().max(200), en: z.string().max(200) });

const one = <T extends string, S extends z.ZodRawShape>(type: T, shape: S) =>
  z.strictObject({ type: z.literal(type), ...shape });

const number = z.number().int().min(0).max(9999);
/** A visit that began with a number in the visitor's hand. */
const numbered = {
  seriesId: id,
  number,
  services: z.array(id).min(1).max(SERVICES_ASKED_MAX),
  classId: classId.default(''),
  language,
  takenAt: at,
};

/** What a visitor may ask for, at a kiosk or (with a ticket's link) on a phone. */
export const visitorCommands = [
  one('takeTicket', {
    services: z.array(id).min(1).max(SERVICES_ASKED_MAX),
    classId: classId.default(''),
    language,
  }),
  one('addService', { ticketId, serviceId: id }),
  one('leave', { ticketId }),
  one('delay', { ticketId, until: at }),
  one('returnTicket', { ticketId }),
  one('rate', { ticketId, stars: z.number().int().min(1).max(5) }),
  one('callForHelp', {}),
  one('printInformation', { serviceId: id, language, kioskId: id }),
  /** Paper that has not come out here shall come out there. */
  one('printElsewhere', { ticketId, kioskId: id }),
] as const;

export const clerkCommands = [
  one('openCounter', { counterId, profileId: id }),
  one('closeCounter', { counterId }),
  one('handOver', { counterId }),
  one('pause', { counterId, reasonId }),
  one('resume', { counterId }),
  one('callNext', { counterId }),
  one('callTicket', { counterId, ticketId, reasonId }),
  one('recall', { counterId }),
  one('start', { counterId }),
  one('finish', {
    counterId,
    result: z.enum(RESULTS).default('completed'),
    callNext: z.boolean().default(false),
  }),
  one('noShow', { counterId }),
  one('transfer', {
    counterId,
    serviceId: id,
    place: z.enum(['keep', 'end', 'front']).default('keep'),
    reasonId: reasonId.optional(),
  }),
  one('transferAndReturn', { counterId, serviceId: id }),
  one('park', { counterId, reasonId }),
  one('unpark', { counterId, ticketId }),
  one('walkDirect', { counterId, serviceId: id, reasonId, language: language.default('ar') }),
  one('setClass', { counterId, classId, reasonId }),
  one('returnTicket', { ticketId }),
  one('printInformation', { serviceId: id, language, kioskId: id }),
  one('askHelp', { counterId }),
  one('reprint', { ticketId, kioskId: id, why: z.literal('lost') }),
] as const;

export const managerCommands = [
  /** Without `closesAt` the calendar decides; with it the day opens whatever the calendar says. */
  one('openDay', { closesAt: at.optional() }),
  one('closeDay', {}),
  one('closeEarly', { closesAt: at }),
  one('announce', { text: text.nullable() }),
  one('suspend', { serviceId: id.nullable(), reasonId, until: at.nullable() }),
  one('unsuspend', { serviceId: id.nullable() }),
  one('voidTicket', { ticketId, reasonId }),
  one('switchProfile', { counterId, profileId: id }),
  one('answerHelp', { deviceId: id }),
  one('revokeDevice', { deviceId: id }),
  one('confirmClock', {}),
  one('reprint', { ticketId, kioskId: id, why: z.enum(COPY_REASONS) }),
  /** `null`: every paper that has waited too long. */
  one('giveUpPaper', { paperId: ticketId.nullable() }),
  /** `null` is the whole centre. */
  one('stopPaper', { kioskId: id.nullable() }),
  one('resumePaper', { kioskId: id.nullable() }),
  one('loadPaper', { kioskId: id }),
  /** Numbers of a reserved series on paper, to be given out by hand. */
  one('printPad', { seriesId: id, from: number, to: number, kioskId: id }),
  one('cancelPad', {}),
  /** A number of a pad that was given out by hand. */
  one('enterNumber', numbered),
] as const;

/** What the server itself, or its agent, says. Never accepted from a screen. */
export const systemCommands = [
  one('tick', {}),
  one('startLog', { centreId: id, configuration: hash, training: z.boolean() }),
  one('restoreLog', {
    previousStream: z.string(),
    previousSeq: z.number().int(),
    previousHash: z.string(),
    skip: z.number().int().min(0),
  }),
  /** `today` is what may change at once, `waiting` names what waits for the next day. */
  one('publish', { configuration: hash, today: hash, waiting: z.array(z.string()).max(100) }),
  one('enrolDevice', { deviceId: id, role: z.string() }),
  /** A ticket that a kiosk gave out while the server was away. */
  one('enterTicket', {
    kioskId: id,
    day: z.string().regex(/^\d{4}-\d\d-\d\d$/),
    ...numbered,
    /** The visitor's request that the server had not answered; it may have been carried out. */
    unanswered: z
      .string()
      .regex(/^[0-9a-f]{32}$/)
      .nullable(),
  }),
  /** How a piece of paper ended. */
  one('reportPrint', {
    paperId: ticketId,
    part: z.number().int().min(0).max(PART_MAX),
    state: z.enum(['confirmed', 'assumed']),
  }),
  /** A clerk's keypad: acts for whoever has the counter open. */
  one('pressKey', { counterId, key: z.enum(KEYS) }),
] as const;

export const visitorCommand = z.discriminatedUnion('type', visitorCommands);
export const clerkCommand = z.discriminatedUnion('type', clerkCommands);
export const managerCommand = z.discriminatedUnion('type', managerCommands);
export const systemCommand = z.discriminatedUnion('type', systemCommands);

export type VisitorCommand = z.infer<typeof visitorCommand>;
export type ClerkCommand = z.infer<typeof clerkCommand>;
export type ManagerCommand = z.infer<typeof managerCommand>;
export type SystemCommand = z.infer<typeof systemCommand>;
export type Command = VisitorCommand | ClerkCommand | ManagerCommand | SystemCommand;
export type CommandType = Command['type'];

/** What a sender may leave out where a default stands. */
export type VisitorAsk = z.input<typeof visitorCommand>;
export type ClerkAsk = z.input<typeof clerkCommand>;
export type ManagerAsk = z.input<typeof managerCommand>;
