import { dotAt, emptyBitmap, setDot, type Bitmap } from '../../paper/bitmap.js';
import { qrModules, type QrCode } from '../../paper/qr.js';
import { CELL, textBitmap } from './builtin.js';
import type { PrinterCommand } from './decode.js';
import type { PrinterProfile } from './profile.js';

/** A piece of paper that was cut off, the blank strip at its top included. */
export interface Slip {
  readonly bitmap: Bitmap;
  readonly lengthMm: number;
  readonly codes: readonly QrCode[];
}

/** Rows from one line of text to the next, at single height. */
const LINE_DOTS = 30;
const ROWS_MAX = 4000;

/**
 * The paper in the printer, and the modes that commands set. Refuses, by an error whose message is
 * the reason, what a printer would print otherwise than it was meant.
 */
export class VirtualPaper {
  private bitmap: Bitmap;
  private row: number;
  private line = '';
  private align: 'left' | 'centre' | 'right' = 'left';
  private size = { width: 1, height: 1 };
  /** What GS ( k has set so far; `undefined` before a model is chosen. */
  private code: Partial<QrCode> | undefined;
  private codes: QrCode[] = [];
  private readonly bytesPerRow: number;

  constructor(
    private readonly profile: PrinterProfile,
    private readonly onCut: (slip: Slip) => void,
  ) {
    this.bytesPerRow = profile.width.dots / 8;
    this.bitmap = emptyBitmap(this.bytesPerRow, ROWS_MAX);
    this.row = profile.cut.blankDots;
  }

  /** Rows that the command will advance by: what the end of the paper is compared with. */
  rowsOf(command: PrinterCommand): number {
    if (command.kind === 'raster') return command.rows;
    if (command.kind === 'feed' || command.kind === 'cut') return command.dots;
    if (command.kind === 'lineFeed') return this.lineDots;
    if (command.kind !== 'qrPrint') return 0;
    const code = this.wholeCode();
    return qrModules(code.text, code.level).length * code.moduleDots;
  }

  /** What was printed since the last cut. */
  get unfinished(): Bitmap {
    return cropped(this.bitmap, this.row);
  }

  get usedRows(): number {
    return this.row - this.profile.cut.blankDots;
  }

  /** Forgets modes and the line, as switching on does; what is printed stays. */
  reset(): void {
    this.line = '';
    this.align = 'left';
    this.size = { width: 1, height: 1 };
    this.code = undefined;
  }

  print(command: PrinterCommand): void {
    switch (command.kind) {
      case 'text':
        this.line += String.fromCharCode(command.code);
        return;
      case 'lineFeed':
        return this.printLine();
      case 'init':
        return this.reset();
      case 'align':
        this.needEmptyLine('ESC a');
        this.align = command.to;
        return;
      case 'size':
        this.size = command;
        return;
      case 'feed':
        this.needEmptyLine('ESC J');
        return this.advance(command.dots);
      case 'raster':
        return this.printRaster(command);
      case 'cut':
        return this.cut(command.dots);
      case 'qrModel':
      case 'qrModule':
      case 'qrLevel':
      case 'qrStore':
      case 'qrPrint':
        return this.setCode(command);
      case 'processId':
      case 'sendPaperStatus':
      case 'automaticStatus':
      case 'sendPaperLeft':
        return;
    }
  }

  /** The paper ends or is torn off: what was printed on it is gone, modes stay. */
  tear(): void {
    this.bitmap = emptyBitmap(this.bytesPerRow, ROWS_MAX);
    this.row = this.profile.cut.blankDots;
    this.codes = [];
  }

  private setCode(command: Extract<PrinterCommand, { kind: `qr${string}` }>): void {
    if (command.kind === 'qrModel') this.code = {};
    else if (this.code === undefined) throw new Error('GS ( k before a model is chosen');
    else if (command.kind === 'qrModule') this.code = { ...this.code, moduleDots: command.dots };
    else if (command.kind === 'qrLevel') this.code = { ...this.code, level: command.level };
    else if (command.kind === 'qrStore') this.code = { ...this.code, text: command.text };
    else this.printCode(this.wholeCode());
  }

