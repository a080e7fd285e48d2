import { parentPort, workerData } from 'node:worker_threads';
import { connect, faultsOfFile } from '../database.js';

const database = connect(String(workerData), { readonly: true, fileMustExist: true });
try {
  parentPort?.postMessage(faultsOfFile(database));
} finally {
  database.close();
}
