import { Worker } from 'node:worker_threads';
import { programOf } from '../../../node/place.js';

/**
 * What is wrong with the structure of a log's file, looked at in a thread with a connection of its
 * own, so that nobody waits; empty when it is sound. Rejects when it cannot be read.
 */
export const structureFaults = (file: string): Promise<readonly string[]> =>
  new Promise((resolve, reject) => {
    const thread = new Worker(programOf('server/log/watch/worker.js'), { workerData: file });
    thread.once('message', resolve);
    thread.once('error', reject);
    thread.once('exit', (code) => reject(new Error(`the look at ${file} ended with ${code}`)));
  });
