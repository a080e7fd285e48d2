import { join } from 'node:path';
import type Database from 'better-sqlite3';
import type { Logger } from 'pino';
import type { StoredRow } from '../../../chain/chain.js';
import type { Damage } from '../../../core/protocol/upstream.js';
import { MINUTE_MS } from '../../../core/time.js';
import type { Timers } from '../../../node/time.js';
import { CheckpointCheck } from '../checkpoint.js';
import { ConfigurationCheck } from '../configurations.js';
import { connect, LOG_FILE } from '../database.js';
import { kindOf } from '../faults.js';
import { lastRow, otherEnd, rowsFrom, type End } from '../read.js';
import { ChainCheck } from '../replay.js';

/** So many rows so often: a year of a busy hall in ten minutes, and the hall waits for none. */
const SLICE_ROWS = 50;
export const SLICE_MS = 25;
/** From the end of one look to the next. */
const REST_MS = MINUTE_MS;

/** The first event of a log that is not there as it was written, with what shows it. */
export interface Altered {
  readonly stream: string;
  readonly seq: number;
  readonly why: string;
}

/** What those above are told of it. */
export const damageOf = ({ stream, seq }: Altered): Damage => ({ is: 'altered', stream, seq });

const alteredEnd = (last: End | undefined, settled: End): Altered | null => {
  const other = otherEnd(last, settled);
  return other === undefined
    ? null
    : { ...other, why: 'the log does not end as the server left it' };
};

/** One look through the whole log, slice by slice, while it grows. */
class Look {
  private readonly chain = new ChainCheck(undefined);
  private readonly checkpoints: CheckpointCheck;
  private readonly configurations: ConfigurationCheck;
  private readonly rows;
  private readonly first;
  private last: StoredRow | undefined;

  /** `settled`: where the log ends, as whoever writes it knows; `undefined`: nobody does. */
  constructor(
    database: Database.Database,
    private readonly settled: () => End | undefined,
  ) {
    const keys = database.prepare('SELECT key FROM signer').pluck().all() as string[];
    this.first = database.prepare('SELECT id FROM stream ORDER BY ordinal').pluck().get() as string;
    this.checkpoints = new CheckpointCheck(database, keys);
    this.configurations = new ConfigurationCheck(database);
    this.rows = rowsFrom(database, 1, SLICE_ROWS);
  }

  /** `null`: all holds; `undefined`: there is more to look at. */
  slice(): Altered | null | undefined {
    for (let count = 0; count < SLICE_ROWS; count += 1) {
      const { value: row } = this.rows.next();
      if (row === undefined) return this.end();
      const why =
        this.chain.take(row) ?? this.checkpoints.take(row) ?? this.configurations.take(row);
      if (why !== null) return { ...this.placeOf(row), why };
      this.last = row;
    }
    return undefined;
  }

  private end(): Altered | null {
    const { last } = this;
    if (last !== undefined && last.part < last.parts) {
      return { stream: last.stream, seq: last.seq + 1, why: 'a command is only partly there' };
    }
    const left = this.checkpoints.left();
    if (left === undefined) return this.otherEnd();
    const { stream } = left;
    const seq = last?.stream === stream ? last.seq + 1 : 1;
    return { stream, seq, why: 'the events that a checkpoint was signed for are missing' };
  }

  private otherEnd(): Altered | null {
    const settled = this.settled();
    return settled === undefined ? null : alteredEnd(this.last, settled);
  }

  /** Where a row should be: its own columns may be what was changed. */
  private placeOf(row: StoredRow): Pick<Altered, 'stream' | 'seq'> {
    const { last, first } = this;
    if (last === undefined) return { stream: first, seq: 1 };
    const begins = row.seq === 1 && row.stream !== last.stream;
    return begins ? { stream: row.stream, seq: 1 } : { stream: last.stream, seq: last.seq + 1 };
  }
}

/** Looks through a whole log in one go: for a file that no hall works with. */
export const firstAltered = (database: Database.Database): Altered | null => {
  const look = new Look(database, () => undefined);
  for (;;) {
    const found = look.slice();
    if (found !== undefined) return found;
  }
};

export interface ScrubParts {
  /** The log's folder. */
  readonly directory: string;
  readonly timers: Pick<Timers, 'every'>;
  readonly journal: Logger;
  /** The last event that was written; `undefined` while there is none. */
  readonly settled: () => End | undefined;
  /** The file or the disk can no longer be trusted. */
  readonly onFatal: (error: unknown) => void;
}

/**
 * Holds the log that is stored against its own hash chain and signed checkpoints, again and again
 * while the hall runs. It reads the file by a connection of its own, and changes nothing.
 */
export class Scrub {
  private found: Altered | null = null;
  private database: Database.Database | undefined;
  private look: Look | undefined;
  private restMs = 0;
  private stopTimer: (() => void) | undefined;
  private readonly listeners: (() => void)[] = [];

  constructor(private readonly parts: ScrubParts) {}

  /** As of the last look that came so far; `null` while all holds. */
  get altered(): Altered | null {
    return this.found;
  }

  /** Called when an event is found that does not hold, or another one than before. */
  onFound(listener: () => void): void {
    this.listeners.push(listener);
  }

  start(): void {
    const file = join(this.parts.directory, LOG_FILE);
    this.database = connect(file, { readonly: true, fileMustExist: true });
    // The file itself is what is looked at, and no page of it is kept for that.
    this.database.pragma('cache_size = 0');
    this.stopTimer = this.parts.timers.every(SLICE_MS, () => this.step());
  }

  /** Looks at the log's end a last time. */
  stop(): void {
    this.stopTimer?.();
    this.look = undefined;
    this.guarded((database) => {
      const settled = this.parts.settled();
      const other = settled && alteredEnd(lastRow(database), settled);
      if (other && this.found === null) this.tell(other);
    });
    this.database?.close();
    this.database = undefined;
  }

  private step(): void {
    this.restMs -= SLICE_MS;
    if (this.restMs > 0 || this.database === undefined) return;
    const isOver = this.guarded((database) => {
      this.look ??= new Look(database, this.parts.settled);
      const found = this.look.slice();
      if (found !== undefined) this.tell(found);
      return found !== undefined;
    });
    if (isOver === false) return;
    this.look = undefined;
    this.restMs = REST_MS;
  }

  /** `undefined` where nothing could be read. */
  private guarded<T>(read: (database: Database.Database) => T): T | undefined {
    if (this.database === undefined) return undefined;
    try {
      return read(this.database);
    } catch (error) {
      if (kindOf(error) === 'fatal') this.parts.onFatal(error);
      else this.parts.journal.error({ err: error }, 'the log could not be looked through');
      return undefined;
    }
  }

  private tell(found: Altered | null): void {
    const before = this.found;
    this.found = found;
    if (before?.stream === found?.stream && before?.seq === found?.seq) return;
    if (found === null) {
      this.parts.journal.warn(before, 'an event of the log that did not hold does so again');
      return;
    }
    this.parts.journal.error(found, 'an event of the log is not as it was written');
    for (const listener of this.listeners) listener();
  }
}
