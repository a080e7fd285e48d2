import type { Configuration, Millis } from './configuration.js';
import type { Language, Result } from './lists.js';
import type {
  ActorId,
  ClassId,
  CounterId,
  DeviceId,
  LegTarget,
  LegTimes,
  NumberRange,
  Outcome,
  ReturnTo,
  ServiceId,
  SheetOf,
  TicketId,
} from './events.js';
import type { CopyReason } from './paper.js';
import type { Command } from './protocol/commands.js';

/** Version of these rules, which `day.opened` names: a day of another version is not folded. */
export const RULES_VERSION = 1;

/** Bodies of configurations by hash. The log holds only the hash. */
export type Configurations = ReadonlyMap<string, Configuration>;

/** The current leg of an open visit. A visit has one at any time. */
export type Leg = LegTimes & {
  readonly n: number;
  readonly serviceId: ServiceId;
  readonly target: LegTarget;
  /** Whether it was ever called. */
  readonly wasCalled: boolean;
  readonly boundTo?: { readonly counterId: CounterId; readonly until: Millis };
  /** Set on a leg elsewhere from which the visitor must come back. */
  readonly returnTo?: ReturnTo;
  /** Sequence number of the event by which it last joined: breaks ties. */
  readonly seq: number;
} & (
    | { readonly status: 'waiting' }
    | {
        readonly status: 'called' | 'serving';
        readonly counterId: CounterId;
        readonly calledAt: Millis;
        readonly lastCallAt: Millis;
        readonly calls: number;
        readonly startedAt?: Millis;
      }
    | { readonly status: 'parked'; readonly counterId: CounterId; readonly since: Millis }
    | {
        readonly status: 'absent';
        readonly counterId: CounterId;
        readonly returnBy: Millis;
        readonly lapsesAt: Millis;
      }
    /** Only between the end of a leg and the next event of the same command. */
    | { readonly status: 'ended'; readonly result?: Result }
  );

/** The newest copy of a ticket's paper. */
export interface Paper {
  readonly copy: number;
  readonly why: 'first' | CopyReason;
  /** Beside which kiosk it is printed. */
  readonly kioskId: DeviceId;
  readonly orderedAt: Millis;
  readonly state: 'pending' | 'confirmed' | 'assumed' | 'abandoned';
}

export interface Ticket {
  readonly id: TicketId;
  readonly seriesId: string;
  readonly number: number;
  /** The number that it bore before it took the one on its visitor's paper. */
  readonly was?: Pick<Ticket, 'seriesId' | 'number'>;
  readonly classId: ClassId;
  readonly language: Language;
  readonly deviceId: DeviceId;
  readonly takenAt: Millis;
  readonly leg: Leg;
  /** How many services were asked for, the added ones included. */
  readonly asked: number;
  /** Services still to come after this leg, in the order asked. */
  readonly next: readonly ServiceId[];
  /** `null` where none was ever ordered. */
  readonly paper: Paper | null;
}

/** What stays of a closed ticket until the day closes. */
export interface Stub {
  readonly id: TicketId;
  readonly seriesId: string;
  readonly number: number;
  readonly language: Language;
  readonly outcome: Outcome;
  readonly serviceId: ServiceId;
  readonly closedAt: Millis;
  readonly result?: Result;
  readonly stars?: number;
}

export interface Series {
  /** The number that the server issues next, if it is free. */
  readonly next: number;
  /** Numbers above are leased away. */
  readonly top: number;
}

/** Numbers of a day that a kiosk may give out while the server is away. */
export interface Lease {
  readonly id: string;
  readonly deviceId: DeviceId;
  readonly day: string;
  readonly grantedAt: Millis;
  readonly ranges: readonly NumberRange[];
  /** `labelKey` of each number that entered the log. */
  readonly used: Set<string>;
}

export interface Counter {
  readonly id: CounterId;
  readonly profileId: string;
  readonly clerk: ActorId;
  readonly deviceId: DeviceId;
  readonly openedAt: Millis;
  readonly pausedAt?: Millis;
  readonly ticketId?: TicketId;
  /** Class and service of the last calls, newest last, for caps and weights. */
  readonly recent: readonly { readonly classId: ClassId; readonly serviceId: ServiceId }[];
  readonly served: number;
  readonly handlingMs: number;
}

