import type { Millis, ReasonKind } from './configuration.js';
import type { CentreEvent, NumberRange } from './events/centre.js';
import type { Language, Result } from './lists.js';
import type { CopyReason } from './paper.js';

/** A ticket's id for ever: the stream and the sequence number of the event that issued it. */
export type TicketId = string;
export type CounterId = string;
export type ServiceId = string;
export type DeviceId = string;
/** A clerk's stable pseudonym, or `system`, or the device that stood in for a visitor. */
export type ActorId = string;
/** Empty for a visitor without priority, else the neutral code of a class (`P1`). */
export type ClassId = string;

/** How a leg ended: the field's closed list. */
export const OUTCOMES = [
  'served',
  'transferred',
  'no_show',
  'walk_out',
  'cancelled_by_citizen',
  'voided_by_staff',
  'closed_end_of_day',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** A reason is an entry of a closed list of the configuration. */
export interface Reason {
  readonly kind: ReasonKind;
  readonly id: string;
}

/** What stands on a sheet, which is all paper but tickets: about a service, or numbers of a pad. */
export type SheetOf =
  | {
      readonly kind: 'information';
      readonly serviceId: ServiceId;
      readonly language: Language;
    }
  | ({ readonly kind: 'pad' } & NumberRange);

/** The three times that decide a leg's place, frozen when it joins. */
export interface LegTimes {
  readonly joinedAt: Millis;
  readonly orderFrom: Millis;
  readonly dueAt: Millis;
}

/** Which rule chose a leg; what is not `due` is listed in the fairness report with its rule. */
export const CALL_RULES = [
  'due',
  'overdue',
  'condition',
  'weight',
  'cap',
  'reserved',
  'bound',
  'chosen',
  'walkDirect',
] as const;
export type CallRule = (typeof CALL_RULES)[number];

/** Where a visitor must come back to after a leg elsewhere (cashier, copy shop). */
export interface ReturnTo {
  readonly serviceId: ServiceId;
  readonly counterId: CounterId;
  readonly orderFrom: Millis;
  readonly until: Millis;
}

/** Whose target a leg has: its service's own, that of a following leg, or none at the front. */
export type LegTarget = 'own' | 'follow' | 'front';

export type LegJoined = {
  readonly type: 'leg.joined';
  readonly ticketId: TicketId;
  readonly leg: number;
  readonly serviceId: ServiceId;
  readonly classId: ClassId;
  /** Why this service came now: its place in the wish, a transfer, or a return. */
  readonly by: 'asked' | 'shortest' | 'transfer' | 'return';
  readonly target: LegTarget;
  /** Only this counter may call it while it is open, until then. */
  readonly boundTo?: { readonly counterId: CounterId; readonly until: Millis };
} & LegTimes;

export type DayEvent =
  | {
      readonly type: 'day.opened';
      readonly day: string;
      readonly configuration: string;
      readonly rulesVersion: number;
      readonly closesAt: Millis;
      readonly closeBy: Millis;
      readonly training: boolean;
    }
  | { readonly type: 'day.hoursChanged'; readonly closesAt: Millis; readonly closeBy: Millis }
  | { readonly type: 'day.issuingClosed' }
  | { readonly type: 'day.closed'; readonly by: 'manager' | 'closeBy' }
  | {
      readonly type: 'configuration.applied';
      readonly configuration: string;
      readonly waiting: readonly string[];
    }
  | {
      readonly type: 'series.skipped';
      readonly seriesId: string;
      readonly from: number;
      readonly to: number;
    }
  | {
      readonly type: 'service.suspended';
      /** `null` suspends the whole hall. */
      readonly serviceId: ServiceId | null;
      readonly reason: Reason;
      readonly until: Millis | null;
    }
  | { readonly type: 'service.resumed'; readonly serviceId: ServiceId | null }
  | { readonly type: 'announcement.set'; readonly text: { ar: string; en: string } | null }
  | {
      readonly type: 'ticket.issued';
      readonly ticketId: TicketId;
      readonly seriesId: string;
      readonly number: number;
      readonly services: readonly ServiceId[];
      readonly classId: ClassId;
      readonly language: Language;
      readonly deviceId: DeviceId;
      readonly takenAt: Millis;
      /** The number is of this lease: it was taken at the kiosk while the server was away. */
      readonly leaseId?: string;
      /** The visitor's request that nobody had answered: a repeat of it hears of this ticket. */
      readonly standsFor?: string;
      readonly print: boolean;
    }
  | {
      /** From now on an open ticket bears the number that its visitor holds on paper. */
      readonly type: 'ticket.relabelled';
      readonly ticketId: TicketId;
      readonly seriesId: string;
      readonly number: number;
      readonly leaseId: string;
    }
  | LegJoined
  | {
      readonly type: 'ticket.serviceAdded';
      readonly ticketId: TicketId;
      readonly serviceId: ServiceId;
    }
  | ({
      readonly type: 'ticket.classSet';
      readonly ticketId: TicketId;
      readonly classId: ClassId;
      readonly reason: Reason;
    } & LegTimes)
  | ({ readonly type: 'ticket.delayed'; readonly ticketId: TicketId } & LegTimes)
  | {
      readonly type: 'ticket.called';
      readonly ticketId: TicketId;
      readonly leg: number;
      readonly counterId: CounterId;
      readonly clerk: ActorId;
      readonly rule: CallRule;
      /** The leg the plain order would have called; absent when it is this one. */
      readonly passed?: TicketId;
      readonly reason?: Reason;
    }
  | { readonly type: 'ticket.recalled'; readonly ticketId: TicketId; readonly counterId: CounterId }
  | {
      readonly type: 'leg.started';
      readonly ticketId: TicketId;
      readonly counterId: CounterId;
      /** True when the clerk said that the visitor is here; false when `finish` implied it. */
      readonly confirmed: boolean;
    }
  | {
      readonly type: 'leg.ended';
      readonly ticketId: TicketId;
      readonly leg: number;
      readonly outcome: Outcome;
      readonly counterId?: CounterId;
      readonly clerk?: ActorId;
      readonly result?: Result;
      readonly reason?: Reason;
      readonly returnTo?: ReturnTo;
    }
  | {
      readonly type: 'leg.missed';
      readonly ticketId: TicketId;
      readonly counterId: CounterId;
      readonly clerk: ActorId;
      /** Until then the leg may return with its place; then as a new arrival, until it lapses. */
      readonly returnBy: Millis;
      readonly lapsesAt: Millis;
    }
  | ({
      readonly type: 'leg.returned';
      readonly ticketId: TicketId;
      /** Else it is a new arrival, with its service's own target. */
      readonly keptPlace: boolean;
      /** Who of the staff took it back; absent when the visitor came by kiosk or phone. */
      readonly clerk?: ActorId;
    } & LegTimes)
  | { readonly type: 'leg.lapsed'; readonly ticketId: TicketId }
  | {
      readonly type: 'leg.parked';
      readonly ticketId: TicketId;
      readonly counterId: CounterId;
      readonly reason: Reason;
    }
  | ({ readonly type: 'leg.unparked'; readonly ticketId: TicketId } & LegTimes)
  | { readonly type: 'ticket.closed'; readonly ticketId: TicketId; readonly outcome: Outcome }
  | {
      readonly type: 'ticket.printed';
      readonly ticketId: TicketId;
      readonly copy: number;
      readonly state: 'confirmed' | 'assumed' | 'abandoned';
    }
  /** A further copy of a ticket's paper is to come out of a kiosk's printer. */
  | {
      readonly type: 'paper.ordered';
      readonly ticketId: TicketId;
      readonly copy: number;
      readonly why: CopyReason;
      readonly kioskId: DeviceId;
    }
  /** A sheet is to come out of a kiosk's printer. */
  | {
      readonly type: 'sheet.ordered';
      readonly sheetId: string;
      readonly kioskId: DeviceId;
      readonly of: SheetOf;
    }
  | { readonly type: 'sheet.printed'; readonly sheetId: string; readonly part: number }
  | { readonly type: 'sheet.cancelled'; readonly sheetId: string }
  | { readonly type: 'visit.rated'; readonly ticketId: TicketId; readonly stars: number }
  | {
      readonly type: 'counter.opened';
      readonly counterId: CounterId;
      readonly profileId: string;
      readonly clerk: ActorId;
      readonly deviceId: DeviceId;
    }
  | { readonly type: 'counter.handedOver'; readonly counterId: CounterId; readonly clerk: ActorId }
  | {
      readonly type: 'counter.profileSet';
      readonly counterId: CounterId;
      readonly profileId: string;
    }
  | { readonly type: 'counter.paused'; readonly counterId: CounterId; readonly reason: Reason }
  | { readonly type: 'counter.resumed'; readonly counterId: CounterId }
  | { readonly type: 'counter.closed'; readonly counterId: CounterId }
  | { readonly type: 'help.asked'; readonly deviceId: DeviceId; readonly counterId?: CounterId }
  | { readonly type: 'help.answered'; readonly deviceId: DeviceId };

export { isCentreEvent, type CentreEvent, type NumberRange } from './events/centre.js';

export type Event = DayEvent | CentreEvent;
export type EventType = Event['type'];

/** An event as `apply` gets it: when, at which place of the log, and by whom. */
export type Logged<E extends Event = Event> = E & {
  readonly at: Millis;
  readonly seq: number;
  readonly stream: string;
  readonly actor: ActorId;
};
