import type { LiveNumbers } from '../protocol/upstream.js';
import type { State } from '../state.js';

/** What those above the centre are told of the hall now. */
export const liveNumbers = ({ day }: State): LiveNumbers => {
  const legs = day === null ? [] : [...day.tickets.values()].map(({ leg }) => leg.status);
  return {
    open: day !== null && !day.issuingClosed,
    waiting: legs.filter((status) => status === 'waiting').length,
    serving: legs.filter((status) => status === 'called' || status === 'serving').length,
    counters: day?.counters.size ?? 0,
  };
};
