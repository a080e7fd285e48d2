import { createRequire } from 'node:module';
import type { QrCode, QrLevel } from '../../paper/qr.js';
import type { PrinterProfile } from '../printer/profile.js';
import { isAlike, type Band } from './bands.js';
import {
  BASELINE_DOTS,
  textRows,
  type Mark,
  type Piece,
  type Placed,
  type PressedTicket,
} from './pieces.js';

/** The part of `escpos` that is used: it gathers bytes and hands them to an adapter. */
interface Builder {
  hardware(command: 'init'): Builder;
  align(to: 'ct'): Builder;
  raw(bytes: Buffer): Builder;
  flush(): Builder;
}

interface Adapter {
  write(bytes: Buffer): void;
}

const require = createRequire(import.meta.url);
const { Printer } = require('escpos') as { Printer: new (adapter: Adapter) => Builder };

/** How the printer is asked to say that all before was printed or processed. */
export type Receipt = 'processId' | 'gsR' | 'none';

export interface PrinterJob extends Pick<PressedTicket, 'pieces' | 'tailDots'> {
  readonly receipt: Receipt;
  /** Four characters of 0–9 and A–Z; what a printer with process ids sends back. */
  readonly processId: string;
}

/** What of a model decides which commands it gets. */
export type Dialect = Pick<
  PrinterProfile,
  'width' | 'dpi' | 'feedUnitsPerInch' | 'raster' | 'cut' | 'presenter'
>;

/**
 * The bytes of one paper. Names in comments are those of Epson's ESC/POS command reference.
 * The library's own `qrcode`, `image` and `cut` are not used: the first is no Epson command, the
 * second is slow, the third wastes three lines of paper; and it would send a character over 7Fh
 * as UTF-8, so what is not ASCII goes through `raw`.
 */
export function encodeJob(dialect: Dialect, job: PrinterJob): Buffer {
  return gathered((builder) => {
    begin(builder, dialect).align('ct');
    let isText = false;
    for (const piece of job.pieces) {
      if (isText && piece.kind !== 'text') builder.raw(size(1, 1));
      isText = piece.kind === 'text';
      for (const command of commands(piece, dialect)) builder.raw(command);
    }
    for (const command of ending(job.tailDots, dialect)) builder.raw(command);
    if (job.receipt === 'processId') builder.raw(processId(job.processId));
    if (job.receipt === 'gsR') builder.raw(TRANSMIT_PAPER_STATUS);
  });
}

const gathered = (write: (builder: Builder) => void): Buffer => {
  const chunks: Buffer[] = [];
  const builder = new Printer({ write: (bytes) => void chunks.push(bytes) });
  write(builder);
  builder.flush();
  return Buffer.concat(chunks);
};

/** ESC @, and GS P where a unit of feeding would not be a dot. */
const begin = (builder: Builder, { dpi, feedUnitsPerInch }: Dialect): Builder => {
  builder.hardware('init');
  return dpi === feedUnitsPerInch ? builder : builder.raw(Buffer.from([0x1d, 0x50, dpi, dpi]));
};

const commands = (piece: Piece, { raster, width }: Dialect): Buffer[] => {
  switch (piece.kind) {
    case 'feed':
      return feeds(piece.rows);
    case 'raster':
      return raster.command === 'gs-v-0' ? [rasterImage(piece)] : graphics(piece);
    case 'text':
      return textLine(piece);
    case 'graphic':
      return [printGraphic(piece.key)];
    case 'qr':
      return qrCommands(piece.code);
    case 'page':
      return pageCommands(piece, width.dots);
  }
};

/** ESC L; ESC W, so many dots wide and high; each mark in its place; FF, which prints them all. */
function pageCommands({ rows, placed }: Extract<Piece, { kind: 'page' }>, width: number): Buffer[] {
  const area = [0x1b, 0x57, 0, 0, 0, 0, ...word(width), ...word(rows)];
  const marks = placed.flatMap(placedMark);
  return [Buffer.from([0x1b, 0x4c]), Buffer.from(area), ...marks, Buffer.from([0x0c])];
}

/** GS $ and ESC $ to the lower left corner, of a text to where its letters stand; the mark. */
function placedMark({ mark, x, y, rows }: Placed): Buffer[] {
  const below = y + (mark.kind === 'text' ? mark.height * BASELINE_DOTS : rows);
  const place = Buffer.from([0x1d, 0x24, ...word(below), 0x1b, 0x24, ...word(x)]);
  return [place, ...onPage(mark)];
}

const onPage = (mark: Mark): Buffer[] => {
  switch (mark.kind) {
    case 'text':
      return [size(mark.width, mark.height), Buffer.from(mark.text, 'ascii')];
    case 'graphic':
      return [printGraphic(mark.key)];
    case 'qr':
      return qrCommands(mark.code);
  }
};

const word = (value: number): [number, number] => [value & 0xff, value >> 8];

/** The most that one ESC J feeds. */
const FEED_MAX = 255;

/** ESC J: print and feed paper. */
const feed = (rows: number): Buffer => Buffer.from([0x1b, 0x4a, rows]);

const feeds = (rows: number): Buffer[] => [
  ...Array.from({ length: Math.floor(rows / FEED_MAX) }, () => feed(FEED_MAX)),
  ...(rows % FEED_MAX === 0 ? [] : [feed(rows % FEED_MAX)]),
];

