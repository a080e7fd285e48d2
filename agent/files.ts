import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { mistakeOf } from '../core/check/shape.js';
import { makeFolders, syncFile } from '../node/folder.js';

/** A file that cannot be used; the message names file, place and reason of each mistake. */
export class FileRefused extends Error {
  readonly code = 'file.refused';
}

/** Whether a command line was typed wrongly, as Node's `parseArgs` says. */
export const isMistyped = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');

/** Whether its message alone is for the person who wrote a file or typed a command. */
export const isRefusal = (error: unknown): error is Error =>
  error instanceof FileRefused || isMistyped(error);

/** Reads JSON that a schema describes. Throws `FileRefused`. */
export const readChecked = <T>(file: string, schema: z.ZodType<T>): T => {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    const reason = cause instanceof SyntaxError ? 'is not JSON' : 'cannot be read';
    throw new FileRefused(`${file}: ${reason}`, { cause });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.flatMap((issue) =>
    issue.code === 'invalid_key'
      ? issue.issues.map(({ message }) => ({ path: issue.path.join('.'), reason: message }))
      : mistakeOf(issue, json),
  );
  const lines = mistakes.map(({ path, reason }) => `${file}: ${path}: ${reason}`);
  throw new FileRefused(lines.join('\n'));
};

/**
 * Makes a folder and those above it. Throws `FileRefused` where the file system keeps none, and
 * else what `mkdir` throws.
 */
export const makeFolder = (folder: string, mode = 0o777): void => {
  try {
    makeFolders(resolve(folder), mode);
  } catch (fault) {
    const { code, path = folder } = fault as NodeJS.ErrnoException;
    if (code !== 'ENOENT') throw fault;
    throw new FileRefused(
      `${folder} cannot be made: ${dirname(path)} keeps no folders; name another place`,
    );
  }
};

/** Makes a file's name as durable as its contents. */
export const syncFolder = (file: string): void => syncFile(dirname(file));

/**
 * Writes a file durably: whatever happens meanwhile, it is the old one or this one, whole. Without
 * a mode only its owner reads it.
 */
export const writeWhole = (file: string, body: Uint8Array | string, mode = 0o600): void => {
  const draft = `${file}.new`;
  // What lies there from before would keep its own mode.
  rmSync(draft, { force: true });
  const fd = openSync(draft, 'w', mode);
  try {
    writeFileSync(fd, body);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(draft, file);
  syncFolder(file);
};

/** A text that outlives this process. */
export interface Store {
  /** `undefined` where nothing was kept. */
  read(): string | undefined;
  keep(text: string): void;
}

export const fileStore = (file: string): Store => ({
  read: () => (existsSync(file) ? readFileSync(file, 'utf8') : undefined),
  keep: (text) => writeWhole(file, text),
});
