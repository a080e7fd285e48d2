import { z } from 'zod';
import { SMS_WAYS, type SmsOrder, type SmsOutcome, type SmsWay } from '../../core/protocol/sms.js';
import type { Gateway } from './gateway.js';

/** A modem has so long for all parts of a message, before the agent itself gives up. */
const ANSWER_MS_MAX = 200_000;

const outcomeSchema = z.union([
  z.strictObject({ is: z.literal('taken'), reference: z.null() }),
  z.strictObject({ is: z.literal('refused'), reason: z.enum(['number', 'refused']) }),
  z.strictObject({ is: z.enum(['away', 'unsure']) }),
]);
const waySchema = z.strictObject({ way: z.enum(SMS_WAYS) });
const reportSchema = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{32}$/),
  state: z.enum(['delivered', 'failed']),
});

/** The agent's connection, as far as the modem needs it. */
export interface ModemSocket {
  on(event: 'modem' | 'smsReport', heard: (...said: unknown[]) => void): unknown;
  once(event: 'disconnect', gone: () => void): unknown;
  timeout(ms: number): { emitWithAck(event: 'sms', order: SmsOrder): Promise<unknown> };
}

/** Who is told what the modem says by itself. */
export interface ModemEvents {
  /** The modem is another way than before. */
  way(way: SmsWay): void;
  arrived(id: string, state: 'delivered' | 'failed'): void;
}

/**
 * The way by the modem of one agent, which writes down the id of each message before it goes out:
 * the same id is sent once, also after a cut and after the death of either end.
 */
export class ModemLine implements Gateway {
  readonly onceById = true;
  private socket: ModemSocket | undefined;
  private gone: Promise<void> = Promise.resolve();
  private told: SmsWay = 'away';
  private events: ModemEvents = { way: () => undefined, arrived: () => undefined };

  constructor(readonly agentId: string) {}

  get way(): SmsWay {
    return this.told;
  }

  listen(events: ModemEvents): void {
    this.events = events;
  }

  /** The agent's newest connection; an earlier one is not used any more. */
  attach(socket: ModemSocket): void {
    this.socket = socket;
    this.gone = new Promise((resolve) => {
      socket.once('disconnect', () => {
        resolve();
        if (this.socket !== socket) return;
        this.socket = undefined;
        this.become('away');
      });
    });
    socket.on('modem', (raw) => {
      const { success, data } = waySchema.safeParse(raw);
      if (success && this.socket === socket) this.become(data.way);
    });
    socket.on('smsReport', (raw, answer) => {
      const { success, data } = reportSchema.safeParse(raw);
      if (!success || typeof answer !== 'function') return;
      this.events.arrived(data.id, data.state);
      // On disk here: the agent may forget it.
      (answer as () => void)();
    });
  }

  async send(order: SmsOrder): Promise<SmsOutcome> {
    const { socket, gone } = this;
    if (socket === undefined || this.told !== 'ready') return { is: 'away' };
    const cut = gone.then(() => undefined);
    const answer = socket
      .timeout(ANSWER_MS_MAX)
      .emitWithAck('sms', order)
      .catch(() => undefined);
    const outcome = outcomeSchema.safeParse(await Promise.race([answer, cut]));
    return outcome.success ? outcome.data : { is: 'unsure' };
  }

  private become(way: SmsWay): void {
    if (this.told === way) return;
    this.told = way;
    this.events.way(way);
  }
}
