import { accessSync, constants } from 'node:fs';
import { resolve } from 'node:path';
import { codeOf, makeFolders } from '../../node/folder.js';
import { LogFault } from './faults.js';

/** Makes a data directory where it is missing. Throws `data.unusable` when it cannot be used. */
export const makeFolder = (directory: string): void => {
  try {
    makeFolders(resolve(directory));
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new LogFault(
      'data.unusable',
      `${directory} cannot be the folder of the log (${codeOf(cause)}): ` +
        'name a folder that this user may write to.',
      { cause },
    );
  }
};
