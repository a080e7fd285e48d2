import { hash } from 'node:crypto';
import type Database from 'better-sqlite3';
import { configurationSchema, type Configuration } from '../../core/configuration.js';
import { canonicalJson } from '../../node/json.js';

/** The bytes of a checked configuration that are stored and hashed. */
export const configurationBytes = (configuration: Configuration): Buffer =>
  Buffer.from(canonicalJson(configuration), 'utf8');

export const configurationHash = (bytes: Buffer): string => hash('sha256', bytes);

/**
 * What was stored under a hash, to be served: an older program may have stored it, and then lacks
 * what has come since. The start publishes anew, so that no hall goes by such a one.
 */
export const storedBytes = (database: Database.Database, key: string): Buffer | undefined =>
  database
    .prepare<[string], Buffer>('SELECT body FROM configuration WHERE hash = ?')
    .pluck()
    .get(key) as Buffer | undefined;

/** Configurations by hash, read from the log's file when first asked for. Read-only to callers. */
export class StoredConfigurations extends Map<string, Configuration> {
  private readonly statement: Database.Statement<[string], Buffer>;

  constructor(database: Database.Database) {
    super();
    this.statement = database
      .prepare<[string], Buffer>('SELECT body FROM configuration WHERE hash = ?')
      .pluck() as Database.Statement<[string], Buffer>;
  }

  override get(key: string): Configuration | undefined {
    const known = super.get(key);
    if (known !== undefined) return known;
    const body = this.statement.get(key);
    if (body === undefined) return undefined;
    // An older program stored it: what has come since has its default.
    const configuration = configurationSchema.parse(JSON.parse(body.toString('utf8')));
    super.set(key, configuration);
    return configuration;
  }

  override has(key: string): boolean {
    return this.get(key) !== undefined;
  }
}
