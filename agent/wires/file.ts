import { constants } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import type { Clock } from '../clock.js';
import type { Connect, WireEvents } from './wire-link.js';

/** How often a device that has nothing to say, or takes nothing, is asked again. */
const AGAIN_MS = 20;
const READ_BYTES = 256;

const isBusy = (fault: unknown): boolean => (fault as NodeJS.ErrnoException).code === 'EAGAIN';

/**
 * A printer's device file, `/dev/usb/lp*`. It is opened without blocking: a write to a printer
 * without paper would otherwise hold a thread for as long as there is none.
 */
export const fileWire =
  (path: string, clock: Clock): Connect =>
  async (events) => {
    const handle = await open(path, constants.O_RDWR | constants.O_NONBLOCK);
    const device = new Device({ handle, path }, events, clock);
    device.listen();
    return device;
  };

class Device {
  private isOver = false;
  private cancel: () => void = () => undefined;

  constructor(
    private readonly device: { readonly handle: FileHandle; readonly path: string },
    private readonly events: WireEvents,
    private readonly clock: Clock,
  ) {}

  send(bytes: Uint8Array, done: (fault?: Error | null) => void): void {
    if (this.isOver) return done(new Error('the device is closed'));
    this.device.handle.write(bytes).then(
      ({ bytesWritten }) => {
        if (bytesWritten === bytes.length) done();
        else this.clock.after(0, () => this.send(bytes.subarray(bytesWritten), done));
      },
      (fault: Error) => {
        if (isBusy(fault)) this.clock.after(AGAIN_MS, () => this.send(bytes, done));
        else done(fault);
      },
    );
  }

  listen(): void {
    if (this.isOver) return;
    this.read().then(
      () => {
        if (!this.isOver) this.cancel = this.clock.after(AGAIN_MS, () => this.listen());
      },
      () => {
        if (!this.isOver) this.events.lost();
      },
    );
  }

  /** Resolves also when there was nothing. Rejects when the device is gone. */
  private async read(): Promise<void> {
    const { handle, path } = this.device;
    try {
      const { bytesRead, buffer } = await handle.read({ buffer: Buffer.alloc(READ_BYTES) });
      // Some printers answer a question for data with none; a device that is gone has no file.
      if (bytesRead === 0) await stat(path);
      else if (!this.isOver) this.events.data(buffer.subarray(0, bytesRead));
    } catch (fault) {
      if (!isBusy(fault)) throw fault;
    }
  }

  async end(): Promise<void> {
    if (this.isOver) return;
    this.isOver = true;
    this.cancel();
    await this.device.handle.close();
  }
}
