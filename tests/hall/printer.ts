import { createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import type { LinkSettings } from '../../agent/devices.js';
import { PrinterRefused } from '../../agent/printer/decode.js';
import { VirtualPrinter } from '../../agent/printer/virtual-printer.js';
import type { PrinterProfile } from '../../agent/printer/profile.js';
import { LinkLost } from '../../agent/wires/link.js';
import type { PrinterTrouble } from '../../core/protocol/api.js';
import { paperPicture } from '../../paper/picture.js';
import { openPty } from '../fixtures/pty.js';

const BAUD_RATE = 115_200;
const PAPERS_KEPT = 6;

/** The wire between an agent and a printer that is played here; plugged in when it is made. */
interface Wire {
  readonly link: LinkSettings;
  /** Where the link leads, for a person. */
  readonly place: string;
  plugIn(): Promise<void>;
  unplug(): Promise<void>;
  say(bytes: Uint8Array): void;
  remove(): Promise<void>;
}
/** Makes a wire whose far end takes what the agent sends. */
export type WireMaker = (take: (bytes: Uint8Array) => void) => Promise<Wire>;

/** A serial line that is set to 115,200; it carries bytes at once, as a pair of ptys does. */
export const serialLine: WireMaker = async (take) => {
  const hear = (bytes: Uint8Array): Uint8Array => {
    take(bytes);
    return new Uint8Array(0);
  };
  const pty = await openPty(hear);
  return {
    link: { kind: 'serial', path: pty.near, baudRate: BAUD_RATE, flow: 'none' },
    place: `${pty.near}, ${BAUD_RATE}`,
    plugIn: () => pty.plugIn(),
    unplug: () => pty.unplug(),
    say: (bytes) => void pty.say(bytes),
    remove: () => pty.remove(),
  };
};

const listen = async (server: Server, port: number): Promise<number> => {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
};

/** A port of this machine; the newest connection is the one that is answered. */
export const networkLine: WireMaker = async (take) => {
  const sockets = new Set<Socket>();
  let newest: Socket | undefined;
  const server = createServer((socket) => {
    newest = socket;
    sockets.add(socket);
    socket.on('data', take);
    socket.on('close', () => sockets.delete(socket));
    // An agent that ends resets its connections; `close` follows.
    socket.on('error', () => socket.destroy());
  });
  const port = await listen(server, 0);
  const unplug = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    for (const socket of sockets) socket.destroy();
    await once(server, 'close');
  };
  return {
    link: { kind: 'tcp', host: '127.0.0.1', port },
    place: `127.0.0.1:${port}`,
    plugIn: async () => void (await listen(server, port)),
    unplug,
    say: (bytes) => void newest?.write(bytes),
    remove: unplug,
  };
};

/** A strict virtual printer at the far end of a wire, with what a person does to it. */
export class HallPrinter {
  readonly troubles = new Set<PrinterTrouble>();
  /** Of what was cut off, newest first. */
  readonly papers: { readonly id: number; readonly png: Buffer }[] = [];
  refused: string | null = null;
  private cut = 0;
  private readonly printer: VirtualPrinter;
  private line!: Wire;

  private constructor(
    readonly kioskId: string,
    profile: PrinterProfile,
  ) {
    this.printer = new VirtualPrinter(profile, ({ bitmap }) => {
      this.cut += 1;
      this.papers.unshift({ id: this.cut, png: paperPicture(bitmap) });
      this.papers.splice(PAPERS_KEPT);
    });
  }

  static async at(kioskId: string, profile: PrinterProfile, make: WireMaker): Promise<HallPrinter> {
    const made = new HallPrinter(kioskId, profile);
    made.line = await make((bytes) => made.take(bytes));
    made.printer.onData((bytes) => made.line.say(bytes));
    await made.printer.open();
    return made;
  }

  get link(): LinkSettings {
    return this.line.link;
  }

  get place(): string {
    return this.line.place;
  }

  /** Makes a trouble, or ends it; one that is so already changes nothing. */
  async set(trouble: PrinterTrouble, on: boolean): Promise<void> {
    if (this.troubles.has(trouble) === on) return;
    this.mark(trouble, on);
    try {
      await this.make(trouble, on);
    } catch (fault) {
      this.mark(trouble, !on);
      throw fault;
    }
  }

  private mark(trouble: PrinterTrouble, on: boolean): void {
    if (on) this.troubles.add(trouble);
    else this.troubles.delete(trouble);
  }

  private async make(trouble: PrinterTrouble, on: boolean): Promise<void> {
    switch (trouble) {
      case 'paperEnd':
        if (on) return this.printer.set({ paperRows: 0 });
        this.troubles.delete('nearEnd');
        return this.printer.loadPaper();
      case 'nearEnd':
        if (on) return this.printer.set({ isNearEnd: true });
        this.printer.set({ paperRows: 0 });
        return this.printer.loadPaper();
      case 'coverOpen':
        return this.printer.set({ isCoverOpen: on });
      case 'jam':
        return this.printer.set({ isCutterStuck: on });
      case 'unplugged':
        return on ? this.pull() : this.plugIn();
    }
  }

  remove(): Promise<void> {
    return this.line.remove();
  }

  private async pull(): Promise<void> {
    this.printer.set({ isUnplugged: true });
    await this.line.unplug();
  }

  private async plugIn(): Promise<void> {
    this.printer.set({ isUnplugged: false });
    await this.printer.open();
    await this.line.plugIn();
  }

  private take(bytes: Uint8Array): void {
    this.printer.write(bytes).catch((fault: unknown) => {
      if (fault instanceof PrinterRefused) this.refused ??= fault.message;
      else if (!(fault instanceof LinkLost)) throw fault;
    });
  }
}
