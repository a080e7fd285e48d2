import type { Millis } from '../configuration.js';
import type { DeviceId, NumberRange, ServiceId } from '../events.js';
import type { Paper } from '../paper.js';
import type { BoardCall, BoardCounter, ViewBase } from './views.js';

/** A paper that a printer has still to bring out. */
export interface PrintJob {
  /** By `jobIdOf`: printing a job again by the same id is harmless. */
  readonly jobId: string;
  readonly kioskId: DeviceId;
  /** Too late a `PAPER_AGE_MS_MAX` after it; `null`: never, for nobody stands there waiting. */
  readonly issuedAt: Millis | null;
  /** By which the ticket was asked for; missing on sheets, and where the log is another by now. */
  readonly request?: string;
  readonly paper: Paper;
}

/** When and by what a kiosk may give out tickets on one day while the server is away. */
export interface LeaseView {
  readonly leaseId: string;
  readonly kioskId: DeviceId;
  readonly day: string;
  /** By the calendar, or as the day was opened. */
  readonly opensAt: Millis;
  readonly closesAt: Millis;
  /** Hash of the configuration that holds on that day. */
  readonly configuration: string;
  /** Whether the kiosk's tickets come on paper. */
  readonly print: boolean;
  readonly training: boolean;
}

/** The numbers of a lease, as `/lease/<id>.json` gives them to the agent beside its kiosk. */
export interface LeaseNumbers {
  readonly leaseId: string;
  readonly ranges: readonly NumberRange[];
  /** `labelKey` of those that are in the log already. */
  readonly used: readonly string[];
  /** Tokens of the tickets' pages, a number each in the order of the ranges. */
  readonly tokens: readonly string[];
}

/** A ticket that a kiosk gave out while the server was away, and that is in no line. */
export interface LostTicket {
  readonly kioskId: DeviceId;
  readonly seriesId: string;
  readonly number: number;
  readonly services: readonly ServiceId[];
  readonly takenAt: Millis;
  /** A code of `LOST_WHYS`. */
  readonly why: string;
}

/** Why a ticket is in no line. */
export const LOST_WHYS = ['tooLate', 'lease.unknown', 'service.unknown', 'other'] as const;

/** Tickets that kiosks gave out while the server was away, and that are not in its log. */
export interface OfflineNews {
  /** They will be told. */
  readonly waiting: number;
  /** The server does not take them; the newest, at most `LOST_LISTED_MAX`. */
  readonly refused: readonly LostTicket[];
}

/** Tickets of no line that are told at once. */
export const LOST_LISTED_MAX = 20;

/** A counter beside which an agent has a display, a keypad or a bell. */
export interface AgentCounter extends BoardCounter {
  readonly number: number;
}

export type AgentCall = Pick<BoardCall, 'key' | 'label' | 'counterId' | 'at'>;

/** What an agent is told for its displays, keypads and bells. */
export interface AgentHall {
  /** Of its own counters alone. */
  readonly counters: readonly AgentCounter[];
  /** Newest first, at its own counters. */
  readonly calls: readonly AgentCall[];
}

export interface AgentView extends ViewBase, AgentHall {
  /** The kiosks beside whose printers this agent stands. */
  readonly kiosks: readonly DeviceId[];
  /** When somebody said that a kiosk's printer has a new roll. */
  readonly rolls: Readonly<Record<DeviceId, Millis>>;
  readonly jobs: readonly PrintJob[];
  readonly leases: readonly LeaseView[];
}
