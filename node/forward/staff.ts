import { hash } from 'node:crypto';
import type { StaffPost } from '../../core/protocol/upstream.js';

/** Names of clerks, and their hash in hex; `''` for none. */
export interface Staff extends Pick<StaffPost, 'names'> {
  readonly hash: string;
}

/** The same names have the same hash, in whichever order they come. */
export const staffOf = (names: StaffPost['names']): Staff => {
  const sorted = Object.entries(names).sort(([one], [other]) => (one < other ? -1 : 1));
  const text = JSON.stringify({ names: Object.fromEntries(sorted) });
  return { names, hash: sorted.length === 0 ? '' : hash('sha256', text, 'hex') };
};
