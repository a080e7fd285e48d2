import type { Millis } from '../../core/configuration.js';
import type { DeviceId, TicketId } from '../../core/events.js';
import type {
  KioskDoor,
  OfflineNews,
  PrinterState,
  PrintState,
  Roll,
} from '../../core/protocol/views.js';
import type { PageTrouble, Trouble } from '../../core/protocol/troubles.js';

const PRINTS_KEPT_MAX = 500;

/** What an agent said last of a kiosk's printer. */
export interface PrinterStatus {
  readonly state: PrinterState;
  readonly roll: Roll | null;
}

/** A code that a scanner read: none of today, one to be read again, or a ticket's. */
export type Scan = { readonly at: Millis } & (
  | { readonly code: 'unknown' | 'again' }
  | {
      readonly code: 'known';
      readonly ticketId: TicketId;
      readonly returned: 'kept' | 'late' | null;
    }
);

/** What is true now and in no log: who is connected, what printers do. Lost with the process. */
export class Live {
  private readonly sockets = new Map<DeviceId, { count: number; since: Millis }>();
  private readonly printers = new Map<DeviceId, PrinterStatus>();
  private readonly doors = new Map<DeviceId, KioskDoor>();
  private readonly offlines = new Map<DeviceId, OfflineNews>();
  private readonly troubled = new Map<DeviceId, readonly (PageTrouble | Trouble)[]>();
  private readonly scans = new Map<DeviceId, Scan>();
  private readonly prints = new Map<string, PrintState>();

  connected(deviceId: DeviceId, at: Millis): void {
    const count = (this.sockets.get(deviceId)?.count ?? 0) + 1;
    this.sockets.set(deviceId, { count, since: count === 1 ? at : (this.since(deviceId) ?? at) });
  }

  disconnected(deviceId: DeviceId, at: Millis): void {
    const entry = this.sockets.get(deviceId);
    if (entry === undefined) return;
    const count = entry.count - 1;
    this.sockets.set(deviceId, { count, since: count === 0 ? at : entry.since });
    if (count > 0) return;
    this.doors.delete(deviceId);
    this.offlines.delete(deviceId);
    this.troubled.delete(deviceId);
  }

  isConnected(deviceId: DeviceId): boolean {
    return (this.sockets.get(deviceId)?.count ?? 0) > 0;
  }

  /** Since when the device is connected, or gone. */
  since(deviceId: DeviceId): Millis | null {
    return this.sockets.get(deviceId)?.since ?? null;
  }

  setPrinter(kioskId: DeviceId, status: PrinterStatus): void {
    this.printers.set(kioskId, status);
  }

  printer(kioskId: DeviceId): PrinterStatus | undefined {
    return this.printers.get(kioskId);
  }

  /** Where pages on an agent's machine find it; forgotten when it goes. */
  setDoor(agentId: DeviceId, door: KioskDoor): void {
    this.doors.set(agentId, door);
  }

  door(agentId: DeviceId): KioskDoor | undefined {
    return this.doors.get(agentId);
  }

  setOffline(agentId: DeviceId, news: OfflineNews): void {
    this.offlines.set(agentId, news);
  }

  /** Over all agents that are there: each tells it anew when it comes. */
  offline(): OfflineNews {
    const all = [...this.offlines.values()];
    const waiting = all.reduce((sum, news) => sum + news.waiting, 0);
    return { waiting, refused: all.flatMap(({ refused }) => refused) };
  }

  setTroubles(deviceId: DeviceId, troubles: readonly (PageTrouble | Trouble)[]): void {
    this.troubled.set(deviceId, troubles);
  }

  /** What an agent that is connected tells of the devices beside it, or a kiosk of itself. */
  troubles(deviceId: DeviceId): readonly (PageTrouble | Trouble)[] {
    return this.troubled.get(deviceId) ?? [];
  }

  /** What was read last at a kiosk or desk. */
  setScan(placeId: DeviceId, scan: Scan): void {
    this.scans.set(placeId, scan);
  }

  scan(placeId: DeviceId): Scan | undefined {
    return this.scans.get(placeId);
  }

  setPrint(jobId: string, state: PrintState): void {
    this.prints.delete(jobId);
    this.prints.set(jobId, state);
    const oldest = this.prints.keys().next();
    if (this.prints.size > PRINTS_KEPT_MAX && !oldest.done) this.prints.delete(oldest.value);
  }

  print(jobId: string): PrintState | undefined {
    return this.prints.get(jobId);
  }
}
