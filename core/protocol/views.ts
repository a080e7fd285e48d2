import type { Letter, Millis, Words } from '../configuration.js';
import type { Language } from '../lists.js';
import type { CounterId, DeviceId, ServiceId, TicketId } from '../events.js';
import type { Scanned } from './scanned.js';
import type { SmsNews } from './sms.js';

/** What a visitor reads: a letter (or none) and a number; never joined by a hyphen. */
export interface Label {
  readonly letter: Letter | null;
  readonly number: number;
}

/**
 * Every view is whole. `version` only grows (within a `stream`); a screen ignores an older one.
 * `at` is the server's time when the view was made, from which a screen sets its clock.
 */
export interface ViewBase {
  readonly stream: string;
  readonly version: number;
  readonly at: Millis;
  /** Hash under which `/configuration/<hash>.json` gives the catalogue. */
  readonly configuration: string;
  readonly training: boolean;
}

/** `before`: not opened yet today · `closing`: no more tickets, waiting visitors are served. */
export type HallState = 'before' | 'open' | 'closing' | 'closed' | 'suspended' | 'full';

export interface HallTimes {
  readonly state: HallState;
  readonly closesAt: Millis | null;
  /** Next opening by the calendar, when the hall is not open. */
  readonly opensAt: Millis | null;
  /** Words of the reason while suspended. */
  readonly reason: Words | null;
  readonly suspendedUntil: Millis | null;
}

export const PRINT_STATES = [
  'queued',
  'sending',
  'sent',
  'confirmed',
  'assumed',
  'interrupted',
  'reprinting',
  'abandoned',
] as const;
export type PrintState = (typeof PRINT_STATES)[number];

/**
 * `jam`: the cutter or the paper is stuck · `away`: it cannot be reached, or its agent is not
 * connected · `none`: the kiosk has no printer, or its paper is stopped.
 */
export const PRINTER_STATES = [
  'ready',
  'nearEnd',
  'paperEnd',
  'coverOpen',
  'jam',
  'fault',
  'away',
  'none',
] as const;
export type PrinterState = (typeof PRINTER_STATES)[number];

/** Whether papers come out of a printer in this state. */
export const isPrinting = (state: PrinterState): boolean =>
  state === 'ready' || state === 'nearEnd';

/** A kiosk's printer, to choose one by. */
export interface PrinterChoice {
  readonly kioskId: DeviceId;
  readonly state: PrinterState;
}

/** The roll in a printer, as far as anybody knows. */
export interface Roll {
  readonly leftMm: number;
  /** On a day on which the printer is used; `null` before the first such day is over. */
  readonly mmPerDay: number | null;
  /** What the printer itself says, or what was counted since the roll was put in. */
  readonly by: 'printer' | 'count';
}

export interface KioskView extends ViewBase {
  readonly hall: HallTimes;
  /** How many would be ahead of a new ticket; a service that is not here has nobody ahead. */
  readonly ahead: Readonly<Record<ServiceId, number>>;
  readonly suspended: readonly ServiceId[];
  /** Services whose series has no free number now. */
  readonly full: readonly ServiceId[];
  readonly printer: PrinterState;
  /** Of the newest tickets by their ids and, beside an agent, also by their visitors' requests. */
  readonly printing: Readonly<Record<TicketId, PrintState>>;
  /** Other kiosks whose printers print, while this one's does not. */
  readonly elsewhere: readonly DeviceId[];
  readonly helpAsked: boolean;
  readonly announcement: Words | null;
  /** The agent on the kiosk's machine, for when the server is away; `null` until one has said. */
  readonly door: KioskDoor | null;
  /** Hash under which `/voice/<hash>.json` gives the clips in use; `null` where there are none. */
  readonly voice: string | null;
  readonly scanned?: Scanned;
  /** Numbers for text messages are taken here. */
  readonly sms?: true;
}

/** Where the kiosk's page finds its agent, and what shows that it may ask it. */
export interface KioskDoor {
  readonly port: number;
  readonly token: string;
}

/** Under this header the page shows the token. */
export const DOOR_HEADER = 'x-dawr-door';

export interface BoardCall {
  /** Unique per call and recall, so that a board knows what is new. */
  readonly key: string;
  readonly label: Label;
  readonly counterId: CounterId;
  readonly at: Millis;
  readonly recalled: boolean;
  readonly language: Language;
}

export type CounterState = 'closed' | 'open' | 'called' | 'serving' | 'paused';

export interface BoardCounter {
  readonly counterId: CounterId;
  readonly state: CounterState;
  readonly label: Label | null;
}

export interface BoardView extends ViewBase {
  readonly hall: HallTimes;
  /** Newest first, at most 12, only of the board's zones (or its counter). */
  readonly calls: readonly BoardCall[];
  readonly counters: readonly BoardCounter[];
  /** Labels called and absent that may still return. */
  readonly missed: readonly Label[];
  /** Per category: how many wait. */
  readonly waiting: Readonly<Record<string, number>>;
  readonly announcement: Words | null;
  /** As on the kiosk. */
  readonly voice: string | null;
}

export interface DeskTicket {
  readonly ticketId: TicketId;
  readonly label: Label;
  /** What it bore before: its visitor may hold that number too. */
  readonly was?: Label;
  readonly serviceId: ServiceId;
  readonly classId: string;
  readonly language: Language;
  readonly joinedAt: Millis;
  readonly dueAt: Millis;
  /** Set while bound to a counter (transfer and return). */
  readonly boundTo?: CounterId;
}

export interface DeskCurrent extends DeskTicket {
  readonly state: 'called' | 'serving';
  readonly calledAt: Millis;
  readonly startedAt: Millis | null;
  readonly calls: number;
  /** From then on the visitor may be marked absent, if called often enough. */
  readonly noShowAt: Millis | null;
  readonly nextServices: readonly ServiceId[];
  /** Of the visitor's newest text message, where one was asked for. */
  readonly sms?: SmsNews;
}

/** Somebody of the staff: the pseudonym of the log, and the name that colleagues see. */
export interface Person {
  readonly id: string;
  readonly name: string;
}

export interface DeskCounter {
  readonly counterId: CounterId;
  readonly state: CounterState;
  readonly clerk: Person | null;
  readonly profileId: string | null;
  readonly since: Millis | null;
}

export interface DeskView extends ViewBase {
  readonly hall: HallTimes;
  readonly clerk: Person;
  /** The desk's own counter, or the one that this clerk has open. */
  readonly counter: DeskCounter | null;
  readonly counters: readonly DeskCounter[];
  readonly current: DeskCurrent | null;
  /** In calling order, at most 30; `waitingTotal` counts them all. */
  readonly waiting: readonly DeskTicket[];
  readonly waitingTotal: number;
  readonly parked: readonly DeskTicket[];
  readonly absent: readonly (DeskTicket & { readonly returnBy: Millis })[];
  readonly today: { readonly served: number; readonly handlingMs: number | null };
  /** Where a ticket may be printed again. */
  readonly printers: readonly PrinterChoice[];
  readonly helpAsked: boolean;
  readonly scanned?: Scanned;
}

export type { DeviceStatus, ManagerView } from './manager.js';

export type { PhoneView } from './phone.js';

export type {
  AgentCall,
  AgentCounter,
  AgentHall,
  AgentView,
  LeaseNumbers,
  LeaseView,
  LostTicket,
  OfflineNews,
  PrintJob,
} from './agent.js';

export const DEVICE_ROLES = ['kiosk', 'board', 'desk', 'manager', 'agent'] as const;
export type DeviceRole = (typeof DEVICE_ROLES)[number];
