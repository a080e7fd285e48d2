import { randomBytes } from 'node:crypto';
import { writeSync } from 'node:fs';
import type { Command } from '../../core/protocol/commands.js';
import type { SmsOutcome } from '../../core/protocol/sms.js';
import { openDoors } from '../fixtures/doors.js';

/**
 * A server that is killed while it tells a visitor. `DIRECTORY away` dies with the gateway away,
 * `before` while the message is handed over and `after` when the gateway has it but nobody was
 * told, `call` right after a call was committed. Says `now` when it is time.
 */
const [data = '', when = ''] = process.argv.slice(2);
const say = (line: string): void => void writeSync(1, `${line}\n`);
const forEver = new Promise<SmsOutcome>(() => undefined);

const doors = await openDoors({
  data,
  gateway: {
    onceById: false,
    send: async ({ id }) => {
      if (when === 'call') return { is: 'taken', reference: null };
      if (when === 'after') say(`sent ${id}`);
      setImmediate(() => say('now'));
      return when === 'away' ? { is: 'away' } : forEver;
    },
  },
});

const { centre } = doors;
const ask = async (command: Command, actor: string, deviceId: string) => {
  const requestId = randomBytes(16).toString('hex');
  const sentAt = centre.clock.now();
  const answer = await centre.log.enqueue({ requestId, sentAt, command, actor, deviceId });
  if ('refused' in answer) throw new Error(answer.refused);
  return answer;
};

const { services, counters } = centre.configuration();
const counterId = counters.find(({ profiles }) => profiles.includes('all'))!.id;
const wanted = [services[0]!.id];
const { ticketId = '' } = await ask(
  { type: 'takeTicket', services: wanted, classId: '', language: 'ar' },
  ...(['k1', 'k1'] as const),
);
say(`ticket ${ticketId}`);
centre.sms?.keep(ticketId, '+201012345678');
if (when === 'call') {
  await centre.sms?.outbox.settled();
  await ask({ type: 'openCounter', counterId, profileId: 'all' }, 'amal', 'desk-1');
  await ask({ type: 'callTicket', counterId, ticketId, reasonId: 'urgent' }, 'amal', 'desk-1');
  say('now');
}
