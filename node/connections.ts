import type { Server } from 'node:net';
import { lineOf } from './address.js';

/** Open connections of one line, and of everybody. */
export interface ConnectionLimits {
  readonly connectionsPerLine: number;
  readonly connectionsMax: number;
}

/** Closes connections at once that come from a line, or from all, while too many are open. */
export const limitConnections = (
  server: Server,
  { connectionsPerLine, connectionsMax }: ConnectionLimits,
): void => {
  server.maxConnections = connectionsMax;
  const open = new Map<string, number>();
  server.on('connection', (socket) => {
    const line = lineOf(socket.remoteAddress);
    const count = (open.get(line) ?? 0) + 1;
    open.set(line, count);
    socket.once('close', () => {
      const left = (open.get(line) ?? 1) - 1;
      if (left === 0) open.delete(line);
      else open.set(line, left);
    });
    if (count > connectionsPerLine) socket.destroy();
  });
};
