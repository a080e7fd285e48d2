import { MINUTE_MS } from '../../core/time.js';
import { classId, of, serviceId, type Maker } from './wishes.js';

/** A number of some lease, mostly one of today. */
export const enterTicket: Maker = (scene, { a, b, c }) => {
  const { state, at } = scene;
  const { leases } = state.centre;
  const today = leases.filter(({ day }) => day === state.day?.day);
  const lease = today.length > 0 && b % 7 !== 6 ? of(today, c) : leases[0];
  const range = lease && of(lease.ranges, b);
  return {
    type: 'enterTicket',
    kioskId: lease?.deviceId ?? 'kiosk-1',
    day: lease?.day ?? '2026-11-22',
    seriesId: range?.seriesId ?? 'cat0',
    number: range === undefined ? 1 : range.from + (a % (range.to - range.from + 1)),
    services: [serviceId(scene, a), serviceId(scene, b)],
    classId: classId(scene, c),
    language: 'ar',
    takenAt: at + (2 - (a % 120)) * MINUTE_MS,
    unanswered: null,
  };
};

/** A number of a pad, given out by hand a while ago. */
export const enterNumber: Maker = (scene, { a, b, c }) => ({
  type: 'enterNumber',
  ...(c % 9 === 8 ? { seriesId: 'cat0', number: 1 } : { seriesId: 'pad', number: 899 + (a % 5) }),
  services: [serviceId(scene, b)],
  classId: classId(scene, c),
  language: 'ar',
  takenAt: scene.at + ((b % 8) - 6) * MINUTE_MS,
});
