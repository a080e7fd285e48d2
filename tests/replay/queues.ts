import { MINUTE_MS } from '../../core/time.js';
import { GAP_MEAN_MS } from '../play/habits.js';
import type { LoggedDay } from './logs.js';
import type { ReplayCounter, Span } from './plan.js';

const COUNTERS_MAX = 60;
const UNKNOWN_COUNTERS = 2;
const CALLS_MIN = 5;
const PACE_MIN = { least: 1.5, most: 45 } as const;

/** A stretch between two snapshots of a queue. */
interface Stretch extends Span {
  readonly counters: number;
  readonly calls: number;
  /** Somebody waited at both ends. */
  readonly busy: boolean;
}

const stretchesOf = (day: LoggedDay, category: string): Stretch[] => {
  const seen = day.snapshots.filter((snapshot) => snapshot.category === category);
  const calls = day.tickets.flatMap((ticket) =>
    ticket.category === category && ticket.calledAt !== null ? [ticket.calledAt] : [],
  );
  return seen.slice(1).map(({ at: to, openCounters, waiting }, index) => {
    const before = seen[index]!;
    const made = calls.filter((at) => before.at < at && at <= to).length;
    const shown = Math.max(before.openCounters, openCounters);
    const counters = made > 0 ? Math.max(1, shown) : shown;
    const busy = before.waiting > 0 && waiting > 0;
    return { from: before.at, to, counters, calls: made, busy };
  });
};

/**
 * Minutes that one counter of a queue takes for a visitor, the clerk's pause left out: the open
 * counter-minutes while people waited, for each call made in them. `null` for too few calls.
 */
export const paceOf = (day: LoggedDay, category: string): number | null => {
  const busy = stretchesOf(day, category).filter((stretch) => stretch.busy);
  const calls = busy.reduce((sum, stretch) => sum + stretch.calls, 0);
  if (calls < CALLS_MIN) return null;
  const openMs = busy.reduce((sum, { from, to, counters }) => sum + (to - from) * counters, 0);
  const minutes = (openMs / calls - GAP_MEAN_MS) / MINUTE_MS;
  return Math.min(PACE_MIN.most, Math.max(PACE_MIN.least, minutes));
};

/** When at least so many counters were open. */
const openOf = (stretches: readonly Stretch[], counters: number): Span[] => {
  const open: Span[] = [];
  for (const { from, to, counters: shown } of stretches) {
    if (shown < counters) continue;
    const before = open.at(-1);
    if (before?.to === from) open[open.length - 1] = { from: before.from, to };
    else open.push({ from, to });
  }
  return open;
};

/** The whole of a day without snapshots. */
const allDay = ({ tickets }: LoggedDay): Stretch[] => {
  const from = tickets[0]?.arrivedAt ?? 0;
  const to = Math.max(...tickets.map(({ arrivedAt, calledAt }) => calledAt ?? arrivedAt));
  return [{ from, to, counters: UNKNOWN_COUNTERS, calls: 0, busy: true }];
};

/**
 * As many counters for each queue as its snapshots showed open at once, each open when they showed
 * so many. Halls whose queues share counters show more than there are: the largest queues give up
 * counters until at most 60 are left.
 */
export const queueCounters = (
  day: LoggedDay,
  categories: readonly string[],
): Omit<ReplayCounter, 'speed'>[] => {
  const queues = categories.map((category) => {
    const found = stretchesOf(day, category);
    const stretches = found.length === 0 ? allDay(day) : found;
    const most = stretches.reduce((peak, { counters }) => Math.max(peak, counters), 1);
    return { category, stretches, most };
  });
  const total = (): number => queues.reduce((sum, { most }) => sum + most, 0);
  while (total() > COUNTERS_MAX) {
    const largest = queues.reduce((best, queue) => (queue.most > best.most ? queue : best));
    largest.most -= 1;
  }
  return queues.flatMap(({ category, stretches, most }) =>
    Array.from({ length: most }, (_, index) => ({
      categories: [category],
      open: openOf(stretches, index + 1),
    })),
  );
};
