import type Database from 'better-sqlite3';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LogFault } from './faults.js';
import { writeKept } from '../../node/folder.js';

const SECRET_BYTES = 32;

/** A file beside the log that cannot be made again, and what is lost with it. */
interface KeyFile {
  readonly path: string;
  /** Whether the log is of less use without it: before that, a new one is as good. */
  readonly isNeeded: (database: Database.Database) => boolean;
  readonly loss: string;
  /** How to go on without the lost one. */
  readonly renew: (file: string) => string;
}

const exists = (database: Database.Database, query: string): boolean =>
  database.prepare(`SELECT EXISTS (${query})`).pluck().get() === 1;

const hasStaff = (database: Database.Database): boolean =>
  exists(database, "SELECT 1 FROM sqlite_schema WHERE name = 'staff'") &&
  exists(database, 'SELECT 1 FROM staff');

const isDayOpen = (database: Database.Database): boolean =>
  database
    .prepare(
      `SELECT type FROM event WHERE type IN ('day.opened', 'day.closed')
       ORDER BY position DESC LIMIT 1`,
    )
    .pluck()
    .get() === 'day.opened';

const random = (file: string): string => `(umask 077; openssl rand -out '${file}' ${SECRET_BYTES})`;

export const PEPPER_KEY = 'pepper.key';
export const LINK_KEY = 'link.key';
export const LOG_KEY = join('keys', 'log.pem');

const KEYS: readonly KeyFile[] = [
  {
    path: PEPPER_KEY,
    isNeeded: hasStaff,
    loss: 'without it nobody can sign in',
    renew: (file) =>
      `run ${random(file)} and give everybody a new secret, ` +
      'a manager first, by the command manager',
  },
  {
    path: LINK_KEY,
    isNeeded: isDayOpen,
    loss: 'without it the links on the tickets of the open day are dead',
    renew: (file) => `run ${random(file)}; the tickets themselves stay good`,
  },
  {
    path: LOG_KEY,
    isNeeded: (database) => exists(database, 'SELECT 1 FROM checkpoint'),
    loss: 'without it the log is signed by another key than before',
    renew: (file) =>
      `run (umask 077; mkdir -p '${join(file, '..')}'; ` +
      `openssl genpkey -algorithm ed25519 -out '${file}') ` +
      'and put the new verifier key beside the old one on paper',
  },
];

/** Paths of all key files, below a data directory and in a backup alike. */
export const KEY_PATHS: readonly string[] = KEYS.map(({ path }) => path);

/** The keys with which a directory's centre signs what it sends up; a lost one needs a new code. */
export const requestKeysIn = (directory: string): readonly string[] => {
  const folder = join(directory, 'keys');
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => /^upstream-[a-z0-9-]+\.pem$/.test(name));
  return names.map((name) => join('keys', name));
};

/**
 * Throws `key.missing` when one of `paths` is not in the directory though the log needs it: a new
 * one must not silently take its place. The message speaks of the folder `named`.
 */
export const requireKeys = (
  database: Database.Database,
  directory: string,
  { paths = KEY_PATHS, named = directory }: { paths?: readonly string[]; named?: string } = {},
): void => {
  for (const { path, isNeeded, loss, renew } of KEYS) {
    const isThere = existsSync(join(directory, path));
    if (!paths.includes(path) || isThere || !isNeeded(database)) continue;
    const file = join(named, path);
    throw new LogFault(
      'key.missing',
      `${file} is missing: ${loss}. Put it back from a backup; ` +
        `or, to go on without the old one, ${renew(file)}.`,
    );
  }
};

/** 32 random bytes that are made once and kept beside the log, readable to their owner alone. */
export const keptSecret = (directory: string, path: string): Buffer => {
  const file = join(directory, path);
  if (!existsSync(file)) writeKept(file, randomBytes(SECRET_BYTES));
  const secret = readFileSync(file);
  if (secret.length === SECRET_BYTES) return secret;
  throw new LogFault(
    'key.missing',
    `${file} has ${secret.length} bytes instead of ${SECRET_BYTES}: put it back from a backup`,
  );
};
