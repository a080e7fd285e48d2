import type { Millis } from '../../core/configuration.js';
import { MINUTE_MS } from '../../core/time.js';
import { drawHandlingMs, drawSpeed, HANDLING_MEDIAN_MIN } from '../play/habits.js';
import { randomOf, type Random } from '../play/random.js';
import { agentCounters } from './agents.js';
import type { LoggedDay, LoggedTicket } from './logs.js';
import { paceOf, queueCounters } from './queues.js';

export interface Span {
  readonly from: Millis;
  readonly to: Millis;
}

/** A visitor of the replay: as logged, and what the log does not tell as drawn from the seed. */
export interface ReplayVisit {
  readonly arrivedAt: Millis;
  readonly category: string;
  readonly priority: boolean;
  readonly handlingMs: number;
  /** Leaves then if not called; `null` for who waits as long as it takes. */
  readonly leavesAt: Millis | null;
  /** In [0, 1): not there when called if below the share of no-shows; 1 for who always comes. */
  readonly absence: number;
}

export interface ReplayCounter {
  readonly categories: readonly string[];
  readonly open: readonly Span[];
  /** Factor on drawn handling times; 1 where the log has them. */
  readonly speed: number;
}

export interface ReplayPlan {
  readonly visits: readonly ReplayVisit[];
  readonly counters: readonly ReplayCounter[];
  readonly categories: readonly string[];
  /** Minutes for each category: what the catalogue says. */
  readonly handlingMin: ReadonlyMap<string, number>;
  readonly asLogged: readonly string[];
  readonly generated: readonly string[];
}

const meanMin = (tickets: readonly LoggedTicket[]): number | null => {
  const known = tickets.flatMap(({ handlingMs }) => (handlingMs === null ? [] : [handlingMs]));
  if (known.length === 0) return null;
  return known.reduce((sum, value) => sum + value, 0) / known.length / MINUTE_MS;
};

const within = (minutes: number): number => Math.min(240, Math.max(0.5, minutes));

const handlingOf = (day: LoggedDay, categories: readonly string[]): Map<string, number> => {
  const overall = meanMin(day.tickets);
  return new Map(
    categories.map((category) => {
      const own = day.tickets.filter((ticket) => ticket.category === category);
      const logged = meanMin(own) ?? overall;
      return [category, within(logged ?? paceOf(day, category) ?? HANDLING_MEDIAN_MIN)];
    }),
  );
};

/** What the plan says of itself for the report. */
const sourcesOf = (
  day: LoggedDay,
  byAgent: boolean,
): Pick<ReplayPlan, 'asLogged' | 'generated'> => {
  const gap = 'the pause after each visitor (80 % a few seconds, else about 2 min)';
  if (byAgent) {
    const left = day.tickets.filter(({ leftAt }) => leftAt !== null).length;
    const agents = `each agent's categories, first and last call, and pauses over 10 min`;
    return {
      asLogged: [`arrivals, handling times, priority, ${left} who gave up and when`, agents],
      generated: [gap, 'handling of who gave up in the log but is called in time here'],
    };
  }
  const seen = day.snapshots.length > 0;
  const pace = seen ? `each queue's own pace (counter-minutes a call)` : 'the survey’s median';
  return {
    asLogged: ['arrivals', ...(seen ? ['open counters of each queue, from its snapshots'] : [])],
    generated: [
      ...(seen ? [] : ['two counters for each queue, open all day']),
      `handling times: lognormal (log-SD 0.9) around ${pace}`,
      `the clerks' speeds, and ${gap}`,
      'who is not there when called (3 % at once to 25 % after two hours)',
    ],
  };
};

const visitOf = (
  ticket: LoggedTicket,
  random: Random,
  { byAgent, mean }: { readonly byAgent: boolean; readonly mean: number },
): ReplayVisit => {
  const drawn = drawHandlingMs(random, mean);
  const absence = random.unit();
  return {
    arrivedAt: ticket.arrivedAt,
    category: ticket.category,
    priority: ticket.priority,
    handlingMs: ticket.handlingMs ?? drawn,
    leavesAt: ticket.leftAt,
    absence: byAgent ? 1 : absence,
  };
};

/** The day to play: the same log and seed give the same plan. */
export const planReplay = (day: LoggedDay, seed: number): ReplayPlan => {
  const random = randomOf(seed);
  const categories = [...new Set(day.tickets.map(({ category }) => category))].sort();
  const byAgent = day.tickets.some(({ server }) => server !== null);
  const handlingMin = handlingOf(day, categories);
  const counters = byAgent ? agentCounters(day) : queueCounters(day, categories);
  return {
    categories,
    handlingMin,
    counters: counters.map((counter) => ({ ...counter, speed: byAgent ? 1 : drawSpeed(random) })),
    visits: day.tickets.map((ticket) => {
      const mean = handlingMin.get(ticket.category) ?? HANDLING_MEDIAN_MIN;
      return visitOf(ticket, random, { byAgent, mean });
    }),
    ...sourcesOf(day, byAgent),
  };
};
