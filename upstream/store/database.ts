/** What goes into a statement in the place of `$1`, `$2` … */
export type Value = string | number | boolean | null;

export interface Queries {
  /**
   * Rows under the names of their columns: whole numbers as numbers, `bytea` as bytes. Rejects with
   * a `QueryFault`.
   */
  query<Row extends object>(sql: string, values?: readonly Value[]): Promise<Row[]>;
}

/** PostgreSQL in one of its forms. What was resolved is durable. */
export interface Database extends Queries {
  readonly engine: Engine;
  /** Commits when the work resolves, rolls back when it rejects, and then rejects likewise. */
  transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** `embedded` is one process and one connection. */
export type Engine = 'embedded' | 'postgresql' | 'citus';

/** A statement that the database refused, or that it could not be asked. */
export class QueryFault extends Error {
  constructor(
    message: string,
    /** SQLSTATE, or `''` where there was no answer at all. */
    readonly state: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** Asked again it may succeed: the connection was lost, or another transaction was in the way. */
  get isPassing(): boolean {
    return this.state === '' || /^(08|40|53|57P)/.test(this.state);
  }
}

/** The machine's timers, or those of a test; each returned function stops its own. */
export interface Timers {
  readonly after: (ms: number, run: () => void) => () => void;
  readonly every: (ms: number, run: () => void) => () => void;
}
