import { QR_LEVELS, type QrLevel } from '../../paper/qr.js';

/** A command as the printer understands it, in the order of Epson's ESC/POS command reference. */
export type PrinterCommand =
  | { readonly kind: 'text'; readonly code: number }
  | { readonly kind: 'lineFeed' }
  | { readonly kind: 'init' }
  | { readonly kind: 'align'; readonly to: 'left' | 'centre' | 'right' }
  | { readonly kind: 'size'; readonly width: number; readonly height: number }
  | { readonly kind: 'feed'; readonly dots: number }
  | {
      readonly kind: 'raster';
      readonly bytesPerRow: number;
      readonly rows: number;
      readonly data: Uint8Array;
    }
  | { readonly kind: 'qrModel' }
  | { readonly kind: 'qrModule'; readonly dots: number }
  | { readonly kind: 'qrLevel'; readonly level: QrLevel }
  | { readonly kind: 'qrStore'; readonly text: string }
  | { readonly kind: 'qrPrint' }
  | { readonly kind: 'cut'; readonly dots: number }
  | { readonly kind: 'processId'; readonly id: string }
  | { readonly kind: 'sendPaperStatus' }
  /** Which changes the printer tells by itself; 0 is none. */
  | { readonly kind: 'automaticStatus'; readonly causes: number }
  | { readonly kind: 'sendPaperLeft' };

/** Bytes that the strict printer does not know, or that say what the printer cannot do. */
export class PrinterRefused extends Error {
  readonly code = 'printer.refused';

  constructor(
    readonly offset: number,
    reason: string,
  ) {
    super(`byte ${offset}: ${reason}`);
  }
}

/** What a command's bytes were read from; `at` is where it starts, for the reason of a refusal. */
interface Source {
  readonly bytes: Uint8Array;
  readonly at: number;
  readonly offset: number;
}

interface Decoded {
  readonly command: PrinterCommand;
  readonly length: number;
}

/** `undefined`: the command goes on in bytes that have not come yet. */
type Decoding = Decoded | undefined;

const LF = 0x0a;
const ESC = 0x1b;
const GS = 0x1d;

/**
 * The command that starts at `at`, or `undefined` if more bytes are needed. `offset` is that of
 * `bytes[0]` in the whole stream. Throws `PrinterRefused` for anything else than a command of the
 * list above with values of Epson's reference.
 */
export function decodeCommand(source: Source): Decoding {
  const { bytes, at } = source;
  const first = bytes[at];
  if (first === undefined) return undefined;
  if (first === LF) return { command: { kind: 'lineFeed' }, length: 1 };
  if (first >= 0x20 && first <= 0x7e) return { command: { kind: 'text', code: first }, length: 1 };
  if (first !== ESC && first !== GS) throw refused(source, 'is no command');
  const second = bytes[at + 1];
  if (second === undefined) return undefined;
  return first === ESC ? decodeEsc(source, second) : decodeGs(source, second);
}

function decodeEsc(source: Source, name: number): Decoding {
  if (name === 0x40) return { command: { kind: 'init' }, length: 2 };
  const n = source.bytes[source.at + 2];
  if (n === undefined) return undefined;
  if (name === 0x61) {
    const to = (['left', 'centre', 'right'] as const)[n];
    if (to === undefined) throw refused(source, `ESC a has no alignment ${n}`);
    return { command: { kind: 'align', to }, length: 3 };
  }
  if (name === 0x4a) return { command: { kind: 'feed', dots: n }, length: 3 };
  throw refused(source, `ESC ${hex(name)} is not known`);
}

