import type { DeviceId } from '../core/events.js';
import type { AgentHall } from '../core/protocol/views.js';
import type { Answer, Ask } from '../core/protocol/wire.js';
import type { Troubles } from './troubles.js';

/** The server, as the devices of the hall reach it. */
export interface HallWire {
  /** `undefined` when no answer came in time. */
  ask(ask: Ask): Promise<Answer | undefined>;
  /** Lost while the server is away: a visitor scans again. */
  scan(placeId: DeviceId, token: string | null): void;
  /** Told to managers as long as it is so. */
  readonly troubles: Pick<Troubles, 'begin' | 'end'>;
}

/** Displays, keypads and bells: told of the hall, or by `null` that the server is away. */
export interface RunningHall {
  see(hall: AgentHall | null): void;
  stop(): Promise<void>;
}
