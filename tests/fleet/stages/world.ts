import type { PostgresServer } from '../../upstream/postgres.js';

/** What every stage of the bench works with. */
export interface World {
  /** `null`: the store is embedded in the receiver. */
  readonly server: PostgresServer | null;
  readonly centres: number;
  readonly days: number;
  readonly seconds: number;
  readonly legs: number;
  readonly rounds: number;
  readonly reads: number;
  readonly say: (line: string) => void;
}
