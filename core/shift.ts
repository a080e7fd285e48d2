import type { Millis } from './configuration.js';

/** Names of the times that belong to people in the hall: closing times and stated ends stay. */
const TIMES: ReadonlySet<string> = new Set([
  ...['takenAt', 'joinedAt', 'orderFrom', 'dueAt', 'until', 'returnBy', 'lapsesAt', 'waitingSince'],
  ...['calledAt', 'lastCallAt', 'startedAt', 'since', 'openedAt', 'pausedAt', 'at', 'from'],
  'orderedAt',
]);

/** [CLOCK-2] A copy of plain data with every time in it moved by `byMs`; `null` stays. */
export const shifted = <T extends object>(value: T, byMs: Millis): T =>
  Object.fromEntries(
    Object.entries(value).map(([name, entry]: [string, unknown]) => {
      if (typeof entry === 'number' && TIMES.has(name)) return [name, entry + byMs];
      const nested = typeof entry === 'object' && entry !== null && !Array.isArray(entry);
      return [name, nested ? shifted(entry, byMs) : entry];
    }),
  ) as T;
