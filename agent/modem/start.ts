import { join } from 'node:path';
import { z } from 'zod';
import { PHONE_NUMBER, PROFILE_NAME } from '../../core/protocol/forms.js';
import type { SmsOrder, SmsOutcome, SmsWay } from '../../core/protocol/sms.js';
import { busLinkSchema } from '../bus/devices.js';
import type { Clock } from '../clock.js';
import type { DeviceLink } from '../wires/link.js';
import { serialWire } from '../wires/serial.js';
import { tcpWire } from '../wires/tcp.js';
import { WireLink } from '../wires/wire-link.js';
import { ModemBook } from './book.js';
import { Modem } from './modem.js';
import { readModem, type ModemProfile } from './profile.js';

/** Name of the file, in the agent's folder, of what was handed to the modem. */
const BOOK_FILE = 'modem.book';

/** The modem beside an agent. */
export const modemFileSchema = z.strictObject({
  /** The name of a file in `firmware-config/modems/`, without `.json`. */
  profile: z.string().regex(PROFILE_NAME, 'is not the name of a profile'),
  link: z.discriminatedUnion('kind', [busLinkSchema.options[1], busLinkSchema.options[2]]),
});

export interface ModemPlan {
  readonly link: z.infer<typeof modemFileSchema>['link'];
  readonly profile: ModemProfile;
}

/** Reads the modem of a devices file. Throws `FileRefused`. */
export const modemPlan = (
  { profile, link }: z.infer<typeof modemFileSchema>,
  profiles: string,
): ModemPlan => ({ link, profile: readModem(join(profiles, 'modems', `${profile}.json`)) });

export const modemLink = ({ link, profile: { line } }: ModemPlan, clock: Clock): DeviceLink => {
  if (link.kind === 'tcp') return new WireLink(tcpWire(link), clock);
  const { path, baudRate = line.baudRate } = link;
  return new WireLink(serialWire({ path, flow: 'none', ...line, baudRate }), clock);
};

/** The server, as the modem reaches it. */
export interface ModemWire {
  way(way: SmsWay): void;
  /** False when it was not answered in time. */
  arrived(id: string, state: 'delivered' | 'failed'): Promise<boolean>;
}

/** A modem that runs. */
export interface RunningModem {
  send(order: SmsOrder): Promise<SmsOutcome>;
  /** The server is there again, and knows nothing. */
  greet(): void;
  stop(): Promise<void>;
}

interface StartParts {
  /** The machine's: nobody sets it. */
  readonly clock: Clock;
  /** The agent's folder. */
  readonly data: string;
  say(line: string): void;
  onFault(fault: unknown): void;
}

const orderSchema = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{32}$/),
  to: z.string().regex(PHONE_NUMBER),
  text: z.string().min(1).max(600),
  validMinutes: z.number().int().min(5).max(720),
});

/** Starts the modem; what arrived is told to the server until it has heard it. */
export const startModem = (plan: ModemPlan, wire: ModemWire, parts: StartParts): RunningModem => {
  const { clock, data, say, onFault } = parts;
  const book = new ModemBook(join(data, BOOK_FILE));
  let telling: Promise<void> | undefined;
  const tellAll = async (): Promise<void> => {
    for (const { id, state } of book.untold()) {
      // The rest when the server is there again.
      if (!(await wire.arrived(id, state))) return;
      book.tell(id);
    }
  };
  const tell = (): void => {
    telling ??= tellAll()
      .catch(onFault)
      .finally(() => (telling = undefined));
  };
  const modem = new Modem({
    ...{ link: modemLink(plan, clock), profile: plan.profile, clock, book, say },
    onWay: (way) => wire.way(way),
    onArrival: tell,
  });
  const running = modem.run().catch(onFault);
  return {
    send: async (raw) => {
      const order = orderSchema.safeParse(raw);
      return order.success ? modem.send(order.data) : { is: 'refused', reason: 'refused' };
    },
    greet: () => {
      modem.greet();
      tell();
    },
    stop: async () => {
      await modem.stop();
      await running;
      await telling;
      book.close();
    },
  };
};
