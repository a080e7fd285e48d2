import type { Millis } from '../../core/configuration.js';
import type {
  AlarmsAnswer,
  CentreAnswer,
  FleetAnswer,
  Scope,
} from '../../core/protocol/overview.js';
import type { Queries } from '../store/database.js';

interface Asked {
  readonly scope: Scope;
  readonly now: Millis;
}

/** What the pages are told. A centre outside the scope is as one that does not exist. */
export interface Reads {
  readFleet(queries: Queries, ask: Asked): Promise<FleetAnswer>;
  /** `day` is `null` for the newest. */
  readCentre(
    queries: Queries,
    ask: Asked & { readonly centreId: string; readonly day: string | null },
  ): Promise<CentreAnswer | null>;
  readAlarms(queries: Queries, ask: Asked): Promise<AlarmsAnswer>;
  /** Whether there was such an alarm; one that is cleared already stays as it is. */
  clearAlarm(
    queries: Queries,
    ask: Asked & { readonly centreId: string; readonly alarmId: string; readonly by: string },
  ): Promise<boolean>;
  /** CSV with its head, both days included, in pieces that are read as they are wanted. */
  legsCsv(
    queries: Queries,
    ask: {
      readonly scope: Scope;
      readonly from: string;
      readonly to: string;
      readonly centreId: string | null;
    },
  ): AsyncIterable<string>;
}
