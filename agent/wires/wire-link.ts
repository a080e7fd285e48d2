import type { Clock } from '../clock.js';
import { LinkLost, type DeviceLink } from './link.js';

/** A device that takes no bytes for so long is lost. */
export const WRITE_MS_MAX = 10_000;
/** So many bytes are handed over at once: a slow device has time for each. */
const PIECE_BYTES = 1024;
/** A connection that has not ended by then is left to itself: the end of a serial port can hang. */
export const END_MS_MAX = 2_000;

/** One connection to a device. A new one is made each time: nothing of an old one is in it. */
export interface Wire {
  /** `done` is called once: with nothing when the bytes have left this process, or with why not. */
  send(bytes: Uint8Array, done: (fault?: Error | null) => void): void;
  /** Resolves when nothing more comes or goes; what was not sent is dropped. */
  end(): Promise<void>;
}

/** Who hears of a connection, from when it is made until it ends. */
export interface WireEvents {
  data(bytes: Uint8Array): void;
  /** It ended by itself; told once or more. */
  lost(): void;
}

/** Makes a connection, or rejects with why not, within some seconds. */
export type Connect = (events: WireEvents) => Promise<Wire>;

/** The link to a device that is reached by a connection, whatever kind that is. */
export class WireLink implements DeviceLink {
  private wire: Wire | undefined;
  private tell: (bytes: Uint8Array) => void = () => undefined;
  private lost: () => void = () => undefined;
  /** Ends the write that is going on. */
  private breakOff: () => void = () => undefined;

  constructor(
    private readonly connect: Connect,
    private readonly clock: Clock,
    readonly msPerByte: number = 0,
  ) {}

  async open(): Promise<void> {
    await this.close();
    let made: Wire | undefined;
    let isLost = false;
    const isCurrent = (): boolean => made !== undefined && made === this.wire;
    const events: WireEvents = {
      data: (bytes) => {
        if (isCurrent()) this.tell(bytes);
      },
      lost: () => {
        isLost = true;
        if (isCurrent()) this.lose();
      },
    };
    try {
      made = await this.connect(events);
    } catch (cause) {
      throw new LinkLost('the device cannot be reached', { cause });
    }
    if (isLost) {
      await this.end(made);
      throw new LinkLost('the device was lost at once');
    }
    this.wire = made;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      await this.send(bytes.subarray(at, at + PIECE_BYTES));
    }
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.tell = listener;
  }

  onLost(listener: () => void): void {
    this.lost = listener;
  }

  async close(): Promise<void> {
    const { wire } = this;
    this.wire = undefined;
    this.breakOff();
    if (wire !== undefined) await this.end(wire);
  }

  /** Resolves when the connection has ended, or after `END_MS_MAX`. */
  private async end(wire: Wire): Promise<void> {
    let cancel: () => void = () => undefined;
    const late = new Promise<void>((resolve) => (cancel = this.clock.after(END_MS_MAX, resolve)));
    await Promise.race([wire.end(), late]).finally(cancel);
  }

  private send(piece: Uint8Array): Promise<void> {
    const { wire } = this;
    if (wire === undefined) return Promise.reject(new LinkLost('the device is not connected'));
    return new Promise((resolve, reject) => {
      const late = this.clock.after(WRITE_MS_MAX, () => this.lose());
      this.breakOff = () => {
        late();
        reject(new LinkLost('the device was lost while bytes were on their way'));
      };
      wire.send(piece, (fault) => {
        late();
        if (fault === undefined || fault === null) resolve();
        else if (this.wire === wire) this.lose();
      });
    });
  }

  private lose(): void {
    const { wire } = this;
    if (wire === undefined) return;
    this.wire = undefined;
    this.breakOff();
    this.lost();
    // The connection is of no use any more, however its end goes.
    wire.end().catch(() => undefined);
  }
}
