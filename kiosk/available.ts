import type { ServiceId } from '../core/events.js';
import type { HallState, KioskView } from '../core/protocol/views.js';

export type Availability = 'open' | 'suspended' | 'full';

export const availability = (view: KioskView, serviceId: ServiceId): Availability => {
  if (view.suspended.includes(serviceId)) return 'suspended';
  return view.full.includes(serviceId) ? 'full' : 'open';
};

/** What keeps the kiosk from giving tickets at all; `null` when nothing does. */
export type Obstacle = 'offline' | Exclude<HallState, 'open'>;

export const obstacle = (view: KioskView, live: boolean): Obstacle | null => {
  if (!live) return 'offline';
  return view.hall.state === 'open' ? null : view.hall.state;
};
