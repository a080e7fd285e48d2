import type { QrLevel } from '../../paper/qr.js';
import { decodeBlock } from './decode-block.js';

/** A command as the printer understands it, in the order of Epson's ESC/POS command reference. */
export type PrinterCommand =
  | { readonly kind: 'text'; readonly code: number }
  | { readonly kind: 'lineFeed' }
  | { readonly kind: 'init' }
  | { readonly kind: 'align'; readonly to: 'left' | 'centre' | 'right' }
  | { readonly kind: 'size'; readonly width: number; readonly height: number }
  | { readonly kind: 'lineSpacing'; readonly units: number }
  | { readonly kind: 'motionUnits'; readonly perInch: number }
  | { readonly kind: 'feed'; readonly units: number }
  | ({ readonly kind: 'raster' } & Dots)
  | { readonly kind: 'qrModel' }
  | { readonly kind: 'qrModule'; readonly dots: number }
  | { readonly kind: 'qrLevel'; readonly level: QrLevel }
  | { readonly kind: 'qrStore'; readonly text: string }
  | { readonly kind: 'qrPrint' }
  | ({ readonly kind: 'graphicStore' } & Dots)
  | { readonly kind: 'graphicPrint' }
  | ({ readonly kind: 'nvDefine'; readonly key: string } & Dots)
  | { readonly kind: 'nvPrint'; readonly key: string }
  | { readonly kind: 'nvDelete'; readonly key: string }
  | { readonly kind: 'nvList' }
  /** What a host says to a part of a list: it has it, wants it again, or wants no more. */
  | { readonly kind: 'listAnswer'; readonly answer: 'more' | 'again' | 'cancel' }
  | { readonly kind: 'pageStart' }
  | { readonly kind: 'pageArea'; readonly width: number; readonly height: number }
  | { readonly kind: 'positionX'; readonly units: number }
  /** Of the baseline on which text, graphics and codes stand. */
  | { readonly kind: 'positionY'; readonly units: number }
  | { readonly kind: 'pagePrint' }
  | { readonly kind: 'cut'; readonly by: 'gs-v-66' | 'gs-v-1' | 'esc-i'; readonly units: number }
  | { readonly kind: 'present'; readonly steps: number }
  | { readonly kind: 'processId'; readonly id: string }
  | { readonly kind: 'sendPaperStatus' }
  /** Which changes the printer tells by itself; 0 is none. */
  | { readonly kind: 'automaticStatus'; readonly causes: number }
  | { readonly kind: 'sendPaperLeft' };

/** Black dots, row by row. */
export interface Dots {
  readonly bytesPerRow: number;
  readonly rows: number;
  readonly data: Uint8Array;
}

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
export interface Source {
  readonly bytes: Uint8Array;
  readonly at: number;
  readonly offset: number;
}

export interface Decoded {
  readonly command: PrinterCommand;
  readonly length: number;
}

/** `undefined`: the command goes on in bytes that have not come yet. */
export type Decoding = Decoded | undefined;

/** ACK, NAK and CAN, as <Function 64> of GS ( L has them. */
const LIST_ANSWERS: Readonly<Record<number, 'more' | 'again' | 'cancel'>> = {
  0x06: 'more',
  0x15: 'again',
  0x18: 'cancel',
};
const LF = 0x0a;
const FF = 0x0c;
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
  const answer = LIST_ANSWERS[first];
  if (answer !== undefined) return { command: { kind: 'listAnswer', answer }, length: 1 };
  if (first === LF) return { command: { kind: 'lineFeed' }, length: 1 };
  if (first === FF) return { command: { kind: 'pagePrint' }, length: 1 };
  if (first >= 0x20 && first <= 0x7e) return { command: { kind: 'text', code: first }, length: 1 };
  if (first !== ESC && first !== GS) throw refused(source, 'is no command');
  const second = bytes[at + 1];
  if (second === undefined) return undefined;
  return first === ESC ? decodeEsc(source, second) : decodeGs(source, second);
}

function decodeEsc(source: Source, name: number): Decoding {
  if (name === 0x40) return { command: { kind: 'init' }, length: 2 };
  if (name === 0x4c) return { command: { kind: 'pageStart' }, length: 2 };
  if (name === 0x57) return decodeArea(source);
  if (name === 0x24) return decodePosition(source, 'positionX');
  if (name === 0x69) return { command: { kind: 'cut', by: 'esc-i', units: 0 }, length: 2 };
  const n = source.bytes[source.at + 2];
  if (n === undefined) return undefined;
  if (name === 0x61) {
    const to = (['left', 'centre', 'right'] as const)[n];
    if (to === undefined) throw refused(source, `ESC a has no alignment ${n}`);
    return { command: { kind: 'align', to }, length: 3 };
  }
  if (name === 0x33) return { command: { kind: 'lineSpacing', units: n }, length: 3 };
  if (name === 0x4a) return { command: { kind: 'feed', units: n }, length: 3 };
  throw refused(source, `ESC ${hex(name)} is not known`);
}

/** ESC $ and GS $. */
function decodePosition({ bytes, at }: Source, kind: 'positionX' | 'positionY'): Decoding {
  const [low, high] = bytes.subarray(at + 2, at + 4);
  if (low === undefined || high === undefined) return undefined;
  return { command: { kind, units: low + high * 256 }, length: 4 };
}

/** ESC W. */
function decodeArea(source: Source): Decoding {
  const { bytes, at } = source;
  const body = bytes.subarray(at + 2, at + 10);
  if (body.length < 8) return undefined;
  const [x, y, width, height] = [0, 2, 4, 6].map((low) => body[low]! + body[low + 1]! * 256);
  if (x !== 0 || y !== 0) throw refused(source, 'ESC W is known from the upper left corner');
  if (width === 0 || height === 0) throw refused(source, 'ESC W with an empty area');
  return { command: { kind: 'pageArea', width: width!, height: height! }, length: 10 };
}

function decodeGs(source: Source, name: number): Decoding {
  const { bytes, at } = source;
  if (name === 0x24) return decodePosition(source, 'positionY');
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
  if (name === 0x56 || name === 0x50 || name === 0x65) return decodePair(source, name);
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

/** GS V, GS P and GS e, which have a second value. */
function decodePair(source: Source, name: number): Decoding {
  const { bytes, at } = source;
  const n = bytes[at + 2]!;
  if (name === 0x56 && n === 1) {
    return { command: { kind: 'cut', by: 'gs-v-1', units: 0 }, length: 3 };
  }
  if (name === 0x56 && n !== 66) throw refused(source, `GS V ${n} is not known`);
  if (name === 0x65 && n !== 3) throw refused(source, `GS e ${n} is not known`);
  const value = bytes[at + 3];
  if (value === undefined) return undefined;
  if (name === 0x56) return { command: { kind: 'cut', by: 'gs-v-66', units: value }, length: 4 };
  if (name === 0x65) return { command: { kind: 'present', steps: value }, length: 4 };
  if (n !== value || n === 0) throw refused(source, `GS P with units of ${n} and ${value}`);
  return { command: { kind: 'motionUnits', perInch: n }, length: 4 };
}

export const refused = ({ at, offset }: Source, reason: string): PrinterRefused =>
  new PrinterRefused(offset + at, reason);

export const hex = (byte: number): string => `${byte.toString(16).toUpperCase().padStart(2, '0')}h`;
