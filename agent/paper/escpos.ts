import { createRequire } from 'node:module';
import type { Band } from './bands.js';
import type { QrCode, QrLevel } from '../../paper/qr.js';

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

export interface PrinterJob {
  readonly bands: readonly Band[];
  readonly qr: QrCode | null;
  /** Rows fed before the cut, at most 255. */
  readonly tailDots: number;
  readonly receipt: Receipt;
  /** Four characters of 0–9 and A–Z; what a printer with process ids sends back. */
  readonly processId: string;
}

/**
 * The bytes of one ticket. Names in comments are those of Epson's ESC/POS command reference.
 * The library's own `qrcode`, `image` and `cut` are not used: the first is no Epson command, the
 * second is slow, the third wastes three lines of paper; and it would send a character over 7Fh
 * as UTF-8, so what is not ASCII goes through `raw`.
 */
export function encodeJob(job: PrinterJob): Buffer {
  const chunks: Buffer[] = [];
  const builder = new Printer({ write: (bytes) => void chunks.push(bytes) });
  builder.hardware('init').align('ct');
  for (const band of job.bands) builder.raw(band.kind === 'feed' ? feed(band.rows) : raster(band));
  if (job.qr !== null) for (const command of qrCommands(job.qr)) builder.raw(command);
  builder.raw(cut(job.tailDots));
  if (job.receipt === 'processId') builder.raw(processId(job.processId));
  if (job.receipt === 'gsR') builder.raw(TRANSMIT_PAPER_STATUS);
  builder.flush();
  return Buffer.concat(chunks);
}

const word = (value: number): [number, number] => [value & 0xff, value >> 8];

/** ESC J: print and feed paper, in dots. */
const feed = (rows: number): Buffer => Buffer.from([0x1b, 0x4a, rows]);

/** GS v 0, m = 0: print raster bit image, in normal size. */
const raster = ({ bytesPerRow, rows, data }: Extract<Band, { kind: 'raster' }>): Buffer =>
  Buffer.concat([Buffer.from([0x1d, 0x76, 0x30, 0, ...word(bytesPerRow), ...word(rows)]), data]);

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

/** GS V <Function B>: feed to the cutter and `dots` more, then cut, leaving one point uncut. */
const cut = (dots: number): Buffer => Buffer.from([0x1d, 0x56, 66, dots]);

/** GS ( H <Function 48>: send these four characters back when the printing is completed. */
const processId = (id: string): Buffer =>
  Buffer.concat([Buffer.from([0x1d, 0x28, 0x48, 6, 0, 48, 48]), Buffer.from(id, 'ascii')]);

/** GS r, n = 1: transmit the paper sensor's status, in sequence with the printing. */
const TRANSMIT_PAPER_STATUS = Buffer.from([0x1d, 0x72, 1]);

const CUT_OFF_DOTS = 40;
/** Paper that `encodeCutOff` takes, with the way to the cutter of a common printer. */
export const CUT_OFF_MM = 15;

/** Switches back to the first modes, and cuts off whatever of another ticket is on the paper. */
export function encodeCutOff(): Buffer {
  const chunks: Buffer[] = [];
  const builder = new Printer({ write: (bytes) => void chunks.push(bytes) });
  builder.hardware('init').raw(feed(CUT_OFF_DOTS)).raw(cut(0)).flush();
  return Buffer.concat(chunks);
}
