import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import type { LinkSettings } from '../../../agent/devices.js';
import { readProfile } from '../../../agent/printer/profile.js';
import { VirtualPrinter } from '../../../agent/printer/virtual-printer.js';
import { BITS_PER_BYTE } from '../../../agent/wires/serial.js';
import { PROJECT } from '../../../node/place.js';
import { openPty, type Pty } from '../../fixtures/pty.js';
import { serve } from '../child.js';
import { steadyMs } from './papers.js';

/**
 * The printers at the far ends of an agent's wires, in a process of their own. Each is the strict
 * virtual printer, which prints at once.
 */

/**
 * `mute` takes every byte and answers none. `deaf` takes so few that every write hangs until the
 * agent gives it up; by TCP the line would take all, so it is a serial one. `refusing` is not
 * reached. `breaking` answers, and cuts the connection in the middle of each ticket.
 */
export type Mood = 'well' | 'mute' | 'deaf' | 'refusing' | 'breaking';

/** A wire to a printer: a serial line at 115,200 baud, a device file, or TCP. */
export interface Wanted {
  readonly kioskId: string;
  readonly kind: 'serial' | 'file' | 'tcp';
  readonly mood: Mood;
}

const BAUD_RATE = 115_200;
const DEAF_BYTES_PER_S = 50;
/** Before a ticket is whole, however it is rendered. */
const BREAKS_AFTER_BYTES = 300;
const ESC_AT = Buffer.from([0x1b, 0x40]);

const profile = readProfile(join(PROJECT, 'firmware-config', 'printers', 'virtual-80mm.json'));

/** When the first byte of each ticket came, by `steadyMs`. */
const firsts = new Map<string, number[]>();
const refused: string[] = [];

type Take = (bytes: Uint8Array) => void;

/** Sees where a ticket starts: by ESC @, once after each cut. */
class Watch {
  private isPrinting = false;
  private last: Uint8Array = new Uint8Array(0);

  constructor(private readonly times: number[]) {}

  see(bytes: Uint8Array): void {
    const seen = Buffer.concat([this.last, bytes]);
    this.last = seen.subarray(-1);
    if (this.isPrinting || !seen.includes(ESC_AT)) return;
    this.isPrinting = true;
    this.times.push(steadyMs());
  }

  cut(): void {
    this.isPrinting = false;
  }
}

const printerFor = (kioskId: string, say: Take): Take => {
  const times = firsts.get(kioskId) ?? [];
  firsts.set(kioskId, times);
  const watch = new Watch(times);
  const printer = new VirtualPrinter(profile, () => watch.cut());
  const opened = printer.open();
  printer.onData(say);
  return (bytes) => {
    watch.see(bytes);
    const taken = opened.then(() => printer.write(bytes));
    taken.catch((fault: unknown) => refused.push(`${kioskId}: ${String(fault)}`));
  };
};

const NOTHING = new Uint8Array(0);

const speedOf = ({ kind, mood }: Wanted): number => {
  if (mood === 'deaf') return DEAF_BYTES_PER_S;
  return kind === 'serial' ? BAUD_RATE / BITS_PER_BYTE : Infinity;
};

const lines: Pty[] = [];

const pty = async (wanted: Wanted): Promise<LinkSettings> => {
  const { kioskId, kind, mood } = wanted;
  let say: Take = () => undefined;
  const take = printerFor(kioskId, (bytes) => say(bytes));
  const hear = (bytes: Uint8Array): Uint8Array => {
    if (mood === 'well') take(bytes);
    return NOTHING;
  };
  const line = await openPty(hear, { bytesPerS: speedOf(wanted) });
  say = (bytes) => void line.say(bytes);
  lines.push(line);
  if (kind === 'file') return { kind, path: line.near };
  return { kind: 'serial', path: line.near, baudRate: BAUD_RATE, flow: 'none' };
};

const tcp = async ({ kioskId, mood }: Wanted): Promise<LinkSettings> => {
  // One printer for all connections: its memory outlives them, and the newest is answered.
  let newest: Socket | undefined;
  const take = printerFor(kioskId, (bytes) => newest?.write(bytes));
  const listener = createServer((socket) => {
    newest = socket;
    let taken = 0;
    // An agent that ends resets its connections.
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes) => {
      taken += bytes.length;
      if (mood === 'mute') return;
      if (mood === 'breaking' && taken > BREAKS_AFTER_BYTES) socket.destroy();
      else take(bytes);
    });
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  if (mood === 'refusing') listener.close();
  return { kind: 'tcp', host: '127.0.0.1', port };
};

/** By kiosk, how the agent reaches its printer. */
const open = async (wanted: readonly Wanted[]): Promise<Record<string, LinkSettings>> => {
  const links: Record<string, LinkSettings> = {};
  for (const one of wanted) {
    links[one.kioskId] = await (one.kind === 'tcp' ? tcp(one) : pty(one));
  }
  return links;
};

serve({
  open,
  /** When the first byte of each ticket came since this was last asked, by kiosk. */
  firsts: () => {
    if (refused.length > 0) throw new Error(refused.join('\n'));
    const told = Object.fromEntries([...firsts].map(([kioskId, times]) => [kioskId, [...times]]));
    for (const times of firsts.values()) times.length = 0;
    return told;
  },
  close: () => Promise.all(lines.map((line) => line.remove())),
});
