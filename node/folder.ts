import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

const CHUNK_CHARACTERS = 256 * 1024;

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
export const makeFolders = (directory: string, mode = 0o700): string | undefined => {
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return undefined;
  const first = makeFolders(dirname(directory), mode);
  mkdirSync(directory, { mode });
  return first ?? directory;
};

/** Writes a new file for its owner alone: after a power cut it is there whole, or not at all. */
export const writeKept = (file: string, content: string | Buffer): void => {
  const made = makeFolders(resolve(dirname(file)));
  const partial = `${file}.partial`;
  rmSync(partial, { force: true });
  writeFileSync(partial, content, { mode: 0o600, flush: true });
  renameSync(partial, file);
  syncFile(dirname(file));
  if (made !== undefined) syncFile(dirname(made));
};

/**
 * Writes lines, each with its end, to a new file for its owner alone: it is there when all of them
 * are. Rejects with `EEXIST` where the file is there already. Resolves to how many there were.
 */
export const writeLines = async (
  file: string,
  lines: Iterable<string> | AsyncIterable<string>,
): Promise<number> => {
  if (existsSync(file)) {
    throw Object.assign(new Error(`${file} is already there: choose another name`), {
      code: 'EEXIST',
    });
  }
  const partial = `${file}.partial`;
  rmSync(partial, { force: true });
  const handle = await open(partial, 'wx', 0o600);
  let [count, waiting] = [0, ''];
  try {
    for await (const line of lines) {
      count += 1;
      waiting += line;
      if (waiting.length < CHUNK_CHARACTERS) continue;
      await handle.write(waiting);
      waiting = '';
    }
    await handle.write(waiting);
    await handle.sync();
  } finally {
    await handle.close();
  }
  renameSync(partial, file);
  syncFile(dirname(resolve(file)));
  return count;
};
