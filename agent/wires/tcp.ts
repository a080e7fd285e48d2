import { connect } from 'node:net';
import type { Connect } from './wire-link.js';

const CONNECT_MS_MAX = 5_000;

/** Raw TCP: a printer, by custom on port 9100, or a server of serial lines. */
export interface TcpAddress {
  readonly host: string;
  readonly port: number;
}

/** Connects to a device in the network. */
export const tcpWire =
  ({ host, port }: TcpAddress): Connect =>
  (events) =>
    new Promise((resolve, reject) => {
      const socket = connect({ host, port, noDelay: true, keepAlive: true });
      socket.setTimeout(CONNECT_MS_MAX, () => socket.destroy(new Error('no answer')));
      socket.once('error', reject);
      socket.on('data', (bytes) => events.data(bytes));
      socket.once('close', () => events.lost());
      socket.once('connect', () => {
        socket.setTimeout(0);
        resolve({
          send: (bytes, done) => void socket.write(bytes, done),
          end: () =>
            new Promise((ended) => {
              if (socket.closed) return ended();
              socket.once('close', () => ended());
              // Closed politely, the system would bring what it still holds, long after this.
              socket.resetAndDestroy();
            }),
        });
      });
    });
