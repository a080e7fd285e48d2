import type { Configuration } from '../../core/configuration.js';
import { MINUTE_MS } from '../../core/time.js';
import type { LegJoined, LegTarget, LegTimes } from '../../core/events.js';

/** What of a leg decides its target. */
export interface Placed {
  readonly serviceId: string;
  readonly classId: string;
  readonly target: LegTarget;
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

/** [TIME-1] [TIME-2] Whether a leg joins with the target that it should have, and says which. */
export const joinFits = (configuration: Configuration, seen: Placed, event: LegJoined): boolean => {
  const { serviceId, classId, by, leg, orderFrom, dueAt, boundTo, target } = event;
  const { own, follow } = targets(configuration, serviceId, classId);
  if ((target === 'front') !== seen.front) return false;
  if (by === 'return' && target !== (boundTo === undefined ? 'own' : 'follow')) return false;
  if (by !== 'transfer' && by !== 'return' && target !== (leg === 1 ? 'own' : 'follow')) {
    return false;
  }
  return dueAt - orderFrom === { own, follow, front: 0 }[target];
};

/** [CLASS-1] Whether a leg in line whose class has changed has the target that it should have. */
export const changedFits = (
  configuration: Configuration,
  { serviceId, classId, target }: Placed,
  event: LegTimes,
): boolean => {
  const { own, follow } = targets(configuration, serviceId, classId);
  return target === 'front' || event.dueAt - event.orderFrom === { own, follow }[target];
};
