import { fsyncSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';
import type { Ask, Told } from './embedded.js';

/** As much of Emscripten's file system as is changed here. */
interface NodeFileSystem {
  readonly stream_ops: { fsync?: (stream: { readonly nfd: number }) => number };
}

/**
 * PGlite's files on this machine's disk, flushed when PostgreSQL asks for it: as shipped a flush is
 * nothing, and a power cut takes what was committed.
 */
class DurableFiles extends NodeFS {
  override async init(...args: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const { emscriptenOpts } = await super.init(...args);
    const flushing = (module: object): void => {
      const { NODEFS } = module as { readonly NODEFS: NodeFileSystem };
      NODEFS.stream_ops.fsync = ({ nfd }) => {
        fsyncSync(nfd);
        return 0;
      };
    };
    const preRun = [...(emscriptenOpts.preRun ?? []), flushing] as NonNullable<
      typeof emscriptenOpts.preRun
    >;
    return { emscriptenOpts: { ...emscriptenOpts, preRun } };
  }
}

/** `-F` is PostgreSQL without flushes, and of the kinds of flush this build does `fsync` alone. */
const PARAMETERS = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'),
  ...['-c', 'wal_sync_method=fsync'],
];

const told = (answer: Told): void => parentPort?.postMessage(answer);

const { folder } = workerData as { readonly folder: string };
const database = new PGlite({ fs: new DurableFiles(folder), startParams: PARAMETERS });

const answer = async ({ id, sql, values }: Ask): Promise<void> => {
  try {
    const { rows } = await database.query(sql, [...values]);
    told({ id, rows: rows as object[] });
  } catch (error) {
    const { message, code = 'XX000' } = error as { message: string; code?: string };
    told({ id, fault: { message, state: code } });
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
await database.waitReady;
told('ready');
