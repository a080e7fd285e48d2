import type { DayEvent, Logged } from '../events.js';
import type { Counter, DayState } from '../state.js';

/** Calls kept per counter: enough for the longest cap and the heaviest weights. */
export const RECENT_MAX = 64;

export const counterAt = (day: DayState, counterId: string): Counter => {
  const counter = day.counters.get(counterId);
  if (counter === undefined) throw new Error(`counter ${counterId} is not open`);
  return counter;
};

/** The counter without its ticket. */
export const freed = ({ ticketId: _, ...counter }: Counter): Counter => counter;

/** Changes a counter; false when the event is not about one. */
export const applyCounter = (day: DayState, event: Logged<DayEvent>): boolean => {
  switch (event.type) {
    case 'counter.opened': {
      const { counterId: id, profileId, clerk, deviceId, at: openedAt } = event;
      if (day.counters.has(id)) throw new Error(`counter ${id} is open already`);
      const fresh = { recent: [], served: 0, handlingMs: 0 };
      day.counters.set(id, { id, profileId, clerk, deviceId, openedAt, ...fresh });
      return true;
    }
    case 'counter.handedOver': {
      const fresh = { clerk: event.clerk, served: 0, handlingMs: 0 };
      day.counters.set(event.counterId, { ...counterAt(day, event.counterId), ...fresh });
      return true;
    }
    case 'counter.profileSet': {
      const { profileId } = event;
      day.counters.set(event.counterId, { ...counterAt(day, event.counterId), profileId });
      return true;
    }
    case 'counter.paused':
      day.counters.set(event.counterId, {
        ...counterAt(day, event.counterId),
        pausedAt: event.at,
      });
      return true;
    case 'counter.resumed': {
      const { pausedAt: _, ...counter } = counterAt(day, event.counterId);
      day.counters.set(event.counterId, counter);
      return true;
    }
    case 'counter.closed':
      counterAt(day, event.counterId);
      day.counters.delete(event.counterId);
      return true;
    default:
      return false;
  }
};
