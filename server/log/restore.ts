import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ServerClock } from '../clock.js';
import type { Command } from '../../core/protocol/commands.js';
import { copyKey, filesOf, verifyCopy } from './backup.js';
import { Committer } from './committer.js';
import { connect, LOG_FILE, takeLock } from './database.js';
import type { Disk } from './disk.js';
import { LogFault } from './faults.js';
import { makeFolder } from './folder.js';
import { syncFile } from '../../node/folder.js';
import { KEY_PATHS, requestKeysIn, requireKeys } from './keys.js';
import {
  beginStream,
  newStreamId,
  openFile,
  RESTORE_FOLDER,
  type Log,
  type LogOptions,
} from './log.js';
import { lastRow } from './read.js';
import type { Verified } from './verify.js';
import { plainAnswer } from './writer.js';

/** Numbers that each series jumps over when nobody asks for another count. */
export const SKIP_NUMBERS = 200;

type Head = NonNullable<Verified['head']>;

/**
 * Brings a staged log, whose folder and keys are given, further on than what was saved; gives how
 * far series must jump, or `null` where nothing is known of what came after.
 */
export type CatchUp = (log: Log) => Promise<number | null>;

export interface RestoreOptions extends LogOptions {
  readonly catchUp?: CatchUp;
  /** Numbers that each series jumps over, whatever was caught up. */
  readonly skip?: number;
}

export interface Restored {
  readonly stream: string;
  /** The event after which the new stream goes on. */
  readonly previous: Head;
  readonly skip: number;
  /** Where what was there before lies now, itself fit to be restored; `null` if there was none. */
  readonly kept: string | null;
}

/** A restore is made with the server stopped: there is no reserve to give up. */
const bareDisk: Disk = {
  status: () => ({ freeBytes: 0, warning: false, ballast: 'used' }),
  release: () => false,
  refill: () => undefined,
};

/**
 * Puts a backup's log and keys in the place of a directory's. A restored log begins a new stream
 * that says where it follows from; the log that was there is kept, read-only. Refused while a
 * server runs there, and when the backup is not sound, of another centre, or without a key that its
 * log needs and the directory has not. Cut short, it has changed nothing or is run again.
 */
export const restore = async (options: RestoreOptions, from: string): Promise<Restored> => {
  const { directory } = options;
  if (!existsSync(from)) throw new LogFault('log.missing', `${from} is not there`);
  if (!existsSync(join(from, LOG_FILE))) {
    const message = `${from} is not a folder that backup has written: it holds no ${LOG_FILE}`;
    throw new LogFault('log.missing', message);
  }
  makeFolder(directory);
  const lock = takeLock(directory);
  const staged = join(directory, RESTORE_FOLDER);
  let isAside = false;
  try {
    rmSync(staged, { recursive: true, force: true });
    stage(options, from, staged);
    const followed = await follow(staged, options);
    isAside = true;
    const kept = putAside(directory);
    putInPlace(directory, staged);
    return { ...followed, kept };
  } catch (error) {
    // Once the old log may be aside, what is staged tells a start to have the restore run again.
    if (!isAside) rmSync(staged, { recursive: true, force: true });
    throw error;
  } finally {
    lock.release();
  }
};

/** Copies the backup and looks whether it can be used. */
const stage = (options: LogOptions, from: string, staged: string): void => {
  const { directory, centreId } = options;
  mkdirSync(staged, { mode: 0o700 });
  const file = join(staged, LOG_FILE);
  for (const side of ['', '-wal']) {
    if (!existsSync(join(from, `${LOG_FILE}${side}`))) continue;
    copyFileSync(join(from, `${LOG_FILE}${side}`), `${file}${side}`);
    chmodSync(`${file}${side}`, 0o600);
  }
  for (const path of KEY_PATHS) {
    copyKey(path, existsSync(join(from, path)) ? from : directory, staged);
  }
  // Those in use may be newer than the saved ones.
  for (const path of requestKeysIn(from)) copyKey(path, from, staged);
  for (const path of requestKeysIn(directory)) copyKey(path, directory, staged);
  const { problems, head, centreId: its } = checked(file, options, from);
  if (problems.length > 0 || head === null) {
    throw unusable(from, problems.join('; ') || 'it holds no events');
  }
  if (its !== centreId) {
    throw new LogFault(
      'log.otherCentre',
      `${from} is a backup of the centre ${its}, and the configuration is that of ${centreId}: ` +
        'give the backup of this centre.',
    );
  }
};

