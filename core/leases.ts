import { serviceDays } from './calendar.js';
import { kiosksWithAgent } from './catalogue.js';
import type { Configuration, Millis } from './configuration.js';
import type { CentreEvent, DeviceId, NumberRange } from './events.js';
import { topOf } from './series.js';
import { labelKey, type DayState, type Lease, type State } from './state.js';

type Category = Configuration['categories'][number];

/** Service days for which a kiosk holds numbers, the present one included. */
const DAYS_LEASED = 3;
/** No more of a series is ever leased than this share, however much of the leases is used. */
const SHARE_MAX = 0.5;
/** What the kiosks of a centre get of a series at first, together. */
const SHARE = 0.25;

const numbersOf = ({ from, to }: NumberRange): number[] =>
  Array.from({ length: to - from + 1 }, (_, n) => from + n);

/** How many numbers of a series one of so many kiosks gets. */
const countOf = ({ min, max }: Category, kiosks: number, leaseMax: number): number =>
  Math.min(leaseMax, Math.floor(((max - min + 1) * SHARE) / kiosks));

const unusedOf = (leases: readonly Lease[], kioskId: DeviceId, { id, min, max }: Category) => {
  let unused = 0;
  for (const { deviceId, ranges, used } of leases) {
    if (deviceId !== kioskId) continue;
    for (const { seriesId, from, to } of ranges) {
      if (seriesId === id && from >= min && to <= max) unused += to - from + 1;
    }
    for (const key of used) if (key.startsWith(`${id} `)) unused -= 1;
  }
  return unused;
};

/** The highest numbers below `top`, if nobody bears one and enough stay for the server. */
const nextRange = (
  { id: seriesId, min, max }: Category,
  {
    top,
    count,
    day,
  }: { readonly top: number; readonly count: number; readonly day: DayState | null },
): NumberRange | undefined => {
  const range = { seriesId, from: top - count + 1, to: top };
  if (range.from < min + (max - min + 1) * SHARE_MAX) return undefined;
  if (day === null) return range;
  if (range.from <= (day.series.get(seriesId)?.next ?? min)) return undefined;
  const isBorne = numbersOf(range).some((number) => day.labels.has(labelKey(seriesId, number)));
  return isBorne ? undefined : range;
};

/** The service days that leases are for: the open one, and the next by the calendar. */
const daysAhead = ({ day, centre }: State, configuration: Configuration, at: Millis): string[] => {
  const open = day === null ? [] : [day.day];
  const coming = serviceDays(configuration, at, DAYS_LEASED + 1).filter(
    (date) => !open.includes(date) && (centre.lastDay === null || date > centre.lastDay),
  );
  return [...open, ...coming].slice(0, DAYS_LEASED);
};

/**
 * [LEASE-1] Numbers that kiosks do not hold yet: for each with an agent beside it, today and for
 * the next service days, and more of a series of which less than half is left.
 */
export const dueLeases = (
  state: State,
  { coming, today }: { readonly coming: Configuration; readonly today: Configuration },
  at: Millis,
): CentreEvent[] => {
  const events: CentreEvent[] = [];
  for (const day of daysAhead(state, coming, at)) {
    const open = state.day?.day === day ? state.day : null;
    const configuration = open === null ? coming : today;
    const { leaseMax } = configuration.rules;
    const kiosks = kiosksWithAgent(configuration, state.centre.devices);
    const leases = state.centre.leases.filter((lease) => lease.day === day);
    const tops = new Map<string, number>();
    for (const deviceId of kiosks) {
      const ranges = configuration.categories.flatMap((category): NumberRange[] => {
        const count = category.reserved ? 0 : countOf(category, kiosks.length, leaseMax);
        if (count === 0 || unusedOf(leases, deviceId, category) * 2 >= count) return [];
        const top =
          tops.get(category.id) ?? open?.series.get(category.id)?.top ?? topOf(category, leases);
        const range = nextRange(category, { top, count, day: open });
        if (range === undefined) return [];
        tops.set(category.id, range.from - 1);
        return [range];
      });
      if (ranges.length === 0) continue;
      const leaseId = `${state.stream}:${state.seq + 1 + events.length}`;
      events.push({ type: 'lease.granted', leaseId, deviceId, day, ranges });
    }
  }
  return events;
};

/** The lease of a kiosk that holds a number for a day. */
export const leaseWith = (
  leases: readonly Lease[],
  place: { readonly deviceId: DeviceId; readonly day: string },
  { seriesId, number }: { readonly seriesId: string; readonly number: number },
): Lease | undefined =>
  leases.find(
    ({ deviceId, day, ranges }) =>
      deviceId === place.deviceId &&
      day === place.day &&
      ranges.some(
        (range) => range.seriesId === seriesId && range.from <= number && number <= range.to,
      ),
  );

/** The numbers of a lease in the order of its ranges; links name them by their place there. */
export const leasedNumbers = ({
  ranges,
}: {
  readonly ranges: readonly NumberRange[];
}): { readonly seriesId: string; readonly number: number }[] =>
  ranges.flatMap((range) =>
    numbersOf(range).map((number) => ({ seriesId: range.seriesId, number })),
  );
