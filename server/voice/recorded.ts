import { hash } from 'node:crypto';
import type Database from 'better-sqlite3';
import type { Millis } from '../../core/configuration.js';
import type { Language } from '../../core/lists.js';

/** A clip that was recorded here, without its sound. */
export interface RecordedClip {
  readonly language: Language;
  readonly clip: string;
  /** SHA-256 of its WAV file, in hex. */
  readonly hash: string;
  readonly ms: number;
  readonly at: Millis;
}

type Key = Pick<RecordedClip, 'language' | 'clip'>;

/**
 * The centre's own voice. It lies in the log's file, beside the log, so that every backup holds it
 * and every restore brings it back; it may be deleted, which the log never is.
 */
export const createVoiceTable = (database: Database.Database): void => {
  database.exec(`
    CREATE TABLE IF NOT EXISTS voice_clip (
      id INTEGER PRIMARY KEY,
      language TEXT NOT NULL,
      clip TEXT NOT NULL,
      hash TEXT NOT NULL,
      ms INTEGER NOT NULL,
      at INTEGER NOT NULL,
      body BLOB NOT NULL,
      UNIQUE (language, clip)
    ) STRICT;
    CREATE INDEX IF NOT EXISTS voice_clip_hash ON voice_clip (hash);`);
};

/** Stores and finds the clips of the centre's own voice. Each change is durable on return. */
export class Recorded {
  /** Grows with each change. */
  version = 0;

  constructor(private readonly database: Database.Database) {}

  all(): RecordedClip[] {
    return this.database
      .prepare('SELECT language, clip, hash, ms, at FROM voice_clip ORDER BY id')
      .all() as RecordedClip[];
  }

  /** Keeps a clip in the place of the one before; gives it back as it now stands. */
  put(key: Key, file: Uint8Array, of: Pick<RecordedClip, 'ms' | 'at'>): RecordedClip {
    const kept: RecordedClip = { ...key, ...of, hash: hash('sha256', file) };
    this.database
      .prepare(
        `INSERT INTO voice_clip (language, clip, hash, ms, at, body)
         VALUES (@language, @clip, @hash, @ms, @at, @file)
         ON CONFLICT (language, clip)
         DO UPDATE SET hash = @hash, ms = @ms, at = @at, body = @file`,
      )
      .run({ ...kept, file });
    this.version += 1;
    return kept;
  }

  /** Forgets one clip, or without one all of a language; returns how many. */
  remove({ language, clip }: Pick<Key, 'language'> & { readonly clip: string | null }): number {
    const { changes } = this.database
      .prepare('DELETE FROM voice_clip WHERE language = ? AND clip = coalesce(?, clip)')
      .run(language, clip);
    this.version += 1;
    return changes;
  }

  file(clipHash: string): Buffer | undefined {
    return this.database
      .prepare<[string], Buffer>('SELECT body FROM voice_clip WHERE hash = ? LIMIT 1')
      .pluck()
      .get(clipHash);
  }
}
