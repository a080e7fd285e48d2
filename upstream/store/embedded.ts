import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Timers } from '../../node/time.js';
import {
  QueryFault,
  StoreFault,
  watched,
  type Database,
  type Queries,
  type Value,
} from './database.js';
import { holdFolder, type Held } from './folder.js';

/** A statement on its way to the worker. */
export interface Ask {
  readonly id: number;
  readonly sql: string;
  readonly values: readonly Value[];
}

/** What the worker says. After `broken` nothing that it says counts. */
export type Told =
  | 'ready'
  | { readonly broken: string }
  | { readonly id: number; readonly rows: object[] }
  | { readonly id: number; readonly fault: { readonly message: string; readonly state: string } };

const HERE = import.meta.url;
/** A thread takes JavaScript alone, also where this runs from its sources. */
const BUILT = HERE.endsWith('.ts')
  ? new URL('../../build/upstream/store/embedded.worker.js', HERE)
  : new URL('./embedded.worker.js', HERE);

/** Free room is used again, and a table that is written anew does not grow for ever. */
const VACUUM_AFTER_MS = 10 * 60_000;
/** Nobody but us makes checkpoints, without which the write-ahead log grows for ever. */
const CHECKPOINT_LOOK_MS = 20_000;
const CHECKPOINT_AFTER_BYTES = 32 * 1024 * 1024;
const WRITTEN = `SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), redo_lsn)::bigint AS bytes
  FROM pg_control_checkpoint()`;

interface Waiting {
  readonly resolve: (rows: object[]) => void;
  readonly reject: (fault: QueryFault) => void;
}

const endedFault = (): QueryFault => new QueryFault('the embedded database has ended', '');

/** The one connection, in a thread of its own: a long statement holds up no door. */
class Connection implements Queries {
  private readonly waiting = new Map<number, Waiting>();
  private asked = 0;
  private ended = false;
  private closing = false;

  private constructor(
    private readonly worker: Worker,
    private readonly onBroken: (why: string) => void,
  ) {
    worker.on('message', (told: Told) => this.hear(told));
    worker.on('error', (error) => this.break(error.message));
    worker.on('exit', () => (this.closing ? this.end() : this.break('its thread has ended')));
  }

  /** Rejects with what the database says where it does not start. */
  static async start(folder: string, onBroken: (why: string) => void): Promise<Connection> {
    const worker = new Worker(BUILT, { workerData: { folder } });
    const said = await Promise.race([
      once(worker, 'message').then(([told]: unknown[]) => told as Told),
      once(worker, 'exit').then((): Told => ({ broken: 'its thread has ended' })),
    ]).catch((error: Error): Told => ({ broken: error.message }));
    if (said === 'ready') return new Connection(worker, onBroken);
    await worker.terminate();
    throw new Error('broken' in said ? said.broken : 'it does not say that it is ready');
  }

  query<Row extends object>(sql: string, values: readonly Value[] = []): Promise<Row[]> {
    if (this.ended) return Promise.reject(endedFault());
    const id = (this.asked += 1);
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as Waiting['resolve'], reject });
      this.worker.postMessage({ id, sql, values } satisfies Ask);
    });
  }

  async close(): Promise<void> {
    if (this.ended) return;
    this.closing = true;
    const gone = once(this.worker, 'exit');
    this.worker.postMessage('close');
    await gone;
  }

  private hear(told: Told): void {
    if (told === 'ready' || this.ended) return;
    if ('broken' in told) return this.break(told.broken);
    const waiting = this.waiting.get(told.id);
    this.waiting.delete(told.id);
    if ('rows' in told) waiting?.resolve(told.rows);
    else waiting?.reject(new QueryFault(told.fault.message, told.fault.state));
  }

  private break(why: string): void {
    if (this.ended) return;
    this.end();
    void this.worker.terminate();
    this.onBroken(why);
  }

  private end(): void {
    this.ended = true;
    for (const { reject } of this.waiting.values()) reject(endedFault());
    this.waiting.clear();
  }
}

/** Made whole and then moved to its place, so that a start that was cut short begins anew. */
const makeIn = async ({ partial, adopt }: Held): Promise<void> => {
  const connection = await Connection.start(partial(), () => undefined);
  await connection.close();
  adopt();
};

const startedIn = async (held: Held, onBroken: (why: string) => void): Promise<Connection> => {
  try {
    if (held.isNew) await makeIn(held);
    return await Connection.start(held.cluster, onBroken);
  } catch (cause) {
    held.release();
    throw new StoreFault(
      'store.damaged',
      `the store in ${held.folder} does not start (${(cause as Error).message}): is its disk ` +
        'full? Else put a copy of that folder in its place, or an empty one: centres send again ' +
        'what they have.',
      { cause },
    );
  }
};

/**
 * PostgreSQL in this process, with its files in a folder that is locked for it. Rejects with a
 * `StoreFault` where it cannot start there. `onFault` is told of faults beside the answers to
 * statements; with one of the code `store.broken` nothing is answered any more.
 */
export const openEmbedded = async (
  folder: string,
  timers: Pick<Timers, 'every'>,
  onFault: (fault: unknown) => void,
): Promise<Database> => {
  const held = holdFolder(folder);
  const connection = await startedIn(held, (why) => {
    stopChores();
    onFault(new StoreFault('store.broken', `the store in ${folder} has broken off: ${why}`));
  });
  let last: Promise<unknown> = Promise.resolve();
  /** One after the other: all share one connection, and a transaction has it alone. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work, work);
    last = turn.catch(() => undefined);
    return turn;
  };
  const chores = [
    timers.every(
      VACUUM_AFTER_MS,
      () => void inTurn(() => connection.query('VACUUM')).catch(onFault),
    ),
    timers.every(
      CHECKPOINT_LOOK_MS,
      () => void inTurn(() => checkpoint(connection)).catch(onFault),
    ),
  ];
  const stopChores = (): void => chores.forEach((stop) => stop());
  return {
    engine: 'embedded',
    query: (sql, values) => inTurn(() => connection.query(sql, values)),
    transaction: (work) => inTurn(() => transaction(connection, work)),
    close: () =>
      inTurn(async () => {
        stopChores();
        await connection.close();
        held.release();
      }),
  };
};

const checkpoint = async (connection: Queries): Promise<void> => {
  const [row] = await connection.query<{ bytes: number }>(WRITTEN);
  if ((row?.bytes ?? 0) >= CHECKPOINT_AFTER_BYTES) await connection.query('CHECKPOINT');
};

const transaction = async <T>(
  connection: Queries,
  work: (queries: Queries) => Promise<T>,
): Promise<T> => {
  await connection.query('BEGIN');
  const { queries, fault } = watched(connection);
  try {
    const result = await work(queries);
    const spoilt = fault();
    if (spoilt !== undefined) throw spoilt;
    await connection.query('COMMIT');
    return result;
  } catch (error) {
    // Without an answer to this there is no connection either, and with it no transaction.
    await connection.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
};
