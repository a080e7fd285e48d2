import type { Socket } from 'socket.io-client';
import type { SmsOrder, SmsOutcome } from '../../core/protocol/sms.js';
import type { ModemWire, RunningModem } from './start.js';

const ANSWER_MS_MAX = 5_000;

/** The server, by the agent's socket. */
export const modemWire = (socket: Socket): ModemWire => ({
  way: (way) => void socket.emit('modem', { way }),
  arrived: async (id, state) => {
    try {
      await socket.timeout(ANSWER_MS_MAX).emitWithAck('smsReport', { id, state });
      return true;
    } catch {
      // Cut, or no answer in time: it is told again when the server is there again.
      return false;
    }
  },
});

/** Hands what the server orders to the modem, and its outcome back. */
export const takeOrders = (
  socket: Socket,
  modem: RunningModem,
  onFault: (fault: unknown) => void,
): void => {
  socket.on('connect', () => modem.greet());
  socket.on('sms', (order: SmsOrder, done: (outcome: SmsOutcome) => void) => {
    modem.send(order).then(done, onFault);
  });
};
