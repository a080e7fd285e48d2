import type { Millis, Words } from '../configuration.js';
import type { ServiceId } from '../events.js';
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
export const LINE_STATES = ['live', 'behind', 'silent', 'expected', 'revoked'] as const;
export type LineState = (typeof LINE_STATES)[number];

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
  readonly state: LineState;
  /** Since when it is in that state; `null` while `expected`. */
  readonly since: Millis | null;
  /** Events that it has and this store does not, as it told last. */
  readonly missing: number;
  /** The service day of the figures; `null` where none has come. */
  readonly day: string | null;
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
  readonly zone: string;
  /** First and last service day that this store has; `null` where it has none. */
  readonly days: { readonly first: string; readonly last: string } | null;
  /** The same report as the centre's own; `null` for a day that it did not open. */
  readonly report: DayReport | null;
  /** Names by the configuration of that day; an id without one is shown as it is. */
  readonly services: Readonly<Record<ServiceId, Words>>;
}

/** What an operator must look at; each has a procedure. */
export const ALARM_KINDS = [
  'fork',
  'behind',
  'restored',
  'checkpoint',
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
  readonly clearedBy: string | null;
}

export interface AlarmsAnswer {
  readonly now: Millis;
  /** Open ones first, the newest of each first. */
  readonly alarms: readonly AlarmLine[];
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

/** A code with which a centre enrols once; shown once and kept nowhere as it is. */
export interface EnrolCentreAnswer {
  readonly code: string;
  readonly expiresAt: Millis;
}
