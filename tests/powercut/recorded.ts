import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { scratch } from '../fixtures/log.js';
import { readHistory, type Operation } from './history.js';

const SOURCE = fileURLToPath(new URL('../../tests/powercut/powerlog.c', import.meta.url));

export interface Recording {
  /** Absolute, without links: what happens to its files is recorded. */
  readonly below: string;
  /** A program of Node with its arguments. */
  readonly program: string;
  readonly args: readonly string[];
  /** A file below that the program makes at its end. */
  readonly finished: string;
}

/** Compiles the recorder; throws with the compiler's words when there is none. */
const compile = (folder: string): string => {
  const library = join(folder, 'powerlog.so');
  const flags = ['-shared', '-fPIC', '-O2', '-Wall', '-o', library, SOURCE, '-ldl', '-lpthread'];
  const compiled = spawnSync('cc', flags, { encoding: 'utf8' });
  if (compiled.status === 0) return library;
  const why = compiled.error?.message ?? compiled.stderr;
  throw new Error(`powerlog.c was not compiled (a C compiler named cc is needed): ${why}`);
};

/** Runs a program to its end, and gives everything that it did to its files. */
export const recorded = ({ below, program, args, finished }: Recording): Operation[] => {
  const folder = scratch();
  try {
    const file = join(folder.path, 'history');
    const recorder = { LD_PRELOAD: compile(folder.path), POWERLOG_BELOW: below };
    const run = spawnSync(process.execPath, [program, ...args], {
      encoding: 'utf8',
      env: { ...process.env, ...recorder, POWERLOG_FILE: file },
    });
    if (existsSync(join(below, finished))) return readHistory(file);
    throw new Error(`${program} did not get to its end: ${run.stderr}`);
  } finally {
    folder.remove();
  }
};
