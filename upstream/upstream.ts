import type { Logger } from 'pino';
import type { Millis } from '../core/configuration.js';
import type { Timers } from '../node/time.js';
import type { Senders } from './centres/senders.js';
import type { Ingest } from './ingest/ingest.js';
import type { Relay } from './relay/relays.js';
import type { Settings } from './settings.js';
import type { Database } from './store/database.js';

/** One running program of a data centre: what each of its doors shares. */
export interface Upstream {
  readonly settings: Settings;
  readonly database: Database;
  readonly ingest: Ingest;
  readonly senders: Senders;
  /** The ways to those above. */
  readonly relays: readonly Pick<Relay, 'status'>[];
  readonly timers: Timers;
  readonly now: () => Millis;
  readonly journal: Logger;
}
