import { SerialPort } from 'serialport';
import type { Connect } from './wire-link.js';

/** On a line: start, eight of data, stop; with parity or a second stop bit one more. */
export const BITS_PER_BYTE = 10;

/**
 * A serial line, 8N1 where nothing else is said. `flow` is what device and cable agree on; Linux
 * has no DTR/DSR handshake.
 */
export interface SerialLine {
  readonly path: string;
  readonly baudRate: number;
  readonly flow: 'none' | 'rtscts' | 'xonxoff';
  readonly dataBits?: 7 | 8;
  readonly parity?: 'none' | 'even' | 'odd';
  readonly stopBits?: 1 | 2;
}

/**
 * Opens a serial line, for this process alone. Each connection has a port object of its own: one
 * that is opened again sends first what an earlier connection had left in it.
 */
export const serialWire =
  ({ path, baudRate, flow, ...line }: SerialLine): Connect =>
  (events) =>
    new Promise((resolve, reject) => {
      const port = new SerialPort({
        ...{ path, baudRate, autoOpen: false, lock: true, rtscts: flow === 'rtscts' },
        ...{ dataBits: 8, parity: 'none', stopBits: 1, ...line },
        ...{ xon: flow === 'xonxoff', xoff: flow === 'xonxoff' },
      });
      port.on('data', (bytes: Buffer) => events.data(bytes));
      port.on('error', () => events.lost());
      port.on('close', () => events.lost());
      port.open((fault) => {
        if (fault) return reject(fault);
        resolve({
          send: (bytes, done) => {
            // A port that is gone keeps the bytes and never answers.
            if (port.isOpen) port.write(bytes, done);
            else done(new Error('the line is closed'));
          },
          end: () =>
            new Promise((ended) => {
              if (!port.isOpen) return ended();
              port.close(() => ended());
            }),
        });
      });
    });
