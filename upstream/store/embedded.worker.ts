import { fsyncSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite, types } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';
import { machineTimers } from '../../node/time.js';
import type { Ask, Told } from './embedded.js';

/** As much of Emscripten's file system as is changed here. */
interface NodeFileSystem {
  readonly stream_ops: { fsync?: (stream: { readonly nfd: number }) => number };
}

const told = (answer: Told): void => parentPort?.postMessage(answer);

/** PostgreSQL's own last words before it gave up: they say why. */
let lastWords = '';

/**
 * PGlite's files on this machine's disk, flushed when PostgreSQL asks for it: as shipped a flush is
 * nothing, and a power cut takes what was committed. After a flush that failed nothing may be
 * written: the system may have dropped what it should have kept, and say at the next that all is
 * well.
 */
class DurableFiles extends NodeFS {
  override async init(...args: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const { emscriptenOpts } = await super.init(...args);
    const flushing = (module: object): void => {
      const { NODEFS } = module as { readonly NODEFS: NodeFileSystem };
      NODEFS.stream_ops.fsync = ({ nfd }) => {
        try {
          fsyncSync(nfd);
        } catch (error) {
          told({ broken: `a flush failed: ${(error as Error).message}` });
          throw error;
        }
        return 0;
      };
    };
    const preRun = [...(emscriptenOpts.preRun ?? []), flushing] as NonNullable<
      typeof emscriptenOpts.preRun
    >;
    // After a panic it may wait for itself for ever: nobody waits for an answer then.
    const printErr = (line: string): void => {
      lastWords = /(?:FATAL|PANIC): .*/.exec(line)?.[0] ?? lastWords;
      if (lastWords.startsWith('PANIC')) told({ broken: lastWords });
    };
    return { emscriptenOpts: { ...emscriptenOpts, preRun, printErr } };
  }
}

/**
 * `-F` is PostgreSQL without flushes, and of the kinds of flush this build does `fsync` alone. Of
 * the write-ahead log no more is kept for use again than a start reads in seconds.
 */
const PARAMETERS = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'),
  ...['-c', 'wal_sync_method=fsync'],
  ...['-c', 'min_wal_size=32MB', '-c', 'max_wal_size=96MB'],
];

const { folder } = workerData as { readonly folder: string };
const database = new PGlite({
  fs: new DurableFiles(folder),
  startParams: PARAMETERS,
  parsers: { [types.DATE]: String },
});

/** After these PostgreSQL has ended, or should have: it answers nothing any more. */
const ENDED = /^(FATAL|PANIC)$/;
/** Of a statement that did not come to PostgreSQL: a value that is not of its type, say. */
const NOT_ASKED = 'XX000';
const ALIVE_MS_MAX = 5_000;

/** Whether PostgreSQL answers after an error that is none of its own. */
const isAlive = (error: unknown): Promise<boolean> => {
  // What it was doing when this happened is not known.
  if (error instanceof WebAssembly.RuntimeError) return Promise.resolve(false);
  return new Promise((resolve) => {
    const cancel = machineTimers.after(ALIVE_MS_MAX, () => resolve(false));
    database
      .query('SELECT 1')
      .then(
        () => resolve(true),
        // A transaction that has failed answers so.
        ({ code }: { readonly code?: string }) => resolve(code !== undefined),
      )
      .finally(cancel);
  });
};

const answer = async ({ id, sql, values }: Ask): Promise<void> => {
  try {
    const { rows } = await database.query(sql, [...values]);
    told({ id, rows: rows as object[] });
  } catch (error) {
    const { message, code, severity } = error as Error & { code?: string; severity?: string };
    const isEnded = code === undefined ? !(await isAlive(error)) : ENDED.test(severity ?? '');
    if (isEnded) told({ broken: lastWords || message });
    else told({ id, fault: { message, state: code ?? NOT_ASKED } });
  }
};

let last = Promise.resolve();
parentPort?.on('message', (ask: Ask | 'close') => {
  last = last.then(async () => {
    if (ask !== 'close') return answer(ask);
    await database.close();
    parentPort?.close();
  });
});
try {
  await database.waitReady;
  told('ready');
} catch (error) {
  told({ broken: lastWords || (error instanceof Error ? error.message : String(error)) });
}
