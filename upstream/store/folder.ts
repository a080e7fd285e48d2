import { existsSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { codeOf, makeFolders, syncFile } from '../../node/folder.js';
import { takeLock, type Lock } from '../../node/lock.js';
import { StoreFault } from './database.js';

/** Version of PostgreSQL that PGlite is: it reads the files of no other. */
const POSTGRES_MAJOR = '18';
const CLUSTER = 'cluster';
const PARTIAL = 'cluster.partial';

/** A store's folder, held for this process. */
export interface Held {
  readonly folder: string;
  /** Where the database's own files lie. */
  readonly cluster: string;
  readonly isNew: boolean;
  /** An empty place for files that are being made. */
  readonly partial: () => string;
  /** Makes what lies there the store's, whole and durable. */
  readonly adopt: () => void;
  readonly release: () => void;
}

const lockOf = (folder: string): Lock => {
  let lock: Lock | null;
  try {
    makeFolders(resolve(folder));
    lock = takeLock(folder);
  } catch (cause) {
    throw new StoreFault(
      'store.unusable',
      `${folder} cannot be the folder of the store (${codeOf(cause)}): ` +
        'name a folder that this user may write to.',
      { cause },
    );
  }
  if (lock !== null) return lock;
  const message = `${folder} is used by another process: stop that program first.`;
  throw new StoreFault('store.inUse', message);
};

/** Refuses files that this program cannot read, before the database makes others over them. */
const checkVersion = (folder: string, cluster: string): void => {
  const file = join(cluster, 'PG_VERSION');
  const version = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
  if (version === POSTGRES_MAJOR) return;
  if (/^\d+$/.test(version)) {
    throw new StoreFault(
      'store.version',
      `the store in ${folder} was written by PostgreSQL ${version}, and this program holds ` +
        `${POSTGRES_MAJOR}: start the Dawr that wrote it, or name an empty folder: centres send ` +
        'again what they have.',
    );
  }
  throw new StoreFault(
    'store.damaged',
    `the store in ${folder} is damaged: ${file} is not there or not whole. Put a copy of that ` +
      'folder in its place, or an empty one: centres send again what they have.',
  );
};

const syncAll = (folder: string): void => {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) syncAll(path);
    else syncFile(path);
  }
  syncFile(folder);
};

/** Throws a `StoreFault` where another process has the folder, or it is of another version. */
export const holdFolder = (folder: string): Held => {
  const lock = lockOf(folder);
  const cluster = join(folder, CLUSTER);
  const partial = join(folder, PARTIAL);
  const isNew = !existsSync(cluster);
  try {
    if (!isNew) checkVersion(folder, cluster);
    // The database's own lock names a process, which says nothing here, and a cut of power can
    // leave it empty, which the database refuses.
    rmSync(join(cluster, 'postmaster.pid'), { force: true });
  } catch (fault) {
    lock.release();
    throw fault;
  }
  return {
    ...{ folder, cluster, isNew },
    partial: () => {
      rmSync(partial, { recursive: true, force: true });
      return partial;
    },
    adopt: () => {
      syncAll(partial);
      renameSync(partial, cluster);
      syncFile(folder);
    },
    release: () => lock.release(),
  };
};
