import type { IncomingMessage } from 'node:http';
import type { Server } from 'socket.io';
import { lineOf } from '../../node/address.js';
import type { Limits } from '../centre.js';

/**
 * Sockets that are open but have not yet shown who they are. Each leaves when it joins, when it
 * closes, or after Socket.IO's `connectTimeout`; there is room for so many of one line.
 */
export class Lobby {
  private readonly waiting = new Map<IncomingMessage, string>();

  constructor(private readonly limits: Limits) {}

  hasRoom({ socket }: IncomingMessage): boolean {
    const { strangersPerLine, strangersMax } = this.limits;
    if (this.waiting.size >= strangersMax) return false;
    const line = lineOf(socket.remoteAddress);
    const here = [...this.waiting.values()].filter((other) => other === line);
    return here.length < strangersPerLine;
  }

  /** Counts whoever comes in through this server's engine. */
  watch({ engine }: Server): void {
    engine.on('connection', (entering: Entering) => {
      const { request } = entering;
      this.waiting.set(request, lineOf(request.socket.remoteAddress));
      entering.once('close', () => this.leave(request));
    });
  }

  /** The connection that began with this request has shown who it is, or is gone. */
  leave(request: IncomingMessage): void {
    this.waiting.delete(request);
  }
}

/** What the engine says of a connection; it has no namespace yet. */
interface Entering {
  readonly request: IncomingMessage;
  once(event: 'close', listener: () => void): void;
}
