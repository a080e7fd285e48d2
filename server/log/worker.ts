import { parentPort, workerData } from 'node:worker_threads';
import { projectors } from '../projectors.js';
import { backup, type Task } from './backup.js';
import { connect, faultsOfFile } from './database.js';

const structure = (file: string): readonly string[] => {
  const database = connect(file, { readonly: true, fileMustExist: true });
  try {
    return faultsOfFile(database);
  } finally {
    database.close();
  }
};

const task = workerData as Task;
const result =
  task.task === 'backup' ? await backup(task.from, task.to, { projectors }) : structure(task.from);
parentPort?.postMessage(result);
