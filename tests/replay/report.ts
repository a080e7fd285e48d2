import { MINUTE_MS } from '../../core/time.js';
import { grouped, times } from '../../core/figures.js';
import type { LoggedDay } from './logs.js';
import type { ReplayPlan } from './plan.js';
import type { Replayed } from './replay.js';
import type { Site } from './site.js';

/** One thing that must hold after a replay. */
export interface Check {
  readonly name: string;
  readonly holds: boolean;
  readonly found: string;
}

/** Numbers that came twice within a category, and gaps from its first number to its highest. */
const numbersOf = (site: Site, { present }: Replayed) => {
  const { services, categories } = site.configuration;
  const firstOf = (category: string): number => {
    const lane = services.find(({ id }) => id === site.serviceOf(category))?.category;
    return categories.find(({ id }) => id === lane)?.min ?? 0;
  };
  let [doubled, missing] = [0, 0];
  for (const [category, people] of grouped(present, (person) => person.category)) {
    const numbers = people.map(({ number }) => number);
    const distinct = new Set(numbers).size;
    doubled += numbers.length - distinct;
    missing += Math.max(...numbers) - firstOf(category) + 1 - distinct;
  }
  return { doubled, missing };
};

const count = ({ present }: Replayed, state: string): number =>
  present.filter((person) => person.state === state).length;

const reportChecks = (site: Site, played: Replayed): Check[] => {
  const { report, present } = played;
  if (report === null) return [];
  const { outcomes, visits } = report.visits;
  const own = { served: count(played, 'served'), missed: count(played, 'missed') };
  const left = count(played, 'left');
  const told = { served: outcomes.served, missed: outcomes.no_show, left: outcomes.walk_out };
  const sum = `report ${told.served} served, ${told.missed} no-show, ${told.left} walk-out`;
  const seen = `clerks and visitors ${own.served}, ${own.missed}, ${left}`;
  const same = told.served === own.served && told.missed === own.missed && told.left === left;
  // At another centre the day may hold more than this replay.
  const all = site.scaled ? visits === present.length : visits >= present.length;
  return [
    {
      name: 'the day’s report counts every ticket',
      holds: all,
      found: `report ${visits}, tickets ${present.length}`,
    },
    ...(site.scaled
      ? [{ name: 'the report’s outcomes are those seen', holds: same, found: `${sum}; ${seen}` }]
      : []),
  ];
};

/** Everything that must hold. */
export const checksOf = (site: Site, plan: ReplayPlan, played: Replayed): Check[] => {
  const { doubled, missing } = numbersOf(site, played);
  const { present, refused, calledTwice, verified } = played;
  const counted = site.scaled;
  return [
    {
      name: 'every logged arrival has a ticket',
      holds: present.length === plan.visits.length,
      found: `log ${plan.visits.length}, issued ${present.length}, refused ${refused.length}`,
    },
    {
      name: counted ? 'no number missing or doubled' : 'no number doubled',
      holds: doubled === 0 && (missing === 0 || !counted),
      found: `doubled ${doubled}, missing ${missing}`,
    },
    {
      name: 'no ticket called at two counters',
      holds: calledTwice.length === 0,
      found: String(calledTwice.length),
    },
    ...reportChecks(site, played),
    ...(verified === null
      ? []
      : [{ name: 'the log verifies', holds: verified, found: verified ? 'sound' : 'broken' }]),
  ];
};

const minutes = (ms: number): string => (ms / MINUTE_MS).toFixed(1);

const waitLine = (name: string, waits: ReturnType<typeof times>, factor = 1): string => {
  if (waits === null) return `  ${name.padEnd(8)} nobody was called`;
  const { p50Ms, p90Ms, meanMs, count: called } = waits;
  const [p50, p90, mean] = [p50Ms, p90Ms, meanMs].map((ms) => minutes(ms * factor).padStart(6));
  return `  ${name.padEnd(8)} p50 ${p50}   p90 ${p90}   mean ${mean}   (${called} called)`;
};

const loggedWaits = ({ tickets }: LoggedDay) =>
  times(
    tickets.flatMap(({ calledAt, arrivedAt }) =>
      calledAt === null ? [] : [Math.max(0, calledAt - arrivedAt)],
    ),
  );

/** What a person reads after a replay. */
export const reportLines = (
  { day, plan, site, seed }: { day: LoggedDay; plan: ReplayPlan; site: Site; seed: number },
  played: Replayed,
): string[] => {
  const { present, report, playedMs, realMs } = played;
  const late = times(present.map(({ lateMs }) => lateMs));
  const open = present.length - count(played, 'served') - count(played, 'missed');
  const reached = playedMs / realMs;
  return [
    `${day.branch} on ${day.day}: ${plan.categories.length} categories, ` +
      `${plan.counters.length} counters, seed ${seed}`,
    '',
    'As logged:',
    ...plan.asLogged.map((line) => `  ${line}`),
    'Generated (values of docs/replay.md, from the seed):',
    ...plan.generated.map((line) => `  ${line}`),
    '',
    `Tickets: ${plan.visits.length} in the log, ${present.length} issued; ` +
      `${count(played, 'served')} served, ${count(played, 'missed')} no-show, ` +
      `${count(played, 'left')} left, ${open - count(played, 'left')} not called by closing`,
    'Wait in minutes:',
    waitLine('log', loggedWaits(day)),
    waitLine('replay', report?.legs.waits ?? null, site.scaled ? 1 : site.speed),
    `Speed: ${reached.toFixed(0)} reached of ${site.speed} asked; ` +
      `arrivals late by ${((late?.p50Ms ?? 0) / 1000).toFixed(1)} s (p50), ` +
      `${((late?.maxMs ?? 0) / 1000).toFixed(1)} s (most)`,
    '',
  ];
};
