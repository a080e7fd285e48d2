import type { Millis, Words } from '../configuration.js';
import type { CounterId, ServiceId } from '../events.js';
import type { Share } from '../figures.js';
import type { DayReport } from '../kpi.js';
import type { LiveNumbers } from './upstream.js';

/** What the pages of a data centre are told. */

/** `operator` also enrols and revokes centres and clears alarms. */
export const ACCOUNT_ROLES = ['viewer', 'operator'] as const;
export type AccountRole = (typeof ACCOUNT_ROLES)[number];

/** Which centres an account may see: those of its governorates, or all for `null`. */
export type Scope = readonly string[] | null;

/**
 * `live`: all that the centre has is here. `behind`: more is to come. `silent`: nothing was heard
 * for some minutes. `expected`: enrolled, and never heard.
 */
export type LineState = 'live' | 'behind' | 'silent' | 'expected' | 'revoked';

/** Percentiles of waits in milliseconds, from a histogram; `null` where nobody was called. */
export type Waits = {
  readonly count: number;
  readonly p50Ms: Millis;
  readonly p90Ms: Millis;
} | null;

/** The figures of one centre's newest service day, or of several centres together. */
export interface FleetFigures {
  readonly visits: number;
  readonly served: number;
  readonly waits: Waits;
  readonly serviceLevel: Share;
}

export interface CentreLine extends FleetFigures {
  readonly centreId: string;
  readonly governorateId: string;
  readonly name: Words;
  /** Known by the word of a data centre below, and without a way of its own. */
  readonly relayed: boolean;
  /** Of the time zone database; its days and times are by it. */
  readonly zone: string;
  readonly state: LineState;
  /** Since when it is in that state; `null` while `expected`. */
  readonly since: Millis | null;
  /** Events that it has and this store does not, as it told last. */
  readonly missing: number;
  /** The service day of the figures; `null` where none has come. */
  readonly day: string | null;
  /** Whether that is today's where the centre stands. */
  readonly isToday: boolean;
  /** What the centre told last of its hall; `null` unless it is `live` and open. */
  readonly live: LiveNumbers | null;
  /** Alarms that nobody has cleared. */
  readonly alarms: number;
}

export interface FleetAnswer {
  readonly now: Millis;
  /** In the order of their ids. */
  readonly centres: readonly CentreLine[];
  /** Of those centres whose newest day is today's, in the zone of each. */
  readonly together: FleetFigures;
}

export interface CentreAnswer {
  readonly now: Millis;
  readonly line: CentreLine;
  /** First and last service day whose facts this store has; `null` where it has none. */
  readonly days: { readonly first: string; readonly last: string } | null;
  /** The same report as the centre's own; `null` where it did not open, or no facts are kept. */
  readonly report: DayReport | null;
  /** What ids are called; one without a name is shown as it is. */
  readonly names: {
    /** By the configuration of that day. */
    readonly services: Readonly<Record<ServiceId, Words>>;
    readonly counters: Readonly<Record<CounterId, number>>;
    /** Where the centre's policy tells them: now, and so of all days. */
    readonly clerks: Readonly<Record<string, string>>;
  };
}

/** What an operator must look at; each has a procedure. */
export const ALARM_KINDS = [
  'fork',
  'behind',
  'restored',
  'checkpoint',
  'altered',
  'gone',
  'clock',
  'silent',
  'facts',
] as const;
export type AlarmKind = (typeof ALARM_KINDS)[number];

export interface AlarmLine {
  readonly centreId: string;
  readonly name: Words;
  readonly alarmId: string;
  readonly kind: AlarmKind;
  /** Where in which stream; `''` and 0 for what is of the whole centre. */
  readonly stream: string;
  readonly seq: number;
  readonly raisedAt: Millis;
  readonly seenAt: Millis;
  readonly times: number;
  readonly clearedAt: Millis | null;
  /** Name of the account; `null` for what nobody cleared, or what ended by itself. */
  readonly clearedBy: string | null;
}

