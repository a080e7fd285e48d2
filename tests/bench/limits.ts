import type { Limits } from '../../server/centre.js';
import type { Settings } from '../../server/settings.js';

/** Raised so that the figures are the server's and not its limits'. */
export const LIMITS: Partial<Limits> = {
  asksPerSecond: 1e6,
  asksBurst: 1e6,
  socketsPerDevice: 1e5,
  connectionsPerLine: 1e5,
  connectionsMax: 1e5,
  ticketsPerMinute: 1e8,
};

export const raised = `Raised limits: ${JSON.stringify(LIMITS)}`;

/** Of the bench's own staff, on a server that ends with it. */
export const SECRET = 'long-enough-for-a-bench';

/** What a hall opens with. */
export interface Opening {
  readonly data: string;
  /** In the place of the demo's own kiosks, all with printers beside one agent. */
  readonly kiosks?: readonly string[] | undefined;
  /** Data centres that it forwards to. */
  readonly upstreams?: Settings['server']['upstreams'] | undefined;
}

/** Where a hall's agent keeps its files, below a folder, and its devices; virtual ones else. */
export interface AgentPlace {
  readonly data: string;
  readonly devices?: string | undefined;
}

/** What an opened hall says of itself. */
export interface Opened {
  readonly url: string;
  readonly services: readonly string[];
  readonly fsyncP50Ms: number;
}
