import { DAY_MS } from '../../core/time.js';

/** The day so many days later, `YYYY-MM-DD`. */
export const dayAfter = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T12:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

export interface Days {
  readonly first: string;
  readonly last: string;
}

/** A day beside this one, unless nothing lies on that side. */
export const beside = (day: string, step: 1 | -1, { first, last }: Days): string | null => {
  const next = dayAfter(day, step);
  return next < first || next > last ? null : next;
};