export interface AlarmsAnswer {
  readonly now: Millis;
  /** Open ones first, the newest of each first. */
  readonly alarms: readonly AlarmLine[];
}

/** What a file of legs will hold. */
export interface LegsAnswer {
  readonly legs: number;
  /** Files of this account that are on their way from this receiver, and how many may be. */
  readonly running: number;
  readonly runningMax: number;
}

/** Refusals of the pages' door besides those of a centre's. */
export const OVERVIEW_REFUSALS = [
  'account.exists',
  'account.unknown',
  'account.lastOperator',
  'account.secretTooShort',
  'account.secretWrong',
  'alarm.unknown',
  'centre.unknown',
  'centre.elsewhere',
  'code.unknown',
  'export.tooMany',
  'role.denied',
] as const;
export type OverviewRefusal = (typeof OVERVIEW_REFUSALS)[number];

/** A person who may sign in at the pages. */
export interface Account {
  readonly id: string;
  readonly name: string;
  readonly role: AccountRole;
  readonly scope: Scope;
}

export interface OverviewSession {
  /** Who is signed in; `null` for nobody. */
  readonly account: Account | null;
  /** Whether there is no operator yet, so that the page asks for the first. */
  readonly setup: boolean;
  readonly now: Millis;
}

export interface AccountsAnswer {
  readonly accounts: readonly Account[];
}

/** Who enrols: a centre, or the data centre of a governorate, which passes on. */
export const SENDER_KINDS = ['centre', 'relay'] as const;
export interface SenderName {
  readonly kind: (typeof SENDER_KINDS)[number];
  readonly id: string;
}

/** A code with which a sender enrols once; shown once and kept nowhere as it is. */
export interface CodeAnswer {
  readonly code: string;
  readonly expiresAt: Millis;
}

/** A code that may still be used. */
export interface CodeLine extends SenderName {
  readonly governorateId: string;
  /** Of a centre that is known already, and enrols anew. */
  readonly name: Words | null;
  /** Name of the account that made it; `null`: made at the terminal. */
  readonly madeBy: string | null;
  readonly madeAt: Millis;
  readonly expiresAt: Millis;
}

/** A data centre below, which passes on what its centres sent. */
export interface RelayLine {
  readonly relayId: string;
  readonly governorateId: string;
  readonly enrolledAt: Millis;
  readonly revokedAt: Millis | null;
  /** Centres of its governorate that are known by its word. */
  readonly centres: number;
  /** When it passed on what was heard last of any of them. */
  readonly heardAt: Millis | null;
}

export interface EnrolmentAnswer {
  readonly now: Millis;
  /** Those that end first stand first. */
  readonly codes: readonly CodeLine[];
  readonly relays: readonly RelayLine[];
}

/** What people do that is written down. */
export const AUDIT_ACTIONS = [
  ...(['signIn.done', 'signIn.wrong', 'signOut', 'signOut.everywhere'] as const),
  ...(['account.added', 'account.changed', 'account.removed', 'account.secretSet'] as const),
  ...(['alarm.cleared', 'alarm.reopened', 'legs.exported'] as const),
  ...(['centre.code', 'centre.codeWithdrawn', 'centre.revoked', 'centre.readmitted'] as const),
  ...(['relay.code', 'relay.codeWithdrawn', 'relay.revoked'] as const),
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

export interface AuditLine {
  readonly auditId: string;
  readonly at: Millis;
  /** `''` for what was done to a sender at the terminal: who sat there is not known. */
  readonly accountId: string;
  /** `null` for an account that is no longer there, or never was. */
  readonly name: string | null;
  /** Where from: an address, or `terminal`. */
  readonly line: string;
  readonly action: AuditAction;
  readonly subject: string;
}

export interface AuditAnswer {
  readonly now: Millis;
  /** The newest first. */
  readonly lines: readonly AuditLine[];
  /** Whether older ones follow. */
  readonly more: boolean;
}
