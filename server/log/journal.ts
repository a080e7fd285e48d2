import type Database from 'better-sqlite3';
import type { Answer } from '../../core/protocol/wire.js';
import type { Millis } from '../../core/configuration.js';
import type { Row } from '../../chain/chain.js';
import { ANYBODY } from './answers.js';
import type { Faults } from './faults.js';

/** A stored answer, with the SHA-256 of the payload that it answers. */
export interface KeptAnswer {
  readonly payload: Buffer;
  readonly answer: Answer;
}

/** An entry of the audit table: who did what to what; ids only, no names, no texts. */
export interface AuditEntry {
  readonly at: Millis;
  readonly actor: string;
  readonly deviceId: string;
  readonly action: string;
  readonly subject: string;
}

/** Who asked, by which the answer to a repeat is found again. */
export interface RequestKey {
  readonly deviceId: string;
  readonly requestId: string;
}

/** The committer's statements, one verb each. Those of commands may fail in tests, by `Faults`. */
export class Journal {
  private readonly statements;

  constructor(
    readonly database: Database.Database,
    private readonly faults: Faults,
  ) {
    const insert = (table: string, columns: string): Database.Statement =>
      database.prepare(`INSERT INTO ${table} VALUES (${columns.replace(/\w+/g, '?')})`);
    this.statements = {
      begin: database.prepare('BEGIN IMMEDIATE'),
      commit: database.prepare('COMMIT'),
      rollback: database.prepare('ROLLBACK'),
      savepoint: database.prepare('SAVEPOINT command'),
      release: database.prepare('RELEASE command'),
      event: insert('event', 'p, s, q, d, o, r, n, m, a, t, v, b, h'),
      hash: database.prepare<[number], Buffer>('SELECT hash FROM event WHERE position = ?').pluck(),
      answer: insert('answer', 'device, request, payload, body'),
      quarantine: insert('quarantine', 'device, request, at, command, fault'),
      checkpoint: insert('checkpoint', 'stream, size, at, note, peaks'),
      signer: database.prepare('INSERT OR IGNORE INTO signer VALUES (?, ?, ?)'),
      audit: insert('audit', 'id, at, actor, device, action, subject'),
      answered: database.prepare<[string, string], { payload: Buffer; body: string }>(
        `SELECT payload, body FROM answer WHERE device IN (?, '${ANYBODY}') AND request = ?
         ORDER BY device DESC LIMIT 1`,
      ),
      request: database
        .prepare<[number, string, number]>(
          `SELECT coalesce(json_extract(CAST(body AS TEXT), '$.standsFor'), request) FROM event
           WHERE position = ? AND stream = ? AND seq = ?`,
        )
        .pluck(),
      quarantined: database
        .prepare<[string, string]>('SELECT 1 FROM quarantine WHERE device = ? AND request = ?')
        .pluck(),
    };
  }

  begin(): void {
    this.call(() => this.statements.begin.run());
  }

  commit(): void {
    this.call(() => this.statements.commit.run());
  }

  /** Also when SQLite has rolled back by itself, as it may on a full disk. */
  rollback(): void {
    if (this.database.inTransaction) this.statements.rollback.run();
  }

  savepoint(): void {
    this.call(() => this.statements.savepoint.run());
  }

  release(): void {
    this.call(() => this.statements.release.run());
  }

  append(position: number, row: Row, hash: Buffer): void {
    const { stream, seq, day, occurred_at, request, part, parts, actor, type, version } = row;
    const head = [position, stream, seq, day, occurred_at, request, part, parts];
    this.call(() => this.statements.event.run(...head, actor, type, version, row.body, hash));
  }

  /** Of the event at a position; `undefined` where none lies. */
  hashAt(position: number): Buffer | undefined {
    return this.statements.hash.get(position) as Buffer | undefined;
  }

  answered({ deviceId, requestId }: RequestKey): KeptAnswer | undefined {
    const row = this.call(() => this.statements.answered.get(deviceId, requestId));
    return row && { payload: row.payload, answer: JSON.parse(row.body) as Answer };
  }

  keepAnswer({ deviceId, requestId }: RequestKey, { payload, answer }: KeptAnswer): void {
    const body = JSON.stringify(answer);
    this.call(() => this.statements.answer.run(deviceId, requestId, payload, body));
  }

  /** The request that an event followed from or stands for; `undefined` where none lies. */
  requestAt(position: number, { stream, seq }: Pick<Row, 'stream' | 'seq'>): string | undefined {
    return this.statements.request.get(position, stream, seq) as string | undefined;
  }

  isQuarantined({ deviceId, requestId }: RequestKey): boolean {
    return this.call(() => this.statements.quarantined.get(deviceId, requestId)) !== undefined;
  }

  quarantine({ deviceId, requestId }: RequestKey, at: Millis, why: [string, string]): void {
    this.call(() => this.statements.quarantine.run(deviceId, requestId, at, ...why));
  }

  keepCheckpoint(stream: string, size: number, kept: [Millis, note: string, peaks: Buffer]): void {
    this.call(() => this.statements.checkpoint.run(stream, size, ...kept));
  }

  keepSigner(id: string, key: string, since: Millis): void {
    this.call(() => this.statements.signer.run(id, key, since));
  }

  audit({ at, actor, deviceId, action, subject }: AuditEntry): void {
    this.call(() => this.statements.audit.run(null, at, actor, deviceId, action, subject));
  }

  private call<T>(run: () => T): T {
    this.faults.at('databaseCall');
    return run();
  }
}
