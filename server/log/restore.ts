import { randomBytes } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { ServerClock } from '../clock.js';
import type { Command } from '../../core/protocol/commands.js';
import { removeFile, syncFile, verifyCopy } from './backup.js';
import { Committer } from './committer.js';
import { connect, LOG_FILE, takeLock } from './database.js';
import type { Disk } from './disk.js';
import { LogFault } from './faults.js';
import { beginStream, newStreamId, openFile, RESTORE_FILE, type LogOptions } from './log.js';
import type { Verified } from './verify.js';
import { plainAnswer } from './writer.js';

/** Numbers that each series jumps over when nobody asks for another count. */
export const SKIP_NUMBERS = 200;

export interface Restored {
  readonly stream: string;
  readonly previous: NonNullable<Verified['head']>;
  /** Where the log that was there before lies now, read-only; `null` when there was none. */
  readonly kept: string | null;
}

/** A restore is made with the server stopped: there is no reserve to give up. */
const bareDisk: Disk = {
  status: () => ({ freeBytes: 0, warning: false, ballast: 'used' }),
  release: () => false,
  refill: () => undefined,
};

/**
 * Puts a backup in the place of a directory's log. A restored log begins a new stream that says
 * where it follows from; the log that was there is kept, read-only. Refused while a server runs
 * there, or when the backup is not sound. Cut short, it has changed nothing or is run again.
 */
export const restore = async (
  options: LogOptions,
  from: string,
  skip: number = SKIP_NUMBERS,
): Promise<Restored> => {
  const { directory } = options;
  if (!existsSync(from)) throw new LogFault('log.missing', `${from} is not there`);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const lock = takeLock(directory);
  try {
    const partial = join(directory, RESTORE_FILE);
    removeFile(partial);
    copyFileSync(from, partial);
    const { problems, head } = verifyCopy(partial, options);
    if (problems.length > 0 || head === null) {
      removeFile(partial);
      const why = problems.join('; ') || 'it holds no events';
      throw new LogFault('log.corrupt', `${from} cannot be restored: ${why}`);
    }
    const stream = await follow(partial, { ...options, previous: head, skip });
    syncFile(partial);
    const kept = keepOld(directory);
    renameSync(partial, join(directory, LOG_FILE));
    syncFile(directory);
    return { stream, previous: head, kept };
  } finally {
    lock.release();
  }
};

type Following = LogOptions & {
  readonly previous: NonNullable<Verified['head']>;
  readonly skip: number;
};

/** Begins the new stream in the file with `log.restored`; returns its id. */
const follow = async (file: string, options: Following): Promise<string> => {
  const { previous, skip, time, random = randomBytes } = options;
  const stream = newStreamId(random);
  const database = connect(file);
  beginStream(database, stream, time.wall());
  database.close();
  const log = openFile(file, bareDisk, options);
  try {
    const clock = new ServerClock(time, log.lastEventAt);
    const failed: unknown[] = [];
    const committer = new Committer(log, {
      clock,
      soon: (run) => run(),
      answerOf: plainAnswer,
      onFatal: (error) => failed.push(error),
      onBug: ({ error }) => failed.push(error),
    });
    const restored: Command = {
      type: 'restoreLog',
      previousStream: previous.stream,
      previousSeq: previous.seq,
      previousHash: previous.hash,
      skip,
    };
    const answered = committer.askAsServer(restored, random);
    committer.stop();
    if (failed.length > 0) throw failed[0];
    await answered;
    return stream;
  } finally {
    log.close();
  }
};

/** Moves the log that is there aside, never to be written again. */
const keepOld = (directory: string): string | null => {
  const old = join(directory, LOG_FILE);
  if (!existsSync(old)) return null;
  const shelf = join(directory, 'kept');
  mkdirSync(shelf, { recursive: true, mode: 0o700 });
  const place = join(shelf, String(readdirSync(shelf).length + 1));
  mkdirSync(place);
  for (const side of ['', '-wal', '-shm']) {
    if (!existsSync(`${old}${side}`)) continue;
    const moved = join(place, `${LOG_FILE}${side}`);
    renameSync(`${old}${side}`, moved);
    chmodSync(moved, 0o400);
  }
  syncFile(place);
  return place;
};
