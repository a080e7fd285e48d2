/**
 * The way of bytes to one device, or to one bus of devices, and back. An implementation may rely on
 * one user at a time.
 *
 * - `open` resolves when bytes can be sent; nothing that was written before, in this or another
 *   connection, is sent after it. It rejects if the device cannot be reached. A closed link can be
 *   opened again.
 * - `write` sends the bytes in order and whole, and resolves when they have left this process. That
 *   says nothing about what the device did. It rejects, and sends no byte more, if the link is not
 *   open or is lost; it never waits for ever: a device that takes no bytes for 10 s is a lost link.
 * - `onData` gets what the device says, in order, in pieces of any size.
 * - `onLost` is told once per connection when it ends otherwise than by `close`.
 * - `close` resolves when no byte will be sent or delivered any more; closing again is harmless.
 *
 * There is one listener of each kind; a later one takes the place of an earlier one.
 */
export interface DeviceLink {
  /**
   * How long the line takes for a byte, where that is known: `write` resolves before the bytes have
   * gone over it, and what is asked next waits behind them.
   */
  readonly msPerByte?: number;
  open(): Promise<void>;
  write(bytes: Uint8Array): Promise<void>;
  onData(listener: (bytes: Uint8Array) => void): void;
  onLost(listener: () => void): void;
  close(): Promise<void>;
}

/** The device cannot be reached, or was lost while bytes were on their way. */
export class LinkLost extends Error {
  readonly code = 'device.lost';
}
