import { QR_LEVELS } from '../../paper/qr.js';
import {
  hex,
  refused,
  type Decoding,
  type Dots,
  type PrinterCommand,
  type Source,
} from './decode.js';

/** GS ( k, QR Code; GS ( H, process id; GS ( L, graphics. */
export function decodeBlock(source: Source, name: number): Decoding {
  const { bytes, at } = source;
  const head = bytes.subarray(at + 3, at + 5);
  if (head.length < 2) return undefined;
  const size = head[0]! + head[1]! * 256;
  if (bytes.length < at + 5 + size) return undefined;
  const body = bytes.subarray(at + 5, at + 5 + size);
  const length = 5 + size;
  if (name === 0x6b) return { command: qrCommand(source, body), length };
  if (name === 0x48) return { command: processIdCommand(source, body), length };
  if (name === 0x4c) return { command: graphicCommand(source, body), length };
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
  if (body[0] !== 48 || body[1] !== 48 || id.length !== 4 || !isPrintable(id)) {
    throw refused(source, 'GS ( H is known as <Function 48> with four ASCII characters');
  }
  return { kind: 'processId', id: Buffer.from(id).toString('ascii') };
}

const isPrintable = (bytes: Uint8Array): boolean =>
  bytes.every((code) => code >= 0x20 && code <= 0x7e);

const GRAPHIC_DOTS_MAX = { width: 2400, rows: 2400 };

/** <Functions 50, 64, 66, 67, 69 and 112> with m = 48. */
function graphicCommand(source: Source, body: Uint8Array): PrinterCommand {
  const [m, fn] = body;
  if (m !== 48) throw refused(source, `GS ( L with m = ${m} is not known`);
  const rest = body.subarray(2);
  if (fn === 50 && rest.length === 0) return { kind: 'graphicPrint' };
  if (fn === 64 && rest[0] === 0x4b && rest[1] === 0x43 && rest.length === 2) {
    return { kind: 'nvList' };
  }
  if (fn === 66 && rest.length === 2) return { kind: 'nvDelete', key: keyOf(source, rest) };
  if (fn === 69 && rest.length === 4 && rest[2] === 1 && rest[3] === 1) {
    return { kind: 'nvPrint', key: keyOf(source, rest.subarray(0, 2)) };
  }
  if (fn === 112 && rest[0] === 48 && rest[1] === 1 && rest[2] === 1 && rest[3] === 49) {
    return { kind: 'graphicStore', ...dotsOf(source, rest.subarray(4), 0) };
  }
  if (fn === 67 && rest[0] === 48 && rest[3] === 1) {
    const key = keyOf(source, rest.subarray(1, 3));
    return { kind: 'nvDefine', key, ...dotsOf(source, rest.subarray(4), 1) };
  }
  throw refused(source, `GS ( L <Function ${fn}> with ${body.length} bytes`);
}

function keyOf(source: Source, key: Uint8Array): string {
  if (!isPrintable(key)) throw refused(source, 'a key of GS ( L is two ASCII characters');
  return Buffer.from(key).toString('ascii');
}

/** Width and height in dots, so many bytes of colour, and the dots. */
function dotsOf(source: Source, rest: Uint8Array, colourBytes: number): Dots {
  const [xL = 0, xH = 0, yL = 0, yH = 0, colour] = rest;
  const width = xL + xH * 256;
  const rows = yL + yH * 256;
  const { width: widthMax, rows: rowsMax } = GRAPHIC_DOTS_MAX;
  if (width < 1 || width > widthMax || rows < 1 || rows > rowsMax) {
    throw refused(source, `a graphic of ${width} by ${rows} dots`);
  }
  if (colourBytes === 1 && colour !== 49) throw refused(source, 'a graphic in a second colour');
  const bytesPerRow = Math.ceil(width / 8);
  const data = rest.slice(4 + colourBytes);
  if (data.length !== bytesPerRow * rows) {
    throw refused(source, `${data.length} bytes for a graphic of ${width} by ${rows} dots`);
  }
  return { bytesPerRow, rows, data };
}
