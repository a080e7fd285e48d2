import type { TicketId } from '../events.js';
import type { Label } from './views.js';

/**
 * `ready`: a number is known · `queued`: a message waits for its way · `sent`: the gateway or the
 * network took it, which is not yet the visitor's phone · `delivered`: the phone has it.
 */
export const SMS_STATES = ['ready', 'queued', 'sent', 'delivered', 'failed'] as const;
export type SmsState = (typeof SMS_STATES)[number];

/**
 * Why a message failed: the network knows no such `number`, the gateway or network `refused` it,
 * the way was `away` until it was no longer so, nobody knows whether it was taken (`unsure`: it is
 * not sent twice), or the phone did not get it (`undelivered`).
 */
export const SMS_REASONS = ['number', 'refused', 'away', 'unsure', 'undelivered'] as const;
export type SmsReason = (typeof SMS_REASONS)[number];

/** Whether messages can go out now: `sim` and `network` are told by a modem alone. */
export const SMS_WAYS = ['ready', 'away', 'sim', 'network'] as const;
export type SmsWay = (typeof SMS_WAYS)[number];

/** The newest message of a ticket. */
export interface SmsNews {
  readonly state: SmsState;
  readonly reason: SmsReason | null;
}

/** Today's messages, for managers. */
export interface SmsDay {
  readonly queued: number;
  /** Taken by the gateway; the delivered are among them. */
  readonly sent: number;
  readonly delivered: number;
  readonly failed: number;
  readonly perDayMax: number;
  readonly way: SmsWay;
  /** Open tickets whose newest message failed: somebody may look for their visitors. */
  readonly unreached: readonly {
    readonly ticketId: TicketId;
    readonly label: Label;
    readonly reason: SmsReason;
  }[];
}

/** A message on its way to the agent with the modem; the same `id` is sent once. */
export interface SmsOrder {
  /** 32 hex digits. */
  readonly id: string;
  /** E.164. */
  readonly to: string;
  readonly text: string;
  /** After so long the network shall not deliver it any more. */
  readonly validMinutes: number;
}

/** `taken` by the network · `away`: it surely was not, and may be handed over again. */
export type SmsOutcome =
  | { readonly is: 'taken'; readonly reference: string | null }
  | { readonly is: 'refused'; readonly reason: 'number' | 'refused' }
  | { readonly is: 'away' }
  | { readonly is: 'unsure' };
