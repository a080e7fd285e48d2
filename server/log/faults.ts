import Database from 'better-sqlite3';

/** Places at which a test may make the log fail or die. */
export const FAULT_POINTS = ['databaseCall', 'beforeCommit', 'afterCommit'] as const;
export type FaultPoint = (typeof FAULT_POINTS)[number];

/** Called at each point; may throw. In the product it does nothing. */
export interface Faults {
  at(point: FaultPoint): void;
}
export const noFaults: Faults = { at: () => undefined };

/** Thrown by a test's `Faults` to die here: nothing is cleaned up, as with a killed process. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

/** The data directory cannot be used; `code` says why, the message what to do. */
export class LogFault extends Error {
  override readonly name = 'LogFault';

  constructor(
    readonly code:
      | 'log.inUse'
      | 'log.missing'
      | 'log.exists'
      | 'log.halfRestored'
      | 'log.corrupt'
      | 'log.chainBroken'
      | 'log.newer'
      | 'log.settings'
      | 'log.otherCentre'
      | 'log.library'
      | 'data.unusable'
      | 'backup.failed'
      | 'key.missing'
      | 'key.open'
      | 'upstream.refused'
      | 'log.copy'
      | 'log.takenOver'
      | 'standby.refused',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * What a thrown error means for the log.
 * `full`: the disk has no room, nothing was stored.
 * `busy`: someone else holds the file, nothing was stored.
 * `fatal`: the file or the disk can no longer be trusted, so the process must end and never try
 * again.
 * `bug`: everything else.
 */
export type FaultKind = 'full' | 'busy' | 'fatal' | 'bug';

const FATAL = /^SQLITE_(IOERR|CORRUPT|NOTADB|CANTOPEN|READONLY|PERM|NOMEM|NOLFS)/;

export const kindOf = (error: unknown): FaultKind => {
  if (!(error instanceof Database.SqliteError)) return 'bug';
  if (error.code.startsWith('SQLITE_FULL')) return 'full';
  if (/^SQLITE_(BUSY|LOCKED)/.test(error.code)) return 'busy';
  return FATAL.test(error.code) ? 'fatal' : 'bug';
};
