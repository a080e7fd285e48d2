import { randomBytes } from 'node:crypto';
import type { Configuration } from '../../core/configuration.js';
import { isRefusal, type Refusal } from '../../core/protocol/refusals.js';
import { todayOf } from '../../core/publish.js';
import type { Centre } from '../centre.js';
import { storeConfiguration } from '../log/log.js';
import { SERVER_DEVICE } from '../log/writer.js';

/** Who publishes: a person at a device, or the server itself at its start. */
export interface Publisher {
  readonly actor: string;
  readonly deviceId: string;
}
const SERVER: Publisher = { actor: 'system', deviceId: SERVER_DEVICE };

/** [PUBLISH-1] A configuration for the days to come; what of it waits until tomorrow. */
export const publish = async (
  { clock, log, store }: Pick<Centre, 'clock' | 'log' | 'store'>,
  configuration: Configuration,
  publisher = SERVER,
): Promise<{ readonly waiting: readonly string[] } | Refusal> => {
  const { database, configurations } = store;
  const { day } = log.state;
  const held = day === null ? undefined : configurations.get(day.configuration);
  const merged = held ? todayOf(held, configuration) : { configuration, waiting: [] };
  const answer = await log.enqueue({
    requestId: randomBytes(16).toString('hex'),
    sentAt: clock.now(),
    command: {
      type: 'publish',
      configuration: storeConfiguration(database, configuration),
      today: storeConfiguration(database, merged.configuration),
      waiting: [...merged.waiting],
    },
    ...publisher,
  });
  return isRefusal(answer) ? answer : { waiting: merged.waiting };
};

/** The newest configuration that was published; the day that is open may have an older one. */
export const newest = ({ log, store }: Pick<Centre, 'log' | 'store'>): Configuration => {
  const found = store.configurations.get(log.state.centre.configuration);
  if (found === undefined) throw new Error('the newest configuration is not in the log');
  return found;
};
