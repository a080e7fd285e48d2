import type { DeviceId, Event, ServiceId } from '../events.js';
import type { Millis } from '../configuration.js';

/** Numbers of a series, both ends included. */
export interface NumberRange {
  readonly seriesId: string;
  readonly from: number;
  readonly to: number;
}

/** Events that outlive a day. */
export type CentreEvent =
  | { readonly type: 'log.started'; readonly centreId: string; readonly training: boolean }
  | {
      readonly type: 'log.restored';
      readonly previousStream: string;
      readonly previousSeq: number;
      readonly previousHash: string;
      /** How far each series jumps ahead on the next day opened. */
      readonly skip: number;
    }
  | { readonly type: 'configuration.published'; readonly configuration: string }
  | {
      /** Numbers of a day that a kiosk may give out while the server is away. */
      readonly type: 'lease.granted';
      readonly leaseId: string;
      readonly deviceId: DeviceId;
      readonly day: string;
      readonly ranges: readonly NumberRange[];
    }
  | {
      /** A ticket that a kiosk gave out on a day that nobody can enter any more. */
      readonly type: 'ticket.tooLate';
      readonly day: string;
      readonly deviceId: DeviceId;
      readonly seriesId: string;
      readonly number: number;
      readonly services: readonly ServiceId[];
      readonly takenAt: Millis;
    }
  | { readonly type: 'device.enrolled'; readonly deviceId: DeviceId; readonly role: string }
  | { readonly type: 'device.revoked'; readonly deviceId: DeviceId }
  | { readonly type: 'clock.corrected'; readonly byMs: number }
  /** `null` is the whole centre. */
  | { readonly type: 'paper.stopped'; readonly kioskId: DeviceId | null }
  | { readonly type: 'paper.resumed'; readonly kioskId: DeviceId | null }
  /** The kiosk's printer has a new roll. */
  | { readonly type: 'paper.loaded'; readonly kioskId: DeviceId };

const CENTRE_TYPES: ReadonlySet<string> = new Set<CentreEvent['type']>([
  'log.started',
  'log.restored',
  'configuration.published',
  'lease.granted',
  'ticket.tooLate',
  'device.enrolled',
  'device.revoked',
  'clock.corrected',
  'paper.stopped',
  'paper.resumed',
  'paper.loaded',
]);

/** Whether an event belongs to the centre rather than to the day it fell on. */
export const isCentreEvent = (event: Event): event is CentreEvent => CENTRE_TYPES.has(event.type);
