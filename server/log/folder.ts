import {
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
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

/**
 * Makes a folder and those above it, one by one: asked for all at once, Node never ends where a
 * file system of the kernel's own, such as /proc, has no place for any. Gives the first one made.
 */
const makeAll = (directory: string): string | undefined => {
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return undefined;
  const first = makeAll(dirname(directory));
  mkdirSync(directory, { mode: 0o700 });
  return first ?? directory;
};

/** Makes a data directory where it is missing. Throws `data.unusable` when it cannot be used. */
export const makeFolder = (directory: string): void => {
  try {
    makeAll(resolve(directory));
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

/** Writes a new file for its owner alone: after a power cut it is there whole, or not at all. */
export const writeKept = (file: string, content: string | Buffer): void => {
  const made = makeAll(resolve(dirname(file)));
  const partial = `${file}.partial`;
  rmSync(partial, { force: true });
  writeFileSync(partial, content, { mode: 0o600, flush: true });
  renameSync(partial, file);
  syncFile(dirname(file));
  if (made !== undefined) syncFile(dirname(made));
};
