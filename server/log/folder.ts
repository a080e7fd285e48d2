import { accessSync, closeSync, constants, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { LogFault } from './faults.js';

/** Flushes a file, or the names in a folder. */
export const syncFile = (path: string): void => {
  const handle = openSync(path, 'r');
  fsyncSync(handle);
  closeSync(handle);
};

/** The code of a failed call to the system, to be shown. */
export const codeOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);

/** Makes a data directory where it is missing. Throws `data.unusable` when it cannot be used. */
export const makeFolder = (directory: string): void => {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
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
