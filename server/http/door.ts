import type { Named } from '../../node/hosts.js';
import type { Centre } from '../centre.js';

/** Which listener: the hall's devices, or the visitors' phones. */
export type Door = 'hall' | 'phone';

/** By which names a door is reached: visitors' phones come by the public one too. */
export const namedAs = (
  { settings, configuration }: Pick<Centre, 'settings' | 'configuration'>,
  door: Door,
): Named => ({
  ...settings,
  publicUrl: () => (door === 'phone' ? configuration().centre.publicUrl : null),
});
