import { hash } from 'node:crypto';
import type { StaffPost } from '../../core/protocol/upstream.js';

/** Names of clerks as they are told: the body, and its hash in hex; `''` for none. */
export interface Staff {
  readonly hash: string;
  readonly body: string;
}

/** The same names have the same hash, in whichever order they come. */
export const staffOf = (names: StaffPost['names']): Staff => {
  const sorted = Object.entries(names).sort(([one], [other]) => (one < other ? -1 : 1));
  const body = JSON.stringify({ names: Object.fromEntries(sorted) } satisfies StaffPost);
  return { body, hash: sorted.length === 0 ? '' : hash('sha256', body, 'hex') };
};
