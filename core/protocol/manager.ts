import type { Millis, Words } from '../configuration.js';
import type { Times } from '../figures.js';
import type { CounterId, DeviceId, NumberRange, ServiceId } from '../events.js';
import type { PaperPart } from '../paper.js';
import type { LostTicket } from './agent.js';
import type { MachineStatus } from './machines.js';
import type { SmsDay } from './sms.js';
import type { PageTrouble, Trouble } from './troubles.js';
import type {
  DeskCounter,
  DeviceRole,
  HallTimes,
  Label,
  PrinterState,
  PrintState,
  Roll,
  ViewBase,
} from './views.js';

/** A device as the manager sees it. */
export interface DeviceStatus {
  readonly deviceId: DeviceId;
  readonly role: DeviceRole;
  readonly name: Words;
  readonly connected: boolean;
  readonly since: Millis | null;
  readonly enrolled: boolean;
  readonly printer: PrinterState | null;
  readonly roll: Roll | null;
  /** Of agents that run on a provisioned machine. */
  readonly machine: MachineStatus | null;
  /** Agents tell of the lines, displays, bells and scanners beside them, kiosks of themselves. */
  readonly troubles: readonly (PageTrouble | Trouble)[];
}

/** Why a data centre takes nothing more of this centre. */
export const UPSTREAM_STOPS = [
  'fork',
  'behind',
  'altered',
  'malformed',
  'unknown',
  'revoked',
] as const;

/** A data centre that is away, since then, or takes nothing more. */
export type UpstreamTrouble =
  | { readonly id: string; readonly is: 'away'; readonly since: Millis }
  | { readonly id: string; readonly is: (typeof UPSTREAM_STOPS)[number] };

/**
 * Whether the standby has all that this server has (`live`), is being sent it, or has got nothing
 * since then.
 */
export type StandbyState =
  | { readonly is: 'live' | 'sending' }
  | { readonly is: 'away'; readonly since: Millis }
  | { readonly is: (typeof UPSTREAM_STOPS)[number] };

export interface ManagerView extends ViewBase {
  readonly hall: HallTimes;
  readonly day: string | null;
  readonly clock: { readonly confirmed: boolean; readonly differenceMs: number };
  /** Per service with something to say: waiting, overdue, longest wait. */
  readonly services: readonly {
    readonly serviceId: ServiceId;
    readonly waiting: number;
    readonly overdue: number;
    readonly oldestJoinedAt: Millis | null;
    readonly suspended: boolean;
  }[];
  readonly counters: readonly (DeskCounter & {
    readonly label: Label | null;
    readonly served: number;
  })[];
  readonly devices: readonly DeviceStatus[];
  readonly help: readonly {
    readonly deviceId: DeviceId;
    readonly counterId: CounterId | null;
    readonly since: Millis;
  }[];
  readonly totals: {
    readonly issued: number;
    readonly waiting: number;
    readonly serving: number;
    readonly served: number;
    readonly absent: number;
    readonly left: number;
  };
  /** Of the legs called today, as in the day report. */
  readonly waits: Times | null;
  readonly serviceLevel: number | null;
  /** Papers that wait for a person: too late, or broken off for good. */
  readonly prints: readonly {
    readonly paperId: PaperPart['paperId'];
    readonly of:
      | { readonly kind: 'ticket'; readonly label: Label }
      | { readonly kind: 'information'; readonly serviceId: ServiceId };
    readonly state: PrintState;
    readonly kioskId: DeviceId;
    readonly orderedAt: Millis;
  }[];
  /** Pads of numbers that are coming out; `left` of them have not yet. */
  readonly pads: readonly (NumberRange & { readonly kioskId: DeviceId; readonly left: number })[];
  /** By series, the number after the last one printed on a pad today. */
  readonly padNext: Readonly<Record<string, number>>;
  /** Kiosks whose tickets have no paper; `null` is the whole centre. */
  readonly paperless: readonly (DeviceId | null)[];
  readonly announcement: Words | null;
  readonly offline: {
    /** Tickets that kiosks gave out without the server, and that are entering the line. */
    readonly waiting: number;
    /** Of the last 24 hours, the newest first. */
    readonly lost: readonly (LostTicket & { readonly label: Label })[];
  };
  readonly configurationWaiting: readonly string[];
  readonly storage: { readonly freeBytes: number; readonly warning: boolean };
  /** Number of the first event of the log that is not as it was written. */
  readonly altered?: number;
  /** Text messages of today, where they are offered. */
  readonly sms?: SmsDay;
  /** Data centres that do not get what they should. */
  readonly upstreams?: readonly UpstreamTrouble[];
  /** Of a hall that has one. */
  readonly standby?: StandbyState;
}
