import Database from 'better-sqlite3';
import { emptyState, type State } from '../../core/state.js';
import { canonical } from '../../core/canonical.js';
import { eventOf, type StoredRow } from '../../chain/chain.js';
import { CheckpointCheck } from './checkpoint.js';
import { configurationHash, StoredConfigurations } from './configurations.js';
import { faultsOfFile } from './database.js';
import { contentHash, type Projector } from './projector.js';
import { openStream, rowsFrom } from './read.js';
import { ChainCheck, fold, hallRules, replay, type Rules } from './replay.js';

const PROBLEMS_MAX = 50;

export interface VerifyOptions {
  readonly projectors?: readonly Projector[];
  readonly rules?: Rules;
  /** Verifier keys that are trusted; without them those which the file itself names. */
  readonly keys?: readonly string[];
  /** Only that nothing was changed since it was stored: the rules are not asked again. */
  readonly asStored?: boolean;
}

export interface Verified {
  /** The centre that the log says it is of; `null` when it does not begin as a log does. */
  readonly centreId: string | null;
  /** Empty for a sound log; the first ones only, in words. */
  readonly problems: readonly string[];
  readonly events: number;
  readonly streams: number;
  /** Signed checkpoints that hold. */
  readonly checkpoints: number;
  /** The last event: what a later backup, or paper, must agree with. */
  readonly head: { readonly stream: string; readonly seq: number; readonly hash: string } | null;
}

/** Problems in words, up to a limit. */
class Problems {
  readonly found: string[] = [];

  add(where: string, what: string): void {
    if (this.found.length < PROBLEMS_MAX) this.found.push(`${where}: ${what}`);
  }
}

/**
 * Checks everything: the file's structure, the whole chain, the checkpoints, that the rules accept
 * every event and a start gives the same state, the answers, the configurations, the projections.
 * Reads one moment of the log, also while a server writes; changes nothing.
 */
export const verify = (database: Database.Database, options: VerifyOptions = {}): Verified => {
  const problems = new Problems();
  for (const fault of faultsOfFile(database)) problems.add('file', fault);
  database.exec('BEGIN');
  try {
    const walked = new Walk(database, problems, options).run();
    checkAnswers(database, problems);
    checkConfigurations(database, problems);
    return { ...walked, problems: problems.found };
  } finally {
    database.exec('COMMIT');
  }
};

/** One pass over all events. */
class Walk {
  private readonly chain = new ChainCheck(undefined);
  private readonly checkpoints: CheckpointCheck;
  private readonly of: [Rules, StoredConfigurations];
  private readonly hasGivenKeys: boolean;
  private readonly shadow = new Database('');
  private readonly projectors: readonly Projector[];
  private state: State | null = emptyState('');
  private centreId: string | null = null;
  private events = 0;
  private last: StoredRow | undefined;

  constructor(
    private readonly database: Database.Database,
    private readonly problems: Problems,
    { keys, rules = hallRules, projectors = [], asStored = false }: VerifyOptions,
  ) {
    if (asStored) this.state = null;
    this.hasGivenKeys = keys !== undefined;
    const named = database.prepare('SELECT key FROM signer').pluck().all() as string[];
    this.checkpoints = new CheckpointCheck(database, keys ?? named);
    this.of = [rules, new StoredConfigurations(database)];
    this.projectors = projectors;
  }

  run(): Omit<Verified, 'problems'> {
    try {
      for (const projector of this.projectors) projector.migrate(this.shadow);
      this.shadow.exec('BEGIN');
      for (const row of rowsFrom(this.database)) this.take(row);
      this.end();
    } finally {
      this.shadow.close();
    }
    const streams = this.database.prepare('SELECT count(*) FROM stream').pluck().get() as number;
    const { centreId, events, last } = this;
    const head = last && { stream: last.stream, seq: last.seq, hash: last.hash.toString('hex') };
    return { centreId, events, streams, checkpoints: this.checkpoints.held, head: head ?? null };
  }

  private take(row: StoredRow): void {
    const where = `event ${row.stream}:${row.seq}`;
    const wrong = [this.chain.take(row), this.checkpoints.take(row)];
    for (const what of wrong) if (what !== null) this.problems.add(where, what);
    this.events += 1;
    this.last = row;
    try {
      const event = eventOf(row);
      if (event.type === 'log.started') this.centreId = event.centreId;
      if (this.state !== null) fold(this.state, row, this.of);
      for (const projector of this.projectors) projector.apply(this.shadow, event);
    } catch (error) {
      // The first event that does not fit tells enough; what follows it cannot fit either.
      if (this.state !== null) this.problems.add(where, `does not fit: ${wordsOf(error)}`);
      this.state = null;
    }
  }

  private end(): void {
    const { last, state, database, problems } = this;
    if (last !== undefined && last.part < last.parts) {
      problems.add('log', 'its last command is only partly there');
    }
    for (let left = this.checkpoints.left(); left; left = this.checkpoints.left()) {
      const { stream, size } = left;
      problems.add(`checkpoint ${stream}:${size}`, 'the events it was signed for are missing');
    }
    if (this.hasGivenKeys && this.checkpoints.held === 0) {
      problems.add('checkpoints', 'there is none, so the given key proves nothing');
    }
    if (state !== null && last !== undefined) this.compareStart(state);
    for (const { name, tables } of this.projectors) {
      if (contentHash(database, tables) === contentHash(this.shadow, tables)) continue;
      problems.add(`projection ${name}`, 'differs from the log: run rebuild');
    }
  }

  private compareStart(state: State): void {
    try {
      const started = replay(this.database, this.of).state;
      const stream = openStream(this.database)!;
      const whole = stream === state.stream ? state : { ...state, stream, seq: 0 };
      if (canonical(started) === canonical(whole)) return;
      this.problems.add('state', 'a start would give another state than the whole log');
    } catch (error) {
      this.problems.add('state', `a start would fail: ${wordsOf(error)}`);
    }
  }
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : 'unknown');

const checkAnswers = (database: Database.Database, problems: Problems): void => {
  const lost = database
    .prepare(
      `SELECT DISTINCT request FROM answer EXCEPT SELECT request FROM event EXCEPT
       SELECT CASE WHEN json_valid(CAST(body AS TEXT))
         THEN json_extract(CAST(body AS TEXT), '$.standsFor') END FROM event
       WHERE type = 'ticket.issued' AND instr(CAST(body AS TEXT), 'standsFor') > 0 LIMIT 10`,
    )
    .pluck()
    .all();
  for (const request of lost) problems.add(`answer ${String(request)}`, 'has no events');
  const open = database
    .prepare('SELECT DISTINCT request FROM event EXCEPT SELECT request FROM answer LIMIT 10')
    .pluck()
    .all();
  for (const request of open) problems.add(`request ${String(request)}`, 'has no answer');
};

const checkConfigurations = (database: Database.Database, problems: Problems): void => {
  const stored = database.prepare('SELECT hash, body FROM configuration').all();
  for (const { hash, body } of stored as { hash: string; body: Buffer }[]) {
    if (configurationHash(body) === hash) continue;
    problems.add(`configuration ${hash}`, 'does not have the content of its name');
  }
};
