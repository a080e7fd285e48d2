import type { Configuration } from '../../core/configuration.js';
import { MINUTE_MS } from '../../core/time.js';
import type { LegJoined, LegTimes } from '../../core/events.js';

/** What of a leg decides its target. */
export interface Placed {
  readonly n: number;
  readonly serviceId: string;
  readonly classId: string;
  /** The leg before it ended to go to the front. */
  readonly front: boolean;
}

/** Target of its own, and of a leg that follows another, in milliseconds. */
const targets = (configuration: Configuration, serviceId: string, classId: string) => {
  const service = configuration.services.find(({ id }) => id === serviceId);
  const priority = configuration.classes.find(({ id }) => id === classId);
  const own = Math.min(service?.targetMin ?? 0, priority?.targetMin ?? Infinity);
  const follow = Math.min(own, configuration.rules.followTargetMin);
  return { own: own * MINUTE_MS, follow: follow * MINUTE_MS };
};

/** [TIME-1] [TIME-2] Whether a leg joins with the target that it should have. */
export const joinFits = (configuration: Configuration, seen: Placed, event: LegJoined): boolean => {
  const { serviceId, classId, by, leg, orderFrom, dueAt, boundTo } = event;
  const { own, follow } = targets(configuration, serviceId, classId);
  const target = dueAt - orderFrom;
  if (seen.front) return target === 0;
  if (by === 'transfer') return target === own || target === follow;
  if (by === 'return') return target === (boundTo === undefined ? own : follow);
  return target === (leg === 1 ? own : follow);
};

/** [TIME-2] The same for a leg in line whose class or time to come has changed. */
export const changedFits = (
  configuration: Configuration,
  seen: Placed,
  event: LegTimes,
): boolean => {
  const { own, follow } = targets(configuration, seen.serviceId, seen.classId);
  return event.dueAt - event.orderFrom === (seen.n === 1 ? own : follow);
};
