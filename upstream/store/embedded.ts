import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { QueryFault, type Database, type Queries, type Timers, type Value } from './database.js';

/** A statement on its way to the worker. */
export interface Ask {
  readonly id: number;
  readonly sql: string;
  readonly values: readonly Value[];
}

/** What the worker says. */
export type Told =
  | 'ready'
  | { readonly id: number; readonly rows: object[] }
  | { readonly id: number; readonly fault: { readonly message: string; readonly state: string } };

const HERE = import.meta.url;
/** A thread takes JavaScript alone, also where this runs from its sources. */
const BUILT = HERE.endsWith('.ts')
  ? new URL('../../build/upstream/store/embedded.worker.js', HERE)
  : new URL('./embedded.worker.js', HERE);

/** Free room is used again, and a table that is written anew does not grow for ever. */
const VACUUM_AFTER_MS = 10 * 60_000;

interface Waiting {
  readonly resolve: (rows: object[]) => void;
  readonly reject: (fault: QueryFault) => void;
}

const endedFault = (cause?: unknown): QueryFault =>
  new QueryFault('the embedded database has ended', '', { cause });

/** The one connection, in a thread of its own: a long statement holds up no door. */
class Connection implements Queries {
  private readonly waiting = new Map<number, Waiting>();
  private asked = 0;
  private ended = false;

  constructor(private readonly worker: Worker) {
    worker.on('message', (told: Told) => {
      if (told === 'ready') return;
      const waiting = this.waiting.get(told.id);
      this.waiting.delete(told.id);
      if ('rows' in told) waiting?.resolve(told.rows);
      else waiting?.reject(new QueryFault(told.fault.message, told.fault.state));
    });
    worker.on('exit', () => {
      this.ended = true;
      for (const { reject } of this.waiting.values()) reject(endedFault());
      this.waiting.clear();
    });
  }

  query<Row extends object>(sql: string, values: readonly Value[] = []): Promise<Row[]> {
    if (this.ended) return Promise.reject(endedFault());
    const id = (this.asked += 1);
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as Waiting['resolve'], reject });
      this.worker.postMessage({ id, sql, values } satisfies Ask);
    });
  }
}

const started = async (folder: string, onFault: (fault: unknown) => void): Promise<Worker> => {
  const worker = new Worker(BUILT, { workerData: { folder } });
  await once(worker, 'message');
  worker.on('error', onFault);
  return worker;
};

/**
 * PostgreSQL in this process, with its files in a folder that this process has locked. Rejects
 * with what the database says when it cannot start there.
 */
export const openEmbedded = async (
  folder: string,
  timers: Timers,
  onFault: (fault: unknown) => void,
): Promise<Database> => {
  const worker = await started(folder, onFault);
  const connection = new Connection(worker);
  let last: Promise<unknown> = Promise.resolve();
  /** One after the other: all share one connection, and a transaction has it alone. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work, work);
    last = turn.catch(() => undefined);
    return turn;
  };
  const stopVacuum = timers.every(VACUUM_AFTER_MS, () => {
    inTurn(() => connection.query('VACUUM')).catch(onFault);
  });
  return {
    engine: 'embedded',
    query: (sql, values) => inTurn(() => connection.query(sql, values)),
    transaction: (work) =>
      inTurn(async () => {
        await connection.query('BEGIN');
        try {
          const result = await work(connection);
          await connection.query('COMMIT');
          return result;
        } catch (error) {
          await connection.query('ROLLBACK');
          throw error;
        }
      }),
    close: () =>
      inTurn(async () => {
        stopVacuum();
        const gone = once(worker, 'exit');
        worker.postMessage('close');
        await gone;
      }),
  };
};
