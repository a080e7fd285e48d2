import type Database from 'better-sqlite3';
import { contentHash, refill, type Projector } from './projector.js';

export interface Rebuilt {
  readonly name: string;
  /** False when the tables were wrong before; they are right now. */
  readonly unchanged: boolean;
  readonly hash: string;
}

/** Makes all projections anew from the log. On a sound log it changes nothing. */
export const rebuild = (
  database: Database.Database,
  projectors: readonly Projector[],
): readonly Rebuilt[] => {
  const before = projectors.map(({ tables }) => contentHash(database, tables));
  refill(database, projectors);
  return projectors.map(({ name, tables }, index) => {
    const hash = contentHash(database, tables);
    return { name, unchanged: hash === before[index], hash };
  });
};
