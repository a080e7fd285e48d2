import type { Configuration } from '../../core/configuration.js';
import type { Timers } from '../clock.js';
import type { Committer } from '../log/committer.js';
import { keptSecret, LINK_KEY } from '../log/keys.js';
import type { Log } from '../log/log.js';
import type { RunOptions } from '../run.js';
import { Contacts } from './contacts.js';
import { missingSecrets, readGateway, sender } from './gateway.js';
import { Notices } from './notices.js';

interface Beside {
  readonly timers: Timers;
  readonly configuration: () => Configuration;
  readonly committer: Committer;
}

/** Text messages by the configured gateway, if there is one. Throws where a secret is missing. */
export const smsOf = (
  { settings, journal, gateway }: RunOptions,
  { directory, database }: Log,
  { timers, configuration, committer }: Beside,
): Notices | null => {
  const { sms } = settings.server;
  if (sms === null) return null;
  const profile = readGateway(sms.gateway);
  const missing = gateway === undefined ? missingSecrets(profile, process.env) : [];
  if (missing.length > 0) {
    throw new Error(`server.sms: set ${missing.join(', ')} in the environment for ${profile.id}.`);
  }
  return new Notices({
    contacts: new Contacts(database, keptSecret(directory, LINK_KEY)),
    send: gateway ?? sender(profile, { fetch, env: process.env }),
    timers,
    limits: sms,
    day: () => committer.state.day,
    configuration,
    onFault: (fault) => journal.error({ fault }, 'a text message could not be kept account of'),
  });
};
