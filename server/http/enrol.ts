import { randomBytes } from 'node:crypto';
import { isRefusal } from '../../core/protocol/refusals.js';
import type { DeviceRole } from '../../core/protocol/views.js';
import type { Centre } from '../centre.js';

/** Enrols a device that the server itself vouches for; gives its token, told once. */
export const enrolOwn = async (
  centre: Centre,
  deviceId: string,
  role: DeviceRole,
): Promise<string> => {
  if (centre.log.state.centre.devices.get(deviceId) !== role) {
    const answer = await centre.log.enqueue({
      requestId: randomBytes(16).toString('hex'),
      sentAt: centre.clock.now(),
      command: { type: 'enrolDevice', deviceId, role },
      actor: 'system',
      deviceId: 'server',
    });
    if (isRefusal(answer)) throw new Error(`${deviceId} was not enrolled: ${answer.refused}`);
  }
  return centre.devices.grant({ deviceId, role }, centre.clock.now());
};
