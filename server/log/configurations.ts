import { hash } from 'node:crypto';
import type Database from 'better-sqlite3';
import { configurationSchema, type Configuration } from '../../core/configuration.js';
import { canonicalJson } from '../../node/json.js';
import { namesConfiguration } from '../../core/protocol/upstream.js';
import type { StoredRow } from '../../chain/chain.js';
import { LogFault } from './faults.js';

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

/**
 * Configurations by hash, read from the log's file when first asked for. Read-only to callers. None
 * is used that has not the content of its name: throws `log.chainBroken`.
 */
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
    if (configurationHash(body) !== key) {
      const message = `configuration ${key} is not as it was written: restore the newest backup`;
      throw new LogFault('log.chainBroken', message);
    }
    // An older program stored it: what has come since has its default.
    const configuration = configurationSchema.parse(JSON.parse(body.toString('utf8')));
    super.set(key, configuration);
    return configuration;
  }

  override has(key: string): boolean {
    return this.get(key) !== undefined;
  }
}

/** Looks whether the configurations that events name have the content of their names. */
export class ConfigurationCheck {
  private readonly seen = new Set<string>();

  constructor(private readonly database: Database.Database) {}

  /** What is wrong with the configuration that this row names first, or `null`. */
  take(row: StoredRow): string | null {
    if (!namesConfiguration(row.type)) return null;
    const key = namedBy(row.body);
    if (key === undefined) return 'it names no configuration';
    if (this.seen.has(key)) return null;
    this.seen.add(key);
    const body = storedBytes(this.database, key);
    const holds = body !== undefined && configurationHash(body) === key;
    return holds ? null : 'the configuration that it names is not as it was written';
  }
}

/** `undefined` in what no server wrote: a hash that fits can be made for any body. */
const namedBy = (body: Buffer): string | undefined => {
  try {
    const named = JSON.parse(body.toString('utf8')) as { readonly configuration?: unknown } | null;
    return typeof named?.configuration === 'string' ? named.configuration : undefined;
  } catch {
    return undefined;
  }
};
