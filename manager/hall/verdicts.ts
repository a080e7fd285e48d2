import type { Millis } from '../../core/configuration.js';
import { isPrinting, type DeviceStatus, type ManagerView } from '../../core/protocol/views.js';
import type { Tone } from '../../web/office/tone.js';

/** Is anyone waiting too long? */
export interface WaitVerdict {
  readonly tone: Tone;
  readonly waiting: number;
  readonly overdue: number;
  /** The service whose visitor waits longest, among those with an overdue one if there is any. */
  readonly serviceId: string | null;
  readonly longestMs: number | null;
}

export const waitVerdict = (
  services: ManagerView['services'],
  waiting: number,
  now: Millis,
): WaitVerdict => {
  const late = services.filter((service) => service.overdue > 0);
  const candidates = (late.length > 0 ? late : services).filter(
    (service) => service.oldestJoinedAt !== null,
  );
  const [worst] = [...candidates].sort((a, b) => a.oldestJoinedAt! - b.oldestJoinedAt!);
  const overdue = services.reduce((sum, service) => sum + service.overdue, 0);
  return {
    tone: overdue > 0 ? 'bad' : 'good',
    waiting,
    overdue,
    serviceId: worst?.serviceId ?? null,
    longestMs: worst === undefined ? null : Math.max(0, now - worst.oldestJoinedAt!),
  };
};

/** Which counters work? */
export interface CounterVerdict {
  readonly tone: Tone;
  readonly working: number;
  readonly paused: number;
  readonly all: number;
}

export const counterVerdict = (
  counters: readonly Pick<ManagerView['counters'][number], 'state'>[],
  waiting: number,
): CounterVerdict => {
  const paused = counters.filter(({ state }) => state === 'paused').length;
  const closed = counters.filter(({ state }) => state === 'closed').length;
  const working = counters.length - paused - closed;
  const tone = working > 0 ? 'good' : waiting > 0 ? 'bad' : 'warn';
  return { tone, working, paused, all: counters.length };
};

/** Somebody stands before the others only while at work: that they are off is no fault. */
const ALWAYS_ON: readonly DeviceStatus['role'][] = ['kiosk', 'board', 'agent'];

/** Whether a device that visitors need is away though it is enrolled. */
export const isDown = ({ enrolled, connected, role }: DeviceStatus): boolean =>
  enrolled && !connected && ALWAYS_ON.includes(role);

/** Whether a connected kiosk's printer prints no tickets now. */
export const isStopped = ({ connected, printer }: DeviceStatus): boolean =>
  connected && printer !== null && printer !== 'none' && !isPrinting(printer);

/** Is any device down? */
export interface DeviceVerdict {
  readonly tone: Tone;
  readonly down: readonly DeviceStatus[];
  readonly stopped: readonly DeviceStatus[];
  readonly nearEnd: readonly DeviceStatus[];
  /** Agents that tell of lines, displays, bells or scanners that do not work. */
  readonly troubled: readonly DeviceStatus[];
  readonly connected: number;
}

export const deviceVerdict = (devices: readonly DeviceStatus[]): DeviceVerdict => {
  const down = devices.filter(isDown);
  const stopped = devices.filter(isStopped);
  const nearEnd = devices.filter(({ connected, printer }) => connected && printer === 'nearEnd');
  const troubled = devices.filter(({ connected, troubles }) => connected && troubles.length > 0);
  const isBad = down.length + stopped.length > 0;
  const isOdd = nearEnd.length + troubled.length > 0;
  return {
    tone: isBad ? 'bad' : isOdd ? 'warn' : 'good',
    ...{ down, stopped, nearEnd, troubled },
    connected: devices.filter(({ connected }) => connected).length,
  };
};
