import { hoursOf } from '../../core/calendar.js';
import { printerAt } from '../../core/decide/hall.js';
import type { DeviceId } from '../../core/events.js';
import type { KioskDoor, LeaseView } from '../../core/protocol/views.js';
import type { Centre } from '../centre.js';

/** The leases of the kiosks that an agent stands beside, each with the hours of its day. */
export const leasesOf = (
  { log, store, configuration }: Centre,
  agentId: DeviceId,
): readonly LeaseView[] => {
  const { day, centre } = log.state;
  const kiosks = configuration().agents.find(({ id }) => id === agentId)?.kiosks ?? [];
  return centre.leases.flatMap(({ id: leaseId, deviceId: kioskId, day: date }) => {
    const isOpen = day?.day === date;
    const hash = isOpen ? day.configuration : centre.configuration;
    const body = store.configurations.get(hash);
    const hours = body && hoursOf(body, date);
    if (!kiosks.includes(kioskId) || !hours) return [];
    // A day that is over takes nobody in, whatever the calendar says.
    if (centre.closedDay !== null && date <= centre.closedDay) return [];
    const closesAt = isOpen ? day.closesAt : hours.closesAt;
    const printer = printerAt({ state: log.state, configuration: body }, kioskId);
    const print = !('refused' in printer);
    const about = { leaseId, kioskId, day: date, configuration: hash, print };
    return [{ ...about, ...hours, closesAt, training: centre.training }];
  });
};

/** Where a kiosk's page finds the agent on its machine, as that agent said last. */
export const kioskDoor = ({ live, configuration }: Centre, kioskId: DeviceId): KioskDoor | null => {
  const agent = configuration().agents.find(({ kiosks }) => kiosks.includes(kioskId));
  return (agent && live.door(agent.id)) ?? null;
};
