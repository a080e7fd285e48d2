/** How a finished leg ended for the visitor: the field's closed list, in fixed order. */
export const RESULTS = [
  'completed',
  'papers',
  'notEntitled',
  'pay',
  'systemDown',
  'referred',
] as const;
export type Result = (typeof RESULTS)[number];

export const LANGUAGES = ['ar', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

/** So many services fit on one ticket's paper; a centre may allow fewer. */
export const SERVICES_ASKED_MAX = 8;

/** So many frequent services fit on a kiosk's first screen. */
export const FREQUENT_MAX = 6;

/** The tables of facts that a manager may export. */
export const EXPORTS = ['visits', 'legs', 'late'] as const;
export type ExportName = (typeof EXPORTS)[number];
