import { decodeCommand, PrinterRefused, type PrinterCommand } from './decode.js';

/** What is obeyed at once, before all that waits to be printed. */
export type RealTimeRequest =
  { readonly kind: 'status'; readonly n: number } | { readonly kind: 'clear' };

export interface Received {
  /** A command, and where in the stream it started. */
  command(command: PrinterCommand, offset: number): void;
  realTime(request: RealTimeRequest): void;
}

const DLE = 0x10;
const EOT = 0x04;
const ENQ = 0x05;
const DC4 = 0x14;
/** DLE EOT 20 is Custom's FULL STATUS. */
const STATUSES = [1, 2, 3, 4, 20];

/** DLE DC4, fn = 8: clear the receive and print buffers. */
export const CLEAR_BUFFER = Uint8Array.of(DLE, DC4, 8, 1, 3, 20, 1, 6, 2, 8);

/** The head of a command, or a whole short one. */
const SHORT_BYTES_MAX = 8;

const isFill = (bytes: Uint8Array, at: number): boolean =>
  bytes.length >= at + FILL_BYTES_MIN &&
  bytes.subarray(at, at + FILL_BYTES_MIN).every((byte) => byte === 0);

/** GS v 0 with its whole head: what follows are its dots. */
const isRaster = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x1d && bytes[1] === 0x76 && bytes[7] !== undefined && (bytes[4] ?? 0) > 0;

/** So many NULs in a row, and more, are the rest of a command that was cut in two. */
const FILL_BYTES_MIN = 64;

/**
 * Takes a printer's bytes in pieces of any size. As in a real printer, a real-time request is
 * obeyed wherever it stands; strictly, one inside another command is refused, for there it can only
 * be data that look like it. Only `CLEAR_BUFFER` may cut a command short, and where a printer does
 * not know that, NULs may fill one up: it is how a host that was killed in the middle starts again.
 * Between commands NULs are passed over.
 */
export class Receiver {
  private bytes: Uint8Array = new Uint8Array(0);
  /** Offset in the stream of `bytes[0]`. */
  private offset = 0;

  constructor(private readonly to: Received) {}

  /** Throws `PrinterRefused` with the offset of what it does not know. */
  take(piece: Uint8Array): void {
    this.bytes = Buffer.concat([this.bytes, piece]);
    const clear = Buffer.from(this.bytes).indexOf(CLEAR_BUFFER);
    if (clear !== -1) {
      this.drop(clear + CLEAR_BUFFER.length);
      this.to.realTime({ kind: 'clear' });
      return this.take(new Uint8Array(0));
    }
    while (this.bytes.length > 0 && this.takeOne());
  }

  /** Whether bytes of an unfinished command are held. */
  get isInside(): boolean {
    return this.bytes.length > 0;
  }

  private takeOne(): boolean {
    if (this.dropFill()) return true;
    const { bytes, offset } = this;
    if (bytes[0] === DLE) return this.takeRealTime();
    const decoded = decodeCommand({ bytes, at: 0, offset });
    this.refuseHidden(decoded?.length);
    if (decoded === undefined) return false;
    this.to.command(decoded.command, offset);
    this.drop(decoded.length);
    return true;
  }

  /** Passes over NULs, and over a short command that they fill up. */
  private dropFill(): boolean {
    const { bytes } = this;
    const from = bytes.subarray(0, SHORT_BYTES_MAX).findIndex((_, at) => isFill(bytes, at));
    if (bytes[0] !== 0 && (from === -1 || isRaster(bytes))) return false;
    let end = Math.max(0, from);
    while (bytes[end] === 0) end += 1;
    this.drop(end);
    return true;
  }

  private takeRealTime(): boolean {
    const [, name, n] = this.bytes;
    if (name === undefined || n === undefined) return false;
    if (name === DC4 && this.bytes.length < CLEAR_BUFFER.length) return false;
    if (name !== EOT || !STATUSES.includes(n)) {
      throw new PrinterRefused(this.offset, `DLE ${name} ${n} is not known`);
    }
    this.drop(3);
    this.to.realTime({ kind: 'status', n });
    return true;
  }

  /** `length` is that of the whole command; without it the command has not come whole. */
  private refuseHidden(length: number | undefined): void {
    const { bytes } = this;
    const end = length ?? bytes.length;
    for (let at = bytes.indexOf(DLE); at !== -1 && at + 1 < end; at = bytes.indexOf(DLE, at + 1)) {
      const next = bytes[at + 1];
      if (next !== EOT && next !== ENQ && next !== DC4) continue;
      const rest = bytes.subarray(at);
      const isBegunClear = CLEAR_BUFFER.subarray(0, rest.length).every(
        (byte, i) => byte === rest[i],
      );
      if (length === undefined && isBegunClear) continue;
      throw new PrinterRefused(this.offset + at, 'a real-time command stands inside another');
    }
  }

  private drop(count: number): void {
    this.bytes = this.bytes.subarray(count);
    this.offset += count;
  }
}
