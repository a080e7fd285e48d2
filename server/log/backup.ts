import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { connect } from './database.js';
import { verify, type Verified, type VerifyOptions } from './verify.js';

/** A backup takes all pages in one step: a writer would make it begin again after each. */
const ALL_PAGES = 2 ** 31 - 1;

export interface BackedUp extends Verified {
  readonly file: string;
}

/** What a worker is told to do. */
export type Task =
  | { readonly task: 'backup'; readonly from: string; readonly to: string }
  | { readonly task: 'structure'; readonly from: string };

const WORKER = new URL('./worker.js', import.meta.url);

/**
 * Runs a task in a thread of its own with connections of its own, so that nobody waits for it.
 * Rejects with what went wrong there. `worker` is where the thread's program lies.
 */
export const inWorker = <T>(task: Task, worker: URL = WORKER): Promise<T> =>
  new Promise((resolve, reject) => {
    const thread = new Worker(worker, { workerData: task });
    thread.once('message', (result: T) => resolve(result));
    thread.once('error', reject);
    thread.once('exit', (code) => reject(new Error(`the worker ended with ${code}`)));
  });

export const syncFile = (path: string): void => {
  const handle = openSync(path, 'r');
  fsyncSync(handle);
  closeSync(handle);
};

const SIDES = ['', '-wal', '-shm'];

/** Removes a database's file with what lies beside it. No connection to it may be open. */
export const removeFile = (file: string): void => {
  for (const side of SIDES) rmSync(`${file}${side}`, { force: true });
};

/**
 * Copies a log while it may be written to, and verifies the copy by restoring it to a temporary
 * file. `to` appears only when that succeeded; an existing file is never overwritten. Rejects, and
 * leaves nothing, when the copy is not sound.
 */
export const backup = async (
  from: string,
  to: string,
  options: VerifyOptions = {},
): Promise<BackedUp> => {
  if (existsSync(to)) throw new Error(`${to} is already there: choose another name`);
  const partial = `${to}.partial`;
  removeFile(partial);
  const source = connect(from, { readonly: true, fileMustExist: true });
  try {
    await source.backup(partial, { progress: () => ALL_PAGES });
  } finally {
    source.close();
  }
  const verified = verifyCopy(partial, options);
  if (verified.problems.length > 0) {
    removeFile(partial);
    throw new Error(`the backup is not sound: ${verified.problems.join('; ')}`);
  }
  syncFile(partial);
  renameSync(partial, to);
  syncFile(dirname(to));
  return { file: to, ...verified };
};

/** Verifies a file that is not in use by way of a copy, so that nothing is written beside it. */
export const verifyCopy = (file: string, options: VerifyOptions = {}): Verified => {
  const copy = `${file}.check`;
  removeFile(copy);
  copyFileSync(file, copy);
  try {
    const database = connect(copy);
    try {
      return verify(database, options);
    } finally {
      database.close();
    }
  } finally {
    removeFile(copy);
  }
};
