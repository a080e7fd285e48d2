import type { KioskDoor, Label, OfflineNews, PrinterState, PrintState, Roll } from './views.js';
import type { Refusal } from './refusals.js';
import type { SmsOrder, SmsOutcome, SmsWay } from './sms.js';
import type { PageTrouble, Trouble } from './troubles.js';
import type { Millis } from '../configuration.js';
import type { DeviceId, TicketId } from '../events.js';

/** What the visitor gets for `takeTicket`, whole again on a repeat. */
export interface Receipt {
  readonly ticketId: TicketId;
  readonly label: Label;
  /** `null` where nobody can count them: the server is away. */
  readonly ahead: number | null;
  /** The ticket's page, for the QR; `null` where no reachable address is configured. */
  readonly link: string | null;
  readonly printing: boolean;
}

/** An accepted command; `seq` is the place in the log after it. */
export interface Done {
  readonly done: true;
  readonly seq: number;
  readonly receipt?: Receipt;
  readonly ticketId?: TicketId;
  /** Of `returnTicket`: back in line, with the place or at its end. */
  readonly returned?: 'kept' | 'late';
}
export type Answer = Done | Refusal;

/** A command on its way: the same `requestId` and payload may be sent again until answered. */
export interface Ask<C = unknown> {
  /** 128 random bits, 32 hex digits, made by the sender. */
  readonly requestId: string;
  /** `0` for one that nobody wants any more: it is answered, but not carried out now. */
  readonly sentAt: Millis;
  readonly command: C;
}

export interface ClientEvents<C> {
  ask: (ask: Ask<C>, answer: (answer: Answer) => void) => void;
}

/** From the agent only: what its devices do now. Not logged; shown on kiosks and to managers. */
export interface AgentEvents {
  printer: (status: { kioskId: DeviceId; state: PrinterState; roll: Roll | null }) => void;
  printing: (status: { jobId: string; state: PrintState }) => void;
  /** Where pages on the agent's machine find it. */
  door: (door: KioskDoor) => void;
  offline: (news: OfflineNews) => void;
  /** What is wrong with its lines and what hangs on them, whole. */
  troubles: (troubles: readonly Trouble[]) => void;
  /** A scanner read a ticket's code, or (`null`) what is none. */
  scan: (scan: { placeId: DeviceId; token: string | null }) => void;
  /** Whether the modem can send. */
  modem: (status: { way: SmsWay }) => void;
  /** Whether a message that the network took has arrived; told until it is answered. */
  smsReport: (report: { id: string; state: 'delivered' | 'failed' }, done: () => void) => void;
}

/** From a kiosk's page: whether it would come back without the server. */
export interface KioskEvents {
  troubles: (troubles: readonly PageTrouble[]) => void;
}

export interface ServerEvents<V> {
  view: (view: V) => void;
  /** Every 5 s: the server's time, and the newest version that this screen should have. */
  beat: (beat: { at: Millis; version: number }) => void;
  /** The screen's right has ended (revoked, signed out elsewhere, day over): sign in or enrol. */
  ended: (why: 'revoked' | 'signedOut') => void;
  /** To the agent beside the modem: send this, once for its id. */
  sms: (order: SmsOrder, done: (outcome: SmsOutcome) => void) => void;
}

/** Why a connection is refused; `message` of Socket.IO's connect error. */
export const CONNECT_REFUSALS = [
  'notEnrolled',
  'notSignedIn',
  'badOrigin',
  'tooMany',
  'unknown',
] as const;
export type ConnectRefusal = (typeof CONNECT_REFUSALS)[number];
