import { MINUTE_MS } from '../../core/time.js';
import type { Refused } from '../api.js';

/** Why no code was given, and for how long none will be, where the server says so. */
export type NoCode = Refused & { readonly waitMs?: number };

const POLL_MS = 2_000;
const SELDOM_MS = MINUTE_MS;

/**
 * How long to wait before asking again, in ms. Only somebody at the server can end a refusal:
 * asking at once would tell nothing new, and would count as one more try.
 */
export const askAgainMs = (no: NoCode | null): number =>
  no === null ? POLL_MS : Math.max(no.waitMs ?? SELDOM_MS, POLL_MS);
