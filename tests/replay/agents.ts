import { MINUTE_MS } from '../../core/time.js';
import { common, lengthMs, merged } from '../../core/intervals.js';
import type { LoggedDay, LoggedTicket } from './logs.js';
import type { ReplayCounter, Span } from './plan.js';

const GAP_MS = 10 * MINUTE_MS;
const WAITED_MS = MINUTE_MS;

type Served = LoggedTicket & { readonly calledAt: number; readonly handlingMs: number };

const isServed = (ticket: LoggedTicket): ticket is Served =>
  ticket.calledAt !== null && ticket.handlingMs !== null;

/** When somebody of these categories waited. */
const waitsOf = (day: LoggedDay, categories: ReadonlySet<string>): readonly Span[] =>
  merged(
    day.tickets.flatMap(({ category, arrivedAt, calledAt, leftAt }) => {
      const to = calledAt ?? leftAt ?? arrivedAt;
      return categories.has(category) && to > arrivedAt ? [{ from: arrivedAt, to }] : [];
    }),
  );

/**
 * One counter for each agent of the log, from the first call to the end of the last. An agent who
 * takes no call for ten minutes, while somebody waits for more than one of them, is on a break.
 */
export const agentCounters = (day: LoggedDay): Omit<ReplayCounter, 'speed'>[] => {
  const agents = [...new Set(day.tickets.flatMap(({ server }) => server ?? []))].sort();
  return agents.map((agent) => {
    const calls = day.tickets.filter(({ server }) => server === agent).filter(isServed);
    calls.sort((a, b) => a.calledAt - b.calledAt);
    const categories = new Set(calls.map(({ category }) => category));
    const waits = waitsOf(day, categories);
    const open: Span[] = [];
    for (const { calledAt: from, handlingMs } of calls) {
      const to = from + handlingMs;
      const before = open.at(-1);
      const gap = { from: before?.to ?? from, to: from };
      const away = gap.to - gap.from > GAP_MS && lengthMs(common(waits, [gap])) > WAITED_MS;
      if (before === undefined || away) open.push({ from, to });
      else open[open.length - 1] = { from: before.from, to: Math.max(before.to, to) };
    }
    return { categories: [...categories].sort(), open };
  });
};
