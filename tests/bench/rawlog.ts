import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { connect, LOG_FILE } from '../../server/log/database.js';
import { noFaults } from '../../server/log/faults.js';
import { Journal } from '../../server/log/journal.js';
import { beginStream } from '../../server/log/log.js';
import { migrate } from '../../server/log/schema.js';
import type { Taken } from './load.js';

const STREAM = '0'.repeat(26);
/** As long as those of a ticket: it is issued, and its first leg joins. */
const BODIES = [320, 240].map((bytes) => Buffer.from(`{"x":"${'x'.repeat(bytes - 8)}"}`));
const HASH = Buffer.alloc(32, 1);

/** The log's own table and settings without rules, hashes, answers and reports. */
export class RawLog {
  private readonly database;
  private readonly journal: Journal;
  private position = 0;

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.database = connect(join(folder, LOG_FILE));
    migrate(this.database);
    beginStream(this.database, STREAM, 0);
    this.journal = new Journal(this.database, noFaults);
  }

  /** Commits groups of so many tickets each; every ticket of a group has its commit's time. */
  commit(groups: readonly number[]): Taken {
    const started = performance.now();
    const ackMs = groups.flatMap((tickets) => {
      const from = performance.now();
      this.journal.begin();
      for (let n = 0; n < tickets; n += 1) this.ticket(n);
      this.journal.commit();
      return Array.from({ length: tickets }, () => performance.now() - from);
    });
    return { tookMs: performance.now() - started, ackMs };
  }

  close(): void {
    this.database.close();
  }

  private ticket(n: number): void {
    for (const [index, body] of BODIES.entries()) {
      this.position += 1;
      const row = {
        stream: STREAM,
        seq: this.position,
        day: '2026-11-22',
        occurred_at: this.position,
        request: String(n).padStart(32, '0'),
        part: index + 1,
        parts: BODIES.length,
        actor: 'k1',
        type: 'ticket.issued',
        version: 1,
        body,
      };
      this.journal.append(this.position, row, HASH);
    }
  }
}
