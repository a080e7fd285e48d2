import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { connect, LOG_FILE } from './database.js';
import { LogFault } from './faults.js';
import { codeOf, syncFile } from '../../node/folder.js';
import { KEY_PATHS, requestKeysIn, requireKeys } from './keys.js';
import { verify, type Verified, type VerifyOptions } from './verify.js';

/** A backup takes all pages in one step: a writer would make it begin again after each. */
const ALL_PAGES = 2 ** 31 - 1;

export interface BackedUp extends Verified {
  readonly folder: string;
}

const SIDES = ['', '-wal', '-shm'];

/** A database's file and what lies beside it, as far as they are there. */
export const filesOf = (file: string): string[] =>
  SIDES.map((side) => `${file}${side}`).filter((path) => existsSync(path));

/** Removes a database's file with what lies beside it. No connection to it may be open. */
const removeFile = (file: string): void => {
  for (const side of SIDES) rmSync(`${file}${side}`, { force: true });
};

/** Copies one of the key files, if it is there, readable to its owner alone. */
export const copyKey = (path: string, from: string, to: string): void => {
  if (!existsSync(join(from, path))) return;
  mkdirSync(dirname(join(to, path)), { recursive: true, mode: 0o700 });
  const file = join(to, path);
  rmSync(file, { force: true });
  copyFileSync(join(from, path), file);
  chmodSync(file, 0o600);
  syncFile(file);
  syncFile(dirname(file));
};

/**
 * Copies a data directory's log, also while it is written to, with the keys that it needs, into a
 * new folder: all that a restore takes. The folder holds secrets. The copy is verified by restoring
 * it to a temporary file; `to` appears only when that succeeded, and nothing is ever overwritten.
 * Rejects, and leaves nothing, when the log is not sound or one of its keys is missing.
 */
export const backup = async (
  directory: string,
  to: string,
  options: VerifyOptions = {},
): Promise<BackedUp> => {
  const folder = resolve(to);
  if (existsSync(folder)) {
    throw new LogFault('log.exists', `${folder} is already there: choose another name`);
  }
  const partial = `${folder}.partial`;
  try {
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial, { mode: 0o700 });
  } catch (cause) {
    const message = `${folder} cannot be written (${codeOf(cause)}): is the folder above it there?`;
    throw new LogFault('backup.failed', message, { cause });
  }
  try {
    await copyLog(directory, partial);
    const file = join(partial, LOG_FILE);
    const verified = verifyCopy(file, options);
    if (verified.problems.length > 0) {
      const why = verified.problems.join('; ');
      throw new LogFault('log.corrupt', `the log in ${directory} is not sound: ${why}`);
    }
    for (const path of [file, partial]) syncFile(path);
    renameSync(partial, folder);
    syncFile(dirname(folder));
    return { folder, ...verified };
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    throw error;
  }
};

const copyLog = async (directory: string, to: string): Promise<void> => {
  const source = connect(join(directory, LOG_FILE), { readonly: true, fileMustExist: true });
  try {
    requireKeys(source, directory);
    await source.backup(join(to, LOG_FILE), { progress: () => ALL_PAGES });
  } finally {
    source.close();
  }
  chmodSync(join(to, LOG_FILE), 0o600);
  for (const path of [...KEY_PATHS, ...requestKeysIn(directory)]) copyKey(path, directory, to);
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
