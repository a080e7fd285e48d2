import { serves } from '../../core/calling.js';
import { profileOf } from '../../core/catalogue.js';
import type { Configuration } from '../../core/configuration.js';
import type { DayPlan, PlannedVisit } from './day.js';
import { GAP_MEAN_MS } from './habits.js';
import type { PlannedClerk } from './staff.js';

/** When a clerk who is free at a time can really begin. */
const fromBreak = ({ breaks }: PlannedClerk, freeMs: number): number =>
  breaks.reduce((at, { fromMs, toMs }) => (fromMs <= at && at < toMs ? toMs : at), freeMs);

/**
 * Waits in ms until the first call, when each clerk in turn takes whoever of their services came
 * first: the plainest hall that a plan can meet, to see what a plan is like without a server.
 */
export const waitsOf = (configuration: Configuration, { visits, clerks }: DayPlan): number[] => {
  const free = clerks.map((clerk) => ({ clerk, at: fromBreak(clerk, clerk.opensMs) }));
  const waiting = [...visits];
  const served = (clerk: PlannedClerk, { services }: PlannedVisit): boolean => {
    const profile = profileOf(configuration, clerk.profileId);
    return profile !== undefined && serves(configuration, profile, services[0] ?? '');
  };
  const waits: number[] = [];
  for (;;) {
    const next = free.reduce((best, entry) => (entry.at < best.at ? entry : best));
    if (next.at === Infinity) return waits;
    const index = waiting.findIndex((visit) => served(next.clerk, visit));
    const visit = waiting[index];
    if (visit === undefined) next.at = Infinity;
    else if (visit.atMs > next.at) next.at = fromBreak(next.clerk, visit.atMs);
    else {
      waiting.splice(index, 1);
      waits.push(next.at - visit.atMs);
      const handledMs = (visit.handlingMs[0] ?? 0) * next.clerk.speed;
      next.at = fromBreak(next.clerk, next.at + handledMs + GAP_MEAN_MS);
    }
  }
};
