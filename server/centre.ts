import type { Configuration } from '../core/configuration.js';
import type { DeviceRole } from '../core/protocol/views.js';
import type { Logger } from 'pino';
import type { Devices } from './access/devices.js';
import type { Machines } from './access/machines.js';
import type { Staff } from './access/staff.js';
import type { Clock } from './clock.js';
import type { Timers } from '../node/time.js';
import type { Live } from './hub/live.js';
import type { TicketLinks } from './access/link.js';
import type { Committer } from './log/committer.js';
import type { AuditEntry } from './log/journal.js';
import type { Log } from './log/log.js';
import type { Scrub } from './log/watch/scrub.js';
import type { ServerSettings } from './settings.js';
import type { ModemLine } from './sms/modem.js';
import type { Notices } from './sms/notices.js';
import type { Upstreams } from './upstream/upstreams.js';
import type { Voices } from './voice/voices.js';

/** Limits of the doors. The bench and the simulation raise them, and print what they raised. */
export interface Limits {
  readonly asksPerSecond: number;
  readonly asksBurst: number;
  readonly socketsPerDevice: number;
  /** What one ticket's phones may ask, together; and how many of them may look on. */
  readonly asksPerTicketPerMinute: number;
  readonly asksPerTicketBurst: number;
  readonly socketsPerTicket: number;
  /** Wrong tickets' links from one line; good ones are never refused for them. */
  readonly wrongLinksPerMinute: number;
  /** Open connections of one line, and of everybody: many phones share one, so these are high. */
  readonly connectionsPerLine: number;
  readonly connectionsMax: number;
  /** Sockets that have shown neither a device nor a ticket yet; each has ten seconds. */
  readonly strangersPerLine: number;
  readonly strangersMax: number;
  /** What one machine may tell and ask, and how often it may fetch a release. */
  readonly machineAsksPerMinute: number;
  readonly packsPerHour: number;
  readonly viewsPerSecond: number;
  readonly phoneViewsPerSecond: number;
  readonly ticketsPerMinute: number | null;
}

export const DEFAULT_LIMITS: Limits = {
  asksPerSecond: 20,
  asksBurst: 40,
  socketsPerDevice: 20,
  asksPerTicketPerMinute: 20,
  asksPerTicketBurst: 5,
  socketsPerTicket: 5,
  wrongLinksPerMinute: 20,
  connectionsPerLine: 1_000,
  connectionsMax: 5_000,
  strangersPerLine: 100,
  strangersMax: 500,
  machineAsksPerMinute: 20,
  packsPerHour: 6,
  viewsPerSecond: 20,
  phoneViewsPerSecond: 1,
  ticketsPerMinute: null,
};

/** One running centre: what every door of the server shares. */
export interface Centre {
  readonly settings: ServerSettings;
  readonly limits: Limits;
  /** The one writer; its state is the hall as of the last commit. */
  readonly log: Committer;
  readonly store: Log;
  /** Looks whether the log is still as it was written. */
  readonly scrub: Scrub;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly devices: Devices;
  readonly machines: Machines;
  readonly staff: Staff;
  readonly links: TicketLinks;
  readonly live: Live;
  /** `null` where no way for text messages is configured. */
  readonly sms: Notices | null;
  /** The way by an agent's modem, where that is the one. */
  readonly modem: ModemLine | null;
  readonly voices: Voices;
  readonly upstreams: Upstreams;
  readonly journal: Logger;
  /** The configuration that holds now. */
  readonly configuration: () => Configuration;
  /** Writes down who did what beside the hall's log: sign-ins, exports, approvals. */
  readonly audit: (entry: Omit<AuditEntry, 'at'>) => void;
  /** Cuts a device's connections, wherever they are. */
  readonly cut: (deviceId: string, why: 'revoked' | 'signedOut') => void;
}

/** Name under which the browser keeps a device's token, or a session at it. */
export const cookieName = (settings: ServerSettings, deviceId: string, session: boolean): string =>
  `${settings.tls === null ? '' : '__Host-'}dawr-${deviceId}${session ? '-session' : ''}`;

/** The device whose token a cookie of this name may hold. */
export const deviceIn = (name: string): string | undefined =>
  /^(?:__Host-)?dawr-([a-z0-9-]+)$/.exec(name)?.[1];

/** The places for devices in the configuration, by role. */
export const slotsOf = ({
  kiosks,
  boards,
  desks,
  agents,
}: Configuration): Readonly<Record<DeviceRole, readonly { readonly id: string }[]>> => ({
  kiosk: kiosks,
  board: boards,
  desk: desks,
  agent: agents,
  manager: [{ id: 'manager' }],
});

/** Whether the configuration has a place for a device with this role. */
export const isSlot = (configuration: Configuration, deviceId: string, role: DeviceRole): boolean =>
  slotsOf(configuration)[role].some(({ id }) => id === deviceId);
