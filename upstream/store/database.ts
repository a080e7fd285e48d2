/** What goes into a statement in the place of `$1`, `$2` … */
export type Value = string | number | boolean | null;

export interface Queries {
  /**
   * Rows under the names of their columns: whole numbers as numbers, `bytea` as bytes, JSON as what
   * it says, days as `YYYY-MM-DD`, and `numeric`, which a sum of `bigint` is, as text. Rejects with
   * a `QueryFault`.
   */
  query<Row extends object>(sql: string, values?: readonly Value[]): Promise<Row[]>;
}

/** PostgreSQL in one of its forms. What was resolved is durable. */
export interface Database extends Queries {
  readonly engine: Engine;
  /**
   * Commits when the work resolves, rolls back when it rejects, and then rejects likewise. A
   * statement that failed has spoilt it, whatever the work made of that. Within the work only its
   * own queries are asked: the embedded database has one connection, and others wait for it.
   */
  transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T>;
  /** After what was asked before; what is asked later is refused. Repeats are harmless. */
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

  /** A row found no table for its time: the store was put back from before that was made. */
  get isWithoutRoom(): boolean {
    return this.state === '23514';
  }

  /** Asked again it may succeed: the connection was lost, or another transaction was in the way. */
  get isPassing(): boolean {
    return this.state === '' || /^(08|40|53|57P)/.test(this.state);
  }
}

/** The database answers and must not be used. The message says why, and what to do. */
export class UnfitFault extends QueryFault {
  constructor(message: string) {
    super(message, '');
  }
}

/** Another process has moved on what was read here: the work begins anew. */
export class Overtaken extends Error {}

/** Whether work that failed may succeed when it is tried again. */
export const isPassing = (fault: unknown): boolean =>
  fault instanceof Overtaken || (fault instanceof QueryFault && fault.isPassing);

/** The store cannot be used, or not any longer. The message says what to do. */
export class StoreFault extends Error {
  override readonly name = 'StoreFault';

  constructor(
    readonly code:
      | 'store.inUse'
      | 'store.unusable'
      | 'store.version'
      | 'store.damaged'
      /** Its disk can no longer be trusted: the process must end, and never try again. */
      | 'store.broken',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The queries of a transaction, and the first fault of those that failed. */
export const watched = (
  queries: Queries,
): { queries: Queries; fault(): QueryFault | undefined } => {
  let first: QueryFault | undefined;
  return {
    queries: {
      query: (sql, values) =>
        queries.query(sql, values).catch((fault: QueryFault) => {
          first ??= fault;
          throw fault;
        }) as never,
    },
    fault: () => first,
  };
};
