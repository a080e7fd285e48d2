import type Database from 'better-sqlite3';
import type { Event, Logged } from '../../core/events.js';
import type { Refusal } from '../../core/protocol/refusals.js';
import { skipTo, apply } from '../../core/apply.js';
import { canonical } from '../../core/canonical.js';
import { decide } from '../../core/decide.js';
import { emptyState, type Asked, type Configurations, type State } from '../../core/state.js';
import { eventOf, genesisOf, hashOf, type StoredRow } from '../../chain/chain.js';
import { signedGap, signedOther } from './checkpoint.js';
import { LogFault } from './faults.js';
import { centreRowsBefore, lastRow, openStream, positionOfDays, rowAt, rowsFrom } from './read.js';

/** The rules of the hall; a simulation may run the log with broken ones. */
export interface Rules {
  decide(state: State, asked: Asked, configurations: Configurations): readonly Event[] | Refusal;
  apply(state: State, event: Logged, configurations: Configurations): void;
  canonical(state: State): string;
}
export const hallRules: Rules = { decide, apply, canonical };

/** How many service days are folded and checked at start; the rest is `verify`'s. */
const START_DAYS = 2;

/** Finds out, row by row, whether each follows from the one before. */
export class ChainCheck {
  constructor(private last: StoredRow | undefined) {}

  /** What is wrong with the next row, or `null`. */
  take(row: StoredRow): string | null {
    const { last } = this;
    this.last = row;
    if (row.position !== (last?.position ?? 0) + 1) return 'a row is missing before it';
    const begins = row.stream !== last?.stream;
    if (row.seq !== (begins ? 1 : last.seq + 1)) return 'its sequence number does not follow';
    const previous = begins ? genesisOf(row.stream) : last.hash;
    if (!hashOf(previous, row).equals(row.hash)) return 'its hash does not follow';
    return begins ? beginning(row, last) : partsFault(row, last);
  }
}

const partsFault = (row: StoredRow, last: StoredRow): string | null => {
  const continues = last.part < last.parts;
  const expected = continues ? last.part + 1 : 1;
  const same = row.request === last.request && row.parts === last.parts;
  return row.part === expected && (!continues || same) ? null : 'a command is only partly there';
};

/** `null` for what no server wrote: a hash that fits can be made for any body. */
const readable = (row: StoredRow): Logged | null => {
  try {
    return eventOf(row);
  } catch {
    return null;
  }
};

const beginning = (row: StoredRow, last: StoredRow | undefined): string | null => {
  const event = readable(row);
  if (event === null) return 'it cannot be read';
  if (last === undefined) return event.type === 'log.started' ? null : 'the log has no beginning';
  if (event.type !== 'log.restored') return 'a stream begins without saying what it follows';
  const follows =
    event.previousStream === last.stream &&
    event.previousSeq === last.seq &&
    event.previousHash === last.hash.toString('hex');
  return follows ? null : 'it follows another point than it says';
};

/** Moves the state past one row. Events of days that are left out are skipped over. */
export const fold = (state: State, row: StoredRow, of: [Rules, Configurations]): void => {
  const [rules, configurations] = of;
  if (row.stream !== state.stream) {
    state.stream = row.stream;
    state.seq = 0;
  }
  if (row.seq > state.seq + 1) skipTo(state, row.seq - 1);
  rules.apply(state, eventOf(row), configurations);
};

/** A state, and the hash that the next event follows. */
export interface Folded {
  readonly state: State;
  readonly head: Buffer;
}

const refuseEnd = (database: Database.Database, why: string): never => {
  const message =
    `${database.name}: ${why}, and numbers would be given out twice: ` +
    'restore the newest backup';
  throw new LogFault('log.chainBroken', message);
};

/** The end of each stream must be there, and that of the open one be what was signed last. */
const refuseOtherEnd = (database: Database.Database, open: string): void => {
  const gap = signedGap(database);
  if (gap !== undefined) {
    const { stream, seq, signed } = gap;
    const where = `event ${stream}:${seq} is missing: the log was signed up to ${signed}`;
    refuseEnd(database, `${where}. Its end was taken away`);
  }
  const other = signedOther(database, open);
  if (other === undefined) return;
  const where = `events ${open}:${other.after + 1} to ${other.last}`;
  refuseEnd(database, `${where} are not those that were signed`);
};

/**
 * The present state, from the centre's events and the last two days only: history does not slow a
 * start. With `checked`, throws `log.chainBroken` when a row of these days does not follow, or when
 * the log ends before what its own checkpoints were signed for, or the newest one was signed for
 * another end.
 */
export const replay = (
  database: Database.Database,
  of: [Rules, Configurations],
  checked = false,
): Folded => {
  const stream = openStream(database);
  if (stream === undefined) throw new LogFault('log.missing', `${database.name} has no stream`);
  if (checked) refuseOtherEnd(database, stream);
  const from = positionOfDays(database, START_DAYS);
  const state = emptyState(rowAt(database, 1)?.stream ?? stream);
  for (const row of centreRowsBefore(database, from)) fold(state, row, of);
  const check = new ChainCheck(rowAt(database, from - 1));
  for (const row of rowsFrom(database, from)) {
    const wrong = checked ? check.take(row) : null;
    if (wrong !== null) {
      const where = `${row.stream}:${row.seq}`;
      throw new LogFault('log.chainBroken', `${database.name}: event ${where}: ${wrong}`);
    }
    fold(state, row, of);
  }
  if (state.stream === stream) return { state, head: lastRow(database)?.hash ?? genesisOf(stream) };
  state.stream = stream;
  state.seq = 0;
  return { state, head: genesisOf(stream) };
};