function decodeGs(source: Source, name: number): Decoding {
  const { bytes, at } = source;
  if (name === 0xe1) return { command: { kind: 'sendPaperLeft' }, length: 2 };
  const n = bytes[at + 2];
  if (n === undefined) return undefined;
  if (name === 0x28) return decodeBlock(source, n);
  if (name === 0x76) return decodeRaster(source);
  if (name === 0x21) {
    if ((n & 0x88) !== 0) throw refused(source, `GS ! has no size ${hex(n)}`);
    return { command: { kind: 'size', width: (n >> 4) + 1, height: (n & 7) + 1 }, length: 3 };
  }
  if (name === 0x61) return { command: { kind: 'automaticStatus', causes: n }, length: 3 };
  if (name === 0x72) {
    if (n !== 1) throw refused(source, `GS r ${n} is not known`);
    return { command: { kind: 'sendPaperStatus' }, length: 3 };
  }
  if (name === 0x56) {
    if (n !== 66) throw refused(source, `GS V ${n} is not known`);
    const dots = bytes[at + 3];
    return dots === undefined ? undefined : { command: { kind: 'cut', dots }, length: 4 };
  }
  throw refused(source, `GS ${hex(name)} is not known`);
}

const RASTER_BYTES_MAX = 128;
const RASTER_ROWS_MAX = 2303;

function decodeRaster(source: Source): Decoding {
  const { bytes, at } = source;
  const head = bytes.subarray(at, at + 8);
  if (head.length < 8) return undefined;
  if (head[2] !== 0x30 || head[3] !== 0) throw refused(source, 'GS v is known as GS v 0, m = 0');
  const bytesPerRow = head[4]! + head[5]! * 256;
  const rows = head[6]! + head[7]! * 256;
  if (bytesPerRow < 1 || bytesPerRow > RASTER_BYTES_MAX) {
    throw refused(source, `GS v 0 with ${bytesPerRow} bytes a row`);
  }
  if (rows < 1 || rows > RASTER_ROWS_MAX) throw refused(source, `GS v 0 with ${rows} rows`);
  const length = 8 + bytesPerRow * rows;
  if (bytes.length < at + length) return undefined;
  const data = bytes.slice(at + 8, at + length);
  return { command: { kind: 'raster', bytesPerRow, rows, data }, length };
}

/** GS ( k, QR Code, and GS ( H, process id. */
function decodeBlock(source: Source, name: number): Decoding {
  const { bytes, at } = source;
  const head = bytes.subarray(at + 3, at + 5);
  if (head.length < 2) return undefined;
  const size = head[0]! + head[1]! * 256;
  if (bytes.length < at + 5 + size) return undefined;
  const body = bytes.subarray(at + 5, at + 5 + size);
  const length = 5 + size;
  if (name === 0x6b) return { command: qrCommand(source, body), length };
  if (name === 0x48) return { command: processIdCommand(source, body), length };
  throw refused(source, `GS ( ${hex(name)} is not known`);
}

function qrCommand(source: Source, body: Uint8Array): PrinterCommand {
  const [kind, fn, n = -1, next = -1] = body;
  if (kind !== 49) throw refused(source, `GS ( k with cn = ${kind} is no QR Code`);
  if (fn === 65 && body.length === 4 && n === 50 && next === 0) return { kind: 'qrModel' };
  if (fn === 67 && body.length === 3 && n >= 1 && n <= 16) return { kind: 'qrModule', dots: n };
  const level = QR_LEVELS[n - 48];
  if (fn === 69 && body.length === 3 && level !== undefined) return { kind: 'qrLevel', level };
  if (fn === 80 && body.length > 3 && body.length <= 7092 && n === 48) {
    return { kind: 'qrStore', text: Buffer.from(body.subarray(3)).toString('latin1') };
  }
  if (fn === 81 && body.length === 3 && n === 48) return { kind: 'qrPrint' };
  throw refused(source, `GS ( k <Function ${100 + (fn ?? 0)}> with ${body.length} bytes`);
}

function processIdCommand(source: Source, body: Uint8Array): PrinterCommand {
  const id = body.subarray(2);
  const isAscii = id.every((code) => code >= 0x20 && code <= 0x7e);
  if (body[0] !== 48 || body[1] !== 48 || id.length !== 4 || !isAscii) {
    throw refused(source, 'GS ( H is known as <Function 48> with four ASCII characters');
  }
  return { kind: 'processId', id: Buffer.from(id).toString('ascii') };
}

const refused = ({ at, offset }: Source, reason: string): PrinterRefused =>
  new PrinterRefused(offset + at, reason);

const hex = (byte: number): string => `${byte.toString(16).toUpperCase().padStart(2, '0')}h`;