  private wholeCode(): QrCode {
    const { moduleDots, level, text } = this.code ?? {};
    if (moduleDots === undefined || level === undefined || text === undefined) {
      throw new Error('a QR code is printed before its size, level and data are set');
    }
    return { moduleDots, level, text };
  }

  private printCode(code: QrCode): void {
    this.needEmptyLine('GS ( k');
    const modules = qrModules(code.text, code.level);
    const dots = modules.length * code.moduleDots;
    const left = this.left(dots, 'the QR code');
    const module = (dot: number): number => Math.floor(dot / code.moduleDots);
    for (let y = 0; y < dots; y += 1) {
      for (let x = 0; x < dots; x += 1) {
        if (modules[module(y)]![module(x)]) setDot(this.bitmap, left + x, this.row + y);
      }
    }
    this.codes.push(code);
    this.advance(dots);
  }

  private printRaster({
    bytesPerRow,
    rows,
    data,
  }: Extract<PrinterCommand, { kind: 'raster' }>): void {
    this.needEmptyLine('GS v 0');
    const { maxBandRows } = this.profile.raster;
    if (rows > maxBandRows) throw new Error(`a band of ${rows} rows, at most ${maxBandRows}`);
    const left = this.left(bytesPerRow * 8, 'the band');
    if (left % 8 !== 0) throw new Error(`the band starts at dot ${left}, within a byte`);
    for (let y = 0; y < rows; y += 1) {
      const to = (this.row + y) * this.bytesPerRow + left / 8;
      this.bitmap.data.set(data.subarray(y * bytesPerRow, (y + 1) * bytesPerRow), to);
    }
    this.advance(rows);
  }

  private printLine(): void {
    const text = this.line;
    this.line = '';
    if (text !== '') this.drawText(text);
    this.advance(this.lineDots);
  }

  private drawText(text: string): void {
    const drawn = textBitmap(text, this.size);
    const dots = text.length * CELL.width * this.size.width;
    const left = this.left(dots, 'the line');
    for (let y = 0; y < drawn.rows; y += 1) {
      for (let x = 0; x < dots; x += 1) {
        if (dotAt(drawn, x, y)) setDot(this.bitmap, left + x, this.row + y);
      }
    }
  }

  private get lineDots(): number {
    return Math.max(LINE_DOTS, CELL.height * this.size.height + LINE_DOTS - CELL.height);
  }

  private left(dots: number, what: string): number {
    const room = this.profile.width.dots - dots;
    if (room < 0)
      throw new Error(`${what} is ${dots} dots wide, the paper ${this.profile.width.dots}`);
    return this.align === 'left' ? 0 : this.align === 'right' ? room : Math.floor(room / 2);
  }

  private cut(dots: number): void {
    this.needEmptyLine('GS V');
    if (this.usedRows === 0) throw new Error('a cut without anything printed or fed before it');
    this.advance(dots);
    const lengthMm = (this.row * 25.4) / this.profile.dpi;
    const slip = { bitmap: cropped(this.bitmap, this.row), lengthMm, codes: this.codes };
    this.tear();
    this.onCut(slip);
  }

  private advance(rows: number): void {
    if (this.row + rows > ROWS_MAX) throw new Error(`more than ${ROWS_MAX} rows without a cut`);
    this.row += rows;
  }

  private needEmptyLine(command: string): void {
    if (this.line !== '') throw new Error(`${command} while a line of text is not finished`);
  }
}

const cropped = ({ bytesPerRow, data }: Bitmap, rows: number): Bitmap => ({
  bytesPerRow,
  rows,
  data: data.slice(0, rows * bytesPerRow),
});
