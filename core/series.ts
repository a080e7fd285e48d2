import type { Configuration } from './configuration.js';
import type { DayEvent } from './events.js';
import { refuse, type Refusal } from './protocol/refusals.js';
import { labelKey, type DayState, type Series } from './state.js';

type Category = Configuration['categories'][number];

/** A series as a day opens. */
export const freshSeries = ({ min, max }: Category): Series => ({
  next: min,
  top: max,
  leases: [],
});

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

/**
 * [SERIES-4] A lease takes the highest numbers that the server has not come near, and that nobody
 * bears: after a wrap the visitors of the first round may still be there.
 */
export const lease = (
  day: DayState,
  category: Category,
  wish: { readonly deviceId: string; readonly count: number; readonly leaseId: string },
): DayEvent[] | Refusal => {
  const { next, top } = seriesOf(day, category);
  const from = top - wish.count + 1;
  if (from <= next) return refuse('series.noRange');
  for (let number = from; number <= top; number += 1) {
    if (day.labels.has(labelKey(category.id, number))) return refuse('series.noRange');
  }
  const { leaseId, deviceId } = wish;
  return [{ type: 'series.leased', leaseId, deviceId, seriesId: category.id, from, to: top }];
};
