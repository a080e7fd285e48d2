import type { DeviceRole } from '../../core/protocol/views.js';
import type { Centre } from '../centre.js';

/** Enrols a device that the server itself vouches for; gives its token, told once. */
export const enrolOwn = async (
  centre: Centre,
  deviceId: string,
  role: DeviceRole,
): Promise<string> => {
  if (centre.log.state.centre.devices.get(deviceId) !== role) {
    await centre.log.askAsServer({ type: 'enrolDevice', deviceId, role });
  }
  const token = centre.devices.grant({ deviceId, role }, centre.clock.now());
  centre.cut(deviceId, 'revoked');
  return token;
};
