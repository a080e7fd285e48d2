import type { Configuration } from './configuration.js';
import type { DayEvent } from './events.js';
import { refuse, type Refusal } from './protocol/refusals.js';
import { labelKey, type DayState, type Lease, type Series } from './state.js';

type Category = Configuration['categories'][number];

/** [SERIES-4] The highest number that the server may issue: those above are leased to kiosks. */
export const topOf = ({ id, min, max }: Category, leases: readonly Pick<Lease, 'ranges'>[]) =>
  leases
    .flatMap(({ ranges }) => ranges)
    .filter(({ seriesId, from, to }) => seriesId === id && from > min && to <= max)
    .reduce((top, { from }) => Math.min(top, from - 1), max);

/** A series as a day opens. */
export const freshSeries = (
  category: Category,
  leases: readonly Pick<Lease, 'ranges'>[] = [],
): Series => ({ next: category.min, top: topOf(category, leases) });

export const seriesOf = (day: DayState, category: Category): Series =>
  day.series.get(category.id) ?? freshSeries(category);

/**
 * [SERIES-2] The number that the server issues next: the one after the last, from the lowest again
 * after the highest. Refused while an open ticket still bears it.
 */
export const nextNumber = (day: DayState, category: Category): number | Refusal => {
  const { next, top } = seriesOf(day, category);
  const number = next > top ? category.min : next;
  return day.labels.has(labelKey(category.id, number)) ? refuse('series.full') : number;
};

/**
 * [SERIES-3] What a series jumps over after a restore: `count` numbers, but at most half of it, so
 * that it does not come round to those that visitors hold, and then any that somebody bears.
 */
export const jump = (
  { id: seriesId, min }: Category,
  { next, top }: Pick<Series, 'next' | 'top'>,
  { count, labels }: { readonly count: number; readonly labels: DayState['labels'] },
): DayEvent[] => {
  const steps = Math.min(count, Math.floor((top - min + 1) / 2));
  if (steps <= 0) return [];
  const skipped = (from: number, to: number): DayEvent => ({
    ...{ type: 'series.skipped', seriesId, from, to },
  });
  const from = next > top ? min : next;
  const wraps = from + steps - 1 > top;
  let to = wraps ? min + (from + steps - 1 - top) - 1 : from + steps - 1;
  while (to < top && labels.has(labelKey(seriesId, to + 1))) to += 1;
  return wraps ? [skipped(from, top), skipped(min, to)] : [skipped(from, to)];
};