const unusable = (from: string, why: string, cause?: unknown): LogFault =>
  new LogFault('log.corrupt', `${from} cannot be restored: ${why}`, { cause });

/** Verifies the copy, whatever file that is. */
const checked = (file: string, options: LogOptions, from: string): Verified => {
  try {
    // Takes in what a server that was killed had left beside its file.
    const database = connect(file);
    try {
      requireKeys(database, dirname(file), { named: options.directory });
    } finally {
      database.close();
    }
    return verifyCopy(file, options);
  } catch (error) {
    if (error instanceof LogFault && error.code === 'key.missing') throw error;
    throw unusable(from, error instanceof Error ? error.message : String(error), error);
  }
};

/**
 * Brings the staged log as far as it can be, and begins the new stream there with `log.restored`.
 */
export const follow = async (
  staged: string,
  options: RestoreOptions,
): Promise<Omit<Restored, 'kept'>> => {
  const { catchUp, time, random = randomBytes } = options;
  const file = join(staged, LOG_FILE);
  const open = (): Log => openFile(file, bareDisk, { ...options, directory: staged });
  const behind = open();
  const needed = await (catchUp?.(behind) ?? Promise.resolve(null)).finally(() => behind.close());
  const skip = options.skip ?? needed ?? SKIP_NUMBERS;
  const stream = newStreamId(random);
  const database = connect(file);
  const last = lastRow(database)!;
  const previous = { stream: last.stream, seq: last.seq, hash: last.hash.toString('hex') };
  beginStream(database, stream, time.wall());
  database.close();
  const log = open();
  try {
    await sayRestored(log, { previous, skip }, options);
    return { stream, previous, skip };
  } finally {
    log.close();
  }
};

const sayRestored = async (
  log: Log,
  { previous, skip }: Pick<Restored, 'previous' | 'skip'>,
  { time, random = randomBytes }: RestoreOptions,
): Promise<void> => {
  const failed: unknown[] = [];
  const committer = new Committer(log, {
    clock: new ServerClock(time, log.lastEventAt),
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
};

const numberIn = (name: string): number => (/^[1-9]\d*$/.test(name) ? Number(name) : 0);

/** Moves the log that is there aside, never to be written again, with copies of its keys. */
export const putAside = (directory: string): string | null => {
  const old = filesOf(join(directory, LOG_FILE));
  if (old.length === 0) return null;
  const shelf = join(directory, 'kept');
  mkdirSync(shelf, { recursive: true, mode: 0o700 });
  // The highest, not how many: somebody may have taken older ones away to make room.
  const place = join(shelf, String(Math.max(0, ...readdirSync(shelf).map(numberIn)) + 1));
  mkdirSync(place, { mode: 0o700 });
  for (const path of [...KEY_PATHS, ...requestKeysIn(directory)]) copyKey(path, directory, place);
  for (const path of old) {
    const moved = join(place, basename(path));
    renameSync(path, moved);
    chmodSync(moved, 0o400);
  }
  for (const path of [place, shelf, directory]) syncFile(path);
  return place;
};

/** The log comes last: until then a start says that the restore must be run again. */
const putInPlace = (directory: string, staged: string): void => {
  for (const path of [...KEY_PATHS, ...requestKeysIn(staged)]) {
    const key = join(directory, path);
    if (!existsSync(join(staged, path))) continue;
    mkdirSync(dirname(key), { recursive: true, mode: 0o700 });
    renameSync(join(staged, path), key);
    syncFile(dirname(key));
  }
  const file = join(staged, LOG_FILE);
  syncFile(file);
  renameSync(file, join(directory, LOG_FILE));
  syncFile(directory);
  rmSync(staged, { recursive: true });
};
