import type { Bug } from './bugs.js';

export interface SoakOptions {
  readonly kind: 'embedded' | 'postgresql';
  readonly centres: number;
  /** In each of them every centre takes tickets, and something may happen. */
  readonly steps: number;
  readonly seed: number;
  readonly bug?: Bug;
}

export interface SoakReport {
  readonly events: number;
  readonly posts: number;
  readonly happened: Readonly<Record<Mishap | Disaster, number>>;
  /** In words; empty where all came out as it must. */
  readonly problems: readonly string[];
}

export const MISHAPS = ['lost', 'unanswered', 'doubled', 'late'] as const;
export type Mishap = (typeof MISHAPS)[number];
export const DISASTERS = ['receiverKilled', 'databaseCrashed', 'centreEnded', 'restored'] as const;
export type Disaster = (typeof DISASTERS)[number];
