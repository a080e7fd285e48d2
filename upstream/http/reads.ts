import type { Millis } from '../../core/configuration.js';
import type {
  AlarmsAnswer,
  AuditAnswer,
  AuditLine,
  CentreAnswer,
  EnrolmentAnswer,
  FleetAnswer,
  Scope,
} from '../../core/protocol/overview.js';
import type { Queries } from '../store/database.js';

interface Asked {
  readonly scope: Scope;
  readonly now: Millis;
}

/** A range of days, both included. */
interface AskedLegs {
  readonly scope: Scope;
  readonly from: string;
  readonly to: string;
  /** All of the scope for `null`. */
  readonly centreId: string | null;
}

/** What the pages are told. A centre outside the scope is as one that does not exist. */
export interface Reads {
  readFleet(queries: Queries, ask: Asked): Promise<FleetAnswer>;
  /** `day` is `null` for the newest. */
  readCentre(
    queries: Queries,
    ask: Asked & { readonly centreId: string; readonly day: string | null },
  ): Promise<CentreAnswer | null>;
  /** Of one centre, or of all of the scope for `null`. */
  readAlarms(
    queries: Queries,
    ask: Asked & { readonly centreId: string | null },
  ): Promise<AlarmsAnswer>;
  /** Whether there was such an alarm; one that is cleared already stays as it is. */
  clearAlarm(
    queries: Queries,
    ask: Asked & { readonly centreId: string; readonly alarmId: string; readonly by: string },
  ): Promise<boolean>;
  /** Whether there was such an alarm, cleared by somebody. */
  reopenAlarm(
    queries: Queries,
    ask: Asked & { readonly centreId: string; readonly alarmId: string },
  ): Promise<boolean>;
  readEnrolment(queries: Queries, ask: Asked): Promise<EnrolmentAnswer>;
  /** What is older than a line, or the newest for `null`. */
  readAudit(
    queries: Queries,
    now: Millis,
    before: Pick<AuditLine, 'at' | 'auditId'> | null,
  ): Promise<AuditAnswer>;
  /** How many lines such a file has. */
  countLegs(queries: Queries, ask: AskedLegs): Promise<number>;
  /** CSV with its head, both days included, in pieces that are read as they are wanted. */
  legsCsv(queries: Queries, ask: AskedLegs): AsyncIterable<string>;
}
