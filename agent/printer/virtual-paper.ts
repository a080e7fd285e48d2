import { dotAt, emptyBitmap, firstRows, setDot, type Bitmap } from '../../paper/bitmap.js';
import { qrModules, type QrCode } from '../../paper/qr.js';
import { CELL } from '../paper/pieces.js';
import { lacks } from './abilities.js';
import { textBitmap } from './builtin.js';
import type { Dots, PrinterCommand } from './decode.js';
import { Memory } from './memory.js';
import type { PrinterProfile } from './profile.js';
import { codeBitmap, VirtualCode } from './virtual-code.js';
import { isOfPage, VirtualPage } from './virtual-page.js';

/** A piece of paper that was cut off, the blank strip at its top included. */
export interface Slip {
  readonly bitmap: Bitmap;
  readonly lengthMm: number;
  readonly codes: readonly QrCode[];
}

/** Rows from one line of text to the next, before ESC 3 says otherwise. */
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
  /** What is cut off next may be the blank start of a roll. */
  private isNew = false;
  private align: 'left' | 'centre' | 'right' = 'left';
  private size = { width: 1, height: 1 };
  private code = new VirtualCode();
  private codes: QrCode[] = [];
  /** What <Function 112> of GS ( L has put into the print buffer. */
  private stored: Dots | undefined;
  /** In page mode, what it has gathered. */
  private page: VirtualPage | undefined;
  /** In units of feeding; `undefined` as after ESC @. */
  private lineSpacing: number | undefined;
  private unitsPerInch: number;
  /** Rows from the cutter to the first print that is still before it. */
  private inked = 0;
  readonly memory: Memory;
  private readonly bytesPerRow: number;

  constructor(
    private readonly profile: PrinterProfile,
    private readonly onCut: (slip: Slip) => void,
  ) {
    this.bytesPerRow = profile.width.dots / 8;
    this.bitmap = emptyBitmap(this.bytesPerRow, ROWS_MAX);
    this.row = profile.cut.blankDots;
    this.unitsPerInch = profile.feedUnitsPerInch;
    this.memory = new Memory(profile.nv?.capacityBytes ?? 0);
  }

  /** Rows that the command will advance by: what the end of the paper is compared with. */
  rowsOf(command: PrinterCommand): number {
    if (command.kind === 'pagePrint') return this.page?.rows ?? 0;
    if (this.page !== undefined) return 0;
    if (command.kind === 'raster') return command.rows;
    if (command.kind === 'feed' || command.kind === 'cut') return this.dotsOf(command.units);
    if (command.kind === 'graphicPrint') return this.stored?.rows ?? 0;
    if (command.kind === 'nvPrint') return this.memory.graphic(command.key).rows;
    if (command.kind === 'lineFeed') return this.lineDots;
    if (command.kind !== 'qrPrint') return 0;
    const code = this.code.whole();
    return qrModules(code.text, code.level).length * code.moduleDots;
  }

  /** What was printed since the last cut. */
  get unfinished(): Bitmap {
    return firstRows(this.bitmap, this.row);
  }

  get usedRows(): number {
    return this.row - this.profile.cut.blankDots;
  }

  /** Forgets modes and the line, as switching on does; what is printed stays. */
  reset(): void {
    this.line = '';
    this.align = 'left';
    this.size = { width: 1, height: 1 };
    this.code = new VirtualCode();
    this.stored = undefined;
    this.page = undefined;
    this.lineSpacing = undefined;
    this.unitsPerInch = this.profile.feedUnitsPerInch;
  }

  print(command: PrinterCommand): void {
    const reason = lacks(this.profile, command);
    if (reason !== undefined) throw new Error(reason);
    if (this.page !== undefined) return this.setOnPage(this.page, command);
    if (isOfPage(command)) throw new Error(`${command.kind} outside page mode`);
    switch (command.kind) {
      case 'pageStart':
        this.needEmptyLine('ESC L');
        this.page = new VirtualPage(this.profile.width.dots);
        return;
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
        return this.advance(this.dotsOf(command.units));
      case 'lineSpacing':
        this.lineSpacing = command.units;
        return;
      case 'motionUnits':
        this.unitsPerInch = command.perInch;
        return;
      case 'raster':
        return this.printRaster(command);
      case 'graphicStore':
        this.stored = command;
        return;
      case 'graphicPrint':
        return this.printStored();
      case 'nvDefine':
        this.needEmptyLine('GS ( L');
        return this.memory.define(command.key, command);
      case 'nvPrint':
        return this.printGraphic(this.memory.graphic(command.key));
      case 'nvDelete':
        return this.memory.delete(command.key);
      case 'cut':
        return this.cut(this.dotsOf(command.units));
      case 'qrModel':
      case 'qrModule':
      case 'qrLevel':
      case 'qrStore':
        return this.code.set(command);
      case 'qrPrint':
        return this.printCode(this.code.whole());
      default:
        // What is only answered changes nothing on the paper.
        return;
    }
  }

  private setOnPage(page: VirtualPage, command: PrinterCommand): void {
    if (command.kind === 'init') return this.reset();
    if (command.kind === 'size') this.size = command;
    if (command.kind === 'qrPrint') this.codes.push(this.code.whole());
    if (command.kind === 'pagePrint') {
      this.page = undefined;
      return this.stamp(page.whole(), 0);
    }
    const { size, code, memory } = this;
    page.take(command, { size, code, memory, dotsOf: (units) => this.dotsOf(units) });
  }

  /** A person tears a whole ticket off at the bar, if one has come that far. */
  tearOff(): void {
    const { cut } = this.profile;
    if (cut.command !== 'none' || this.inked === 0) return;
    if (this.row - this.inked >= cut.feedDots) this.giveOut(cut.feedDots);
  }

  /** The paper ends or is torn off: what was printed on it is gone, modes stay. */
  tear(isNewRoll = false): void {
    this.isNew = isNewRoll;
    this.bitmap = emptyBitmap(this.bytesPerRow, ROWS_MAX);
    this.row = this.profile.cut.blankDots;
    this.codes = [];
    this.inked = 0;
  }

  /** Units of feeding in dots, as the profile or GS P has them. */
  private dotsOf(units: number): number {
    return Math.floor((units * this.profile.dpi) / this.unitsPerInch);
  }

  private printCode(code: QrCode): void {
    this.needEmptyLine('GS ( k');
    const drawn = codeBitmap(code);
    this.copy(drawn, this.left(drawn.side, 'the QR code'), drawn.side);
    this.codes.push(code);
    this.advance(drawn.side, true);
  }

  private printRaster(dots: Dots): void {
    this.needEmptyLine('GS v 0');
    const left = this.bandLeft(dots);
    if (left % 8 !== 0) throw new Error(`the band starts at dot ${left}, within a byte`);
    this.stamp(dots, left);
  }

  private printGraphic(dots: Dots): void {
    this.needEmptyLine('GS ( L');
    this.stamp(dots, this.left(dots.bytesPerRow * 8, 'the graphic'));
  }

  private printStored(): void {
    this.needEmptyLine('GS ( L');
    if (this.stored === undefined) throw new Error('GS ( L <Function 50> before <Function 112>');
    this.stamp(this.stored, this.bandLeft(this.stored));
    this.stored = undefined;
  }

  private bandLeft({ bytesPerRow, rows }: Dots): number {
    const { maxBandRows } = this.profile.raster;
    if (rows > maxBandRows) throw new Error(`a band of ${rows} rows, at most ${maxBandRows}`);
    return this.left(bytesPerRow * 8, 'the band');
  }

  private stamp({ bytesPerRow, rows, data }: Dots, left: number): void {
    const dots = { bytesPerRow, rows, data };
    if (left % 8 === 0) {
      for (let y = 0; y < rows; y += 1) {
        const to = (this.row + y) * this.bytesPerRow + left / 8;
        this.bitmap.data.set(data.subarray(y * bytesPerRow, (y + 1) * bytesPerRow), to);
      }
    } else this.copy(dots, left, bytesPerRow * 8);
    this.advance(rows, true);
  }

  private copy(dots: Bitmap, left: number, width: number): void {
    for (let y = 0; y < dots.rows; y += 1) {
      for (let x = 0; x < width; x += 1) {
        if (dotAt(dots, x, y)) setDot(this.bitmap, left + x, this.row + y);
      }
    }
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
    this.copy(drawn, this.left(dots, 'the line'), dots);
    this.inked = this.row + drawn.rows;
  }

  private get lineDots(): number {
    const spacing = this.lineSpacing === undefined ? LINE_DOTS : this.dotsOf(this.lineSpacing);
    return Math.max(spacing, CELL.height * this.size.height);
  }

  private left(dots: number, what: string): number {
    const room = this.profile.width.dots - dots;
    if (room < 0)
      throw new Error(`${what} is ${dots} dots wide, the paper ${this.profile.width.dots}`);
    return this.align === 'left' ? 0 : this.align === 'right' ? room : Math.floor(room / 2);
  }

  private cut(dots: number): void {
    this.needEmptyLine('GS V');
    if (this.usedRows === 0 && !this.isNew) throw new Error('a cut without anything before it');
    const { cut } = this.profile;
    if (cut.command === 'gs-v-66') {
      this.advance(dots);
      return this.giveOut(0);
    }
    const missing = this.inked + cut.feedDots - this.row;
    if (missing > 0)
      throw new Error(`the cut is ${missing} rows too early, through what is printed`);
    this.giveOut(cut.feedDots);
  }

  /** What is past the cutter is a slip; so many rows are still before it. */
  private giveOut(rowsBefore: number): void {
    const rows = this.row - rowsBefore;
    const lengthMm = (rows * 25.4) / this.profile.dpi;
    const slip = { bitmap: firstRows(this.bitmap, rows), lengthMm, codes: this.codes };
    this.tear();
    this.onCut(slip);
  }

  private advance(rows: number, isInk = false): void {
    if (this.row + rows > ROWS_MAX) throw new Error(`more than ${ROWS_MAX} rows without a cut`);
    this.row += rows;
    if (isInk) this.inked = this.row;
  }

  private needEmptyLine(command: string): void {
    if (this.line !== '') throw new Error(`${command} while a line of text is not finished`);
  }
}
