import type { Bug } from './bugs.js';

/** What may befall a post on its way. */
export const MISHAPS = ['lost', 'unanswered', 'doubled', 'late'] as const;
export type Mishap = (typeof MISHAPS)[number];

/** What may befall the rest. */
export const DISASTERS = [
  ...(['receiverKilled', 'storeRestored', 'storeFull'] as const),
  /** Where the store is a server of its own. */
  'databaseCrashed',
  ...(['centreKilled', 'centreEnded', 'centreRestored', 'centreFull', 'centreReplaced'] as const),
  ...(['lineDown', 'clockAhead', 'clockBehind'] as const),
] as const;
export type Disaster = (typeof DISASTERS)[number];

export interface SoakOptions {
  readonly kind: 'embedded' | 'postgresql';
  readonly centres: number;
  /** Each once, in an order that the seed decides; and so often. */
  readonly disasters: readonly Disaster[];
  readonly rounds?: number;
  readonly seed: number;
  readonly bug?: Bug;
}

export interface SoakReport {
  readonly events: number;
  readonly legs: number;
  readonly posts: number;
  readonly happened: Readonly<Record<Mishap | Disaster, number>>;
  /** Kinds of alarms that rang, before somebody went at a log on purpose. */
  readonly alarms: Readonly<Record<string, number>>;
  /** In words; empty where all came out as it must. */
  readonly problems: readonly string[];
}
