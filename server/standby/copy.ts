import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import type { Millis } from '../../core/configuration.js';
import { TicketLinks } from '../access/link.js';
import { answerTo } from '../hub/answer.js';
import { StoredConfigurations } from '../log/configurations.js';
import { Copy } from '../log/copy.js';
import { connect, LOG_FILE, takeLock } from '../log/database.js';
import { makeFolder } from '../log/folder.js';
import { keptSecret, LINK_KEY } from '../log/keys.js';
import { prepareProjectors } from '../log/projector.js';
import { hallRules } from '../log/replay.js';
import { migrate } from '../log/schema.js';
import { projectors } from '../projectors.js';
import { createTables } from '../tables.js';

/** When the copy had last all that the server said it has, by this machine's clock. */
const WHOLE_AT = 'standby.whole';
/** Address of the server's hall. */
const HALL = 'standby.hall';
/** It is written down at most so often; in between it is only remembered. */
const WRITTEN_MS = 5_000;

/** An opened copy of a server's log, with what lies beside it. */
export class OpenCopy {
  private readonly lock;
  readonly database: Database;
  readonly copy: Copy;
  private wholeAt: Millis | null;
  private writtenAt: Millis;

  /** Throws a `LogFault` when the directory is in use or cannot be used. */
  constructor(readonly directory: string) {
    makeFolder(directory);
    this.lock = takeLock(directory);
    try {
      this.database = connect(join(directory, LOG_FILE));
      migrate(this.database);
      createTables(this.database);
      prepareProjectors(this.database, projectors);
      this.copy = this.opened();
      const written = this.read(WHOLE_AT);
      this.wholeAt = written === null ? null : Number(written);
      this.writtenAt = this.wholeAt ?? 0;
    } catch (error) {
      this.lock.release();
      throw error;
    }
  }

  /** Events can be answered for anew only with the key of the tickets' links. */
  get hasKeys(): boolean {
    return existsSync(join(this.directory, LINK_KEY));
  }

  /** The server has said that it has no more than this. */
  isWhole(now: Millis): void {
    this.wholeAt = now;
    if (Math.abs(now - this.writtenAt) < WRITTEN_MS) return;
    this.writtenAt = now;
    this.write(WHOLE_AT, String(now));
  }

  /** Where the server's hall is asked whether it serves; `null` while that was not told. */
  get hallUrl(): string | null {
    return this.read(HALL);
  }

  hallIsAt(url: string): void {
    if (url !== this.hallUrl) this.write(HALL, url);
  }

  /** For how long nobody knows what the server did; `null` where that cannot be told. */
  unseenMs(now: Millis): Millis | null {
    return this.wholeAt === null || this.wholeAt > now ? null : now - this.wholeAt;
  }

  /** Closes the file; the directory stays held until `release`. */
  close(): void {
    if (this.database.open) this.database.close();
  }

  release(): void {
    this.close();
    this.lock.release();
  }

  private read(key: string): string | null {
    const found = this.database.prepare('SELECT value FROM meta WHERE key = ?').pluck().get(key);
    return (found as string | undefined) ?? null;
  }

  private write(key: string, value: string): void {
    this.database.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)').run(key, value);
  }

  private opened(): Copy {
    const { database, directory } = this;
    const configurations = new StoredConfigurations(database);
    let links: TicketLinks | undefined;
    return new Copy({
      ...{ database, rules: hallRules, configurations, projectors },
      answerTo: (state, events) => {
        links ??= new TicketLinks(keptSecret(directory, LINK_KEY));
        return answerTo(links, configurations)(state, events);
      },
    });
  }
}
