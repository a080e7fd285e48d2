import { randomBytes } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import type { Configuration, Millis } from '../../core/configuration.js';
import type { Configurations } from '../../core/state.js';
import type { TimeSource } from '../../node/time.js';
import { Checkpoints } from './checkpoint.js';
import { configurationBytes, configurationHash, StoredConfigurations } from './configurations.js';
import { connect, faultsOfFile, LOG_FILE, takeLock } from './database.js';
import { Ballast, BALLAST_BYTES, timeFsync, type Disk, type FsyncTiming } from './disk.js';
import { LogFault, noFaults, type Faults } from './faults.js';
import { makeFolder } from './folder.js';
import { Journal } from './journal.js';
import { LOG_KEY, requireKeys } from './keys.js';
import { signerIn } from './signer.js';
import { prepareProjectors, type Projector } from './projector.js';
import { lastRow, openStream } from './read.js';
import { hallRules, replay, type Folded, type Rules } from './replay.js';
import { migrate } from './schema.js';

/** A file up to this size has its structure checked before the start; a larger one beside it. */
const CHECKED_AT_START_BYTES_MAX = 32 * 1024 * 1024;
/** While a restore is being made; without a log beside it, the restore must be run again. */
export const RESTORE_FOLDER = 'restore.partial';

export interface LogOptions {
  readonly directory: string;
  readonly centreId: string;
  readonly time: TimeSource;
  readonly projectors?: readonly Projector[];
  readonly rules?: Rules;
  readonly faults?: Faults;
  readonly random?: (bytes: number) => Buffer;
  readonly ballastBytes?: number;
  /** Takes the place of the ballast in the data directory. */
  readonly disk?: Disk;
}

/** An opened data directory. Only a `Committer` may write to the log's tables. */
export interface Log {
  readonly directory: string;
  readonly database: Database.Database;
  readonly journal: Journal;
  readonly rules: Rules;
  readonly configurations: Configurations;
  readonly projectors: readonly Projector[];
  readonly checkpoints: Checkpoints;
  readonly disk: Disk;
  /** The state at the start; a committer takes it over. */
  readonly folded: Folded;
  /** Time of the newest event, `null` in a new log: a clock starts from it. */
  readonly lastEventAt: Millis | null;
  /** How often this directory was opened, this time included. */
  readonly starts: number;
  readonly fsync: FsyncTiming;
  /** Whether the file's structure was found sound; a large one is to be checked in a worker. */
  readonly structureChecked: boolean;
  close(): void;
}

/** A stream's name for ever: 26 characters with 128 random bits. */
export const newStreamId = (random: (bytes: number) => Buffer = randomBytes): string => {
  const bits = BigInt(`0x${random(16).toString('hex')}`);
  return bits.toString(32).padStart(26, '0');
};

/**
 * Opens a data directory, or makes a new one, for the one process that may use it. Throws a
 * `LogFault` when it is in use, corrupt, of a newer program, or half restored.
 */
export const openLog = (options: LogOptions): Log => {
  const { directory } = options;
  makeFolder(directory);
  const lock = takeLock(directory);
  try {
    const disk = options.disk ?? new Ballast(directory, options.ballastBytes ?? BALLAST_BYTES);
    const file = join(directory, LOG_FILE);
    refuseHalfRestored(directory, file);
    const log = openFile(file, disk, options);
    const close = (): void => {
      log.close();
      lock.release();
    };
    return { ...log, close };
  } catch (error) {
    lock.release();
    throw error;
  }
};

/** Opens a log's file in a directory that the caller has locked. */
export const openFile = (file: string, disk: Disk, options: LogOptions): Log => {
  const { directory } = options;
  const small = !existsSync(file) || statSync(file).size <= CHECKED_AT_START_BYTES_MAX;
  const database = connect(file);
  try {
    return {
      ...prepare(database, options, small),
      directory,
      database,
      disk,
      fsync: timeFsync(directory, () => options.time.monotonicMs()),
      structureChecked: small,
      close: () => void database.close(),
    };
  } catch (error) {
    database.close();
    throw error;
  }
};

const refuseHalfRestored = (directory: string, file: string): void => {
  if (existsSync(file) || !existsSync(join(directory, RESTORE_FOLDER))) return;
  throw new LogFault(
    'log.halfRestored',
    `a restore into ${directory} was cut short: run the restore again`,
  );
};

type Prepared = Omit<
  Log,
  'directory' | 'database' | 'disk' | 'fsync' | 'structureChecked' | 'close'
>;

const prepare = (
  database: Database.Database,
  options: LogOptions,
  checkStructure: boolean,
): Prepared => {
  const { rules = hallRules, faults = noFaults, projectors = [] } = options;
  const faulty = checkStructure ? faultsOfFile(database) : [];
  if (faulty.length > 0) {
    const message = `${database.name} is damaged (${faulty[0]}): restore the last backup`;
    throw new LogFault('log.corrupt', message);
  }
  migrate(database);
  const starts = countStart(database);
  const now = options.time.wall();
  if (openStream(database) === undefined) beginStream(database, newStreamId(options.random), now);
  requireKeys(database, options.directory, { paths: [LOG_KEY] });
  prepareProjectors(database, projectors);
  const configurations = new StoredConfigurations(database);
  const journal = new Journal(database, faults);
  const checkpoints = new Checkpoints(journal, signerIn(options.directory, options.centreId));
  const folded = replay(database, [rules, configurations], true);
  const lastEventAt = lastRow(database)?.occurred_at ?? null;
  return { journal, rules, configurations, projectors, checkpoints, folded, lastEventAt, starts };
};

const countStart = (database: Database.Database): number =>
  Number(
    database
      .prepare(
        `INSERT INTO meta VALUES ('starts', '1')
         ON CONFLICT (key) DO UPDATE SET value = value + 1 RETURNING value`,
      )
      .pluck()
      .get(),
  );

/** Events go to this stream from now on. */
export const beginStream = (database: Database.Database, id: string, at: Millis): void => {
  database.prepare('INSERT INTO stream VALUES (NULL, ?, ?)').run(id, at);
};

/** Keeps a checked configuration for ever; returns its hash, by which the log names it. */
export const storeConfiguration = (
  database: Database.Database,
  configuration: Configuration,
): string => {
  const bytes = configurationBytes(configuration);
  const key = configurationHash(bytes);
  database.prepare('INSERT OR IGNORE INTO configuration VALUES (?, ?)').run(key, bytes);
  return key;
};