type RasterBand = Extract<Band, { kind: 'raster' }>;

/** GS v 0, m = 0: print raster bit image, in normal size. */
const rasterImage = ({ bytesPerRow, rows, data }: RasterBand): Buffer =>
  Buffer.concat([Buffer.from([0x1d, 0x76, 0x30, 0, ...word(bytesPerRow), ...word(rows)]), data]);

/** GS ( L <Function 112>, store in the print buffer, and <Function 50>, print it. */
function graphics(band: RasterBand): Buffer[] {
  const { bytesPerRow, rows, data } = band;
  const head = [48, 112, 48, 1, 1, 49, ...word(bytesPerRow * 8), ...word(rows)];
  const length = word(head.length + data.length);
  // A length that reads as a real-time command is none once the band is cut in two.
  if (isAlike(length[0], length[1]) && rows > 1) return halves(band).flatMap(graphics);
  const store = Buffer.concat([Buffer.from([0x1d, 0x28, 0x4c, ...length, ...head]), data]);
  return [store, Buffer.from([0x1d, 0x28, 0x4c, 2, 0, 48, 50])];
}

function halves({ kind, bytesPerRow, rows, data }: RasterBand): RasterBand[] {
  const half = Math.ceil(rows / 2);
  const at = half * bytesPerRow;
  return [
    { kind, bytesPerRow, rows: half, data: data.subarray(0, at) },
    { kind, bytesPerRow, rows: rows - half, data: data.subarray(at) },
  ];
}

/** GS !: select character size. */
const size = (width: number, height: number): Buffer =>
  Buffer.from([0x1d, 0x21, ((width - 1) << 4) | (height - 1)]);

/** ESC 3, so that a line is as high on every model; GS !; the text; LF. */
const textLine = (line: Extract<Piece, { kind: 'text' }>): Buffer[] => [
  Buffer.from([0x1b, 0x33, textRows(line)]),
  size(line.width, line.height),
  Buffer.from(`${line.text}\n`, 'ascii'),
];

/** GS ( L <Function 69>: print the NV graphic, in normal size. */
const printGraphic = (key: string): Buffer =>
  Buffer.concat([
    Buffer.from([0x1d, 0x28, 0x4c, 6, 0, 48, 69]),
    Buffer.from(key, 'ascii'),
    Buffer.from([1, 1]),
  ]);

const LEVELS: Readonly<Record<QrLevel, number>> = { L: 48, M: 49, Q: 50, H: 51 };

/** GS ( k with cn = 49 (QR Code): functions 165, 167, 169, 180 and 181. */
function qrCommands({ text, moduleDots, level }: QrCode): Buffer[] {
  const data = Buffer.from(text, 'ascii');
  const call = (...rest: readonly number[]): Buffer =>
    Buffer.from([0x1d, 0x28, 0x6b, ...word(rest.length + 1), 49, ...rest]);
  return [
    call(65, 50, 0), // <Function 165>: model 2
    call(67, moduleDots), // <Function 167>: size of a module
    call(69, LEVELS[level]), // <Function 169>: error correction
    call(80, 48, ...data), // <Function 180>: store
    call(81, 48), // <Function 181>: print
  ];
}

/** Feeds the last print past the cutter, cuts, and holds the paper out. */
function ending(tailDots: number, { cut, presenter }: Dialect): Buffer[] {
  const presented = presenter === null ? [] : [Buffer.from([0x1d, 0x65, 3, presenter.steps])];
  return [...cutting(tailDots, cut), ...presented];
}

function cutting(tailDots: number, cut: Dialect['cut']): Buffer[] {
  switch (cut.command) {
    case 'gs-v-66':
      // GS V <Function B>: feed to the cutter and so far more, then cut, leaving one point uncut.
      return [Buffer.from([0x1d, 0x56, 66, tailDots])];
    case 'gs-v-1':
      // GS V <Function A>: cut where the paper is, leaving one point uncut.
      return [...feeds(tailDots + cut.feedDots), Buffer.from([0x1d, 0x56, 1])];
    case 'esc-i':
      // ESC i, as in Custom's command reference: total cut.
      return [...feeds(tailDots + cut.feedDots), Buffer.from([0x1b, 0x69])];
    case 'none':
      return feeds(tailDots + cut.feedDots);
  }
}

/** GS ( H <Function 48>: send these four characters back when the printing is completed. */
const processId = (id: string): Buffer =>
  Buffer.concat([Buffer.from([0x1d, 0x28, 0x48, 6, 0, 48, 48]), Buffer.from(id, 'ascii')]);

/** GS r, n = 1: transmit the paper sensor's status, in sequence with the printing. */
export const TRANSMIT_PAPER_STATUS = Buffer.from([0x1d, 0x72, 1]);

const CUT_OFF_DOTS = 40;
/** Paper that `encodeCutOff` takes, with the way to the cutter of a common printer. */
export const CUT_OFF_MM = 15;

/** Switches back to the first modes, and cuts off whatever of another ticket is on the paper. */
export const encodeCutOff = (dialect: Dialect): Buffer =>
  gathered((builder) => {
    begin(builder, dialect).raw(feed(CUT_OFF_DOTS));
    for (const command of ending(0, dialect)) builder.raw(command);
  });
