import type { Configuration } from '../../core/configuration.js';
import type { Clock } from '../clock.js';
import type { Timers } from '../../node/time.js';
import type { Committer } from '../log/committer.js';
import { kindOf } from '../log/faults.js';
import { keptSecret, LINK_KEY } from '../log/keys.js';
import type { Log } from '../log/log.js';
import type { RunOptions } from '../run.js';
import type { ServerSettings } from '../settings.js';
import { Contacts } from './contacts.js';
import { httpGateway, type Gateway } from './gateway.js';
import { Messages } from './messages.js';
import { ModemLine } from './modem.js';
import { Notices } from './notices.js';
import { readyGateway } from './profile.js';

interface Beside {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly configuration: () => Configuration;
  readonly committer: Committer;
}

type SmsSettings = NonNullable<ServerSettings['sms']>;

/** Throws as `readyGateway`. */
const gatewayOf = ({ gateway, modem }: SmsSettings): Gateway => {
  if (gateway === undefined) return new ModemLine(modem ?? '');
  return httpGateway(readyGateway(gateway, process.env), { fetch, env: process.env });
};

/** Text messages on the configured way, if there is one, and its modem. Throws as `gatewayOf`. */
export const smsOf = (
  { settings, journal, gateway: given, onFatal }: RunOptions,
  { directory, database }: Log,
  { clock, timers, configuration, committer }: Beside,
): { readonly sms: Notices | null; readonly modem: ModemLine | null } => {
  const { sms } = settings.server;
  if (sms === null) return { sms: null, modem: null };
  const gateway = given ?? gatewayOf(sms);
  const modem = gateway instanceof ModemLine ? gateway : null;
  const notices = new Notices({
    contacts: new Contacts(database, keptSecret(directory, LINK_KEY)),
    messages: new Messages(database),
    ...{ gateway, timers, configuration, limits: sms },
    ...(modem === null ? {} : { way: () => modem.way }),
    now: () => clock.now(),
    day: () => committer.state.day,
    onFault: (fault) => {
      if (kindOf(fault) === 'fatal') onFatal(fault);
      else journal.error({ fault }, 'a text message could not be kept account of');
    },
  });
  modem?.listen({
    way: (way) => notices.wayIs(way),
    arrived: (id, state) => notices.outbox.arrived(id, state),
  });
  return { sms: notices, modem };
};
