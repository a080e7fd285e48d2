import { once } from 'node:events';
import WebSocket from 'ws';

/** Which door, and what the page would show there. */
export interface Door {
  readonly url: string;
  readonly role: string;
  readonly deviceId: string;
  readonly cookie: string;
}

/**
 * A screen's connection that speaks Socket.IO's protocol by hand: no parsing of what is only
 * counted, so that a generator of load costs little beside the server that it loads.
 */
export class Line {
  /** The text of each view that comes. */
  onView: (text: string) => void = () => undefined;
  private readonly waiting = new Map<string, (answer: string) => void>();
  private asked = 0;

  private constructor(
    private readonly socket: WebSocket,
    private readonly prefix: string,
  ) {
    this.socket.on('message', (data: Buffer) => this.take(data.toString('latin1')));
  }

  /** Rejects when the door refuses. */
  static async open({ url, role, deviceId, cookie }: Door): Promise<Line> {
    const address = `${url.replace('http', 'ws')}/socket/?EIO=4&transport=websocket`;
    const socket = new WebSocket(address, { headers: { cookie }, perMessageDeflate: false });
    await once(socket, 'message');
    socket.send(`40/${role},${JSON.stringify({ device: deviceId })}`);
    const [greeting] = (await once(socket, 'message')) as [Buffer];
    const text = greeting.toString();
    if (!text.startsWith(`40/${role},`)) throw new Error(`the door of ${role} says ${text}`);
    return new Line(socket, `/${role},`);
  }

  /** Sends an event whose answer is awaited, as text. */
  ask(event: string, given: string): Promise<string> {
    const id = String((this.asked += 1));
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.socket.send(`42${this.prefix}${id}["${event}",${given}]`);
    });
  }

  close(): void {
    this.socket.terminate();
  }

  private take(text: string): void {
    if (text === '2') return this.socket.send('3');
    const body = text.indexOf('[');
    const head = 2 + this.prefix.length;
    if (text.startsWith('43')) {
      const id = text.slice(head, body);
      this.waiting.get(id)?.(text.slice(body + 1, -1));
      this.waiting.delete(id);
    } else if (text.startsWith('["view"', body)) this.onView(text);
  }
}
