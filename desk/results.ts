import type { Result } from '../core/lists.js';

/** The closed list of results in its order, without the schemas that come with the core's own. */
export const RESULTS = [
  'completed',
  'papers',
  'notEntitled',
  'pay',
  'systemDown',
  'referred',
] as const satisfies readonly Result[];