export interface Call {
  readonly ticketId: TicketId;
  readonly seriesId: string;
  readonly number: number;
  readonly language: Language;
  readonly counterId: CounterId;
  readonly at: Millis;
  readonly seq: number;
  readonly recalled: boolean;
}

export interface Suspension {
  readonly reasonId: string;
  readonly since: Millis;
  readonly until: Millis | null;
}

/** Paper that is ordered by itself, not with a ticket; `left` are parts that have not come out. */
export interface Sheet {
  readonly id: string;
  readonly kioskId: DeviceId;
  readonly of: SheetOf;
  readonly orderedAt: Millis;
  readonly left: Set<number>;
}

export interface DayState {
  readonly day: string;
  configuration: string;
  readonly rulesVersion: number;
  readonly training: boolean;
  openedAt: Millis;
  closesAt: Millis;
  closeBy: Millis;
  issuingClosed: boolean;
  readonly tickets: Map<TicketId, Ticket>;
  /** Bearer of each number in use, by `labelKey`. */
  readonly labels: Map<string, TicketId>;
  readonly stubs: Map<TicketId, Stub>;
  readonly series: Map<string, Series>;
  readonly counters: Map<CounterId, Counter>;
  /** Key `''` is the whole hall. */
  readonly suspensions: Map<ServiceId, Suspension>;
  readonly help: Map<DeviceId, { readonly counterId?: CounterId; readonly since: Millis }>;
  /** Newest last, at most `CALLS_KEPT_MAX`. */
  calls: Call[];
  /** Open tickets whose paper is pending, in the order in which it was ordered. */
  readonly unprinted: Set<TicketId>;
  /** Of which something is still to be printed. */
  readonly sheets: Map<string, Sheet>;
  /** By reserved series, the number after the last one that was ordered on paper today. */
  readonly padNext: Map<string, number>;
  readonly counts: { issued: number; served: number; left: number; noShow: number };
  announcement: { ar: string; en: string } | null;
  /** Changes of a published configuration that wait for the next day. */
  waitingChanges: readonly string[];
}

export const CALLS_KEPT_MAX = 60;

export interface CentreState {
  centreId: string;
  training: boolean;
  configuration: string;
  readonly devices: Map<DeviceId, string>;
  /** The last day that was closed, and the last that was opened. */
  lastDay: string | null;
  closedDay: string | null;
  /** After a restore without the lost tail: how far each series of the next day jumps ahead. */
  skipSeries: number;
  /** The day that the restored copy had open; the jump outlives it. */
  restoredDay: string | null;
  /** Streams before a restore in which tickets of the open day were issued. */
  earlierStreams: readonly string[];
  /** Kiosks whose tickets have no paper; `null` is the whole centre. */
  readonly paperless: Set<DeviceId | null>;
  /** When somebody said that a kiosk's printer has a new roll. */
  readonly rolls: Map<DeviceId, Millis>;
  /** Of the open day and the days to come. */
  leases: readonly Lease[];
}

/** [PAPER-1] Whether tickets taken at a kiosk have no paper, whatever its printer could do. */
export const isPaperless = ({ centre }: State, kioskId: DeviceId): boolean =>
  centre.paperless.has(null) || centre.paperless.has(kioskId);

/** The whole centre: one stream, folded up to `seq`. */
export interface State {
  stream: string;
  seq: number;
  readonly centre: CentreState;
  day: DayState | null;
}

/** Key of a number in use. */
export const labelKey = (seriesId: string, number: number): string => `${seriesId} ${number}`;

/** A state before any event. */
export const emptyState = (stream: string): State => ({
  stream,
  seq: 0,
  centre: {
    centreId: '',
    training: false,
    configuration: '',
    devices: new Map(),
    lastDay: null,
    closedDay: null,
    skipSeries: 0,
    restoredDay: null,
    earlierStreams: [],
    paperless: new Set(),
    rolls: new Map(),
    leases: [],
  },
  day: null,
});

/** A command with who asks, from which device, and when by the server's clock. */
export interface Asked {
  readonly command: Command;
  readonly at: Millis;
  readonly actor: ActorId;
  readonly deviceId: DeviceId;
  readonly clock?: { readonly confirmed: boolean; readonly differenceMs: number };
  /** The ticket that an earlier request got, of which its sender heard no answer. */
  readonly earlier?: TicketId;
}
