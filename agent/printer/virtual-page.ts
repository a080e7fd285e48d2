import { dotAt, emptyBitmap, setDot, type Bitmap } from '../../paper/bitmap.js';
import type { QrCode } from '../../paper/qr.js';
import { BASELINE_DOTS, CELL } from '../paper/pieces.js';
import { textBitmap } from './builtin.js';
import type { Dots, PrinterCommand } from './decode.js';
import type { Memory } from './memory.js';
import { codeBitmap, type VirtualCode } from './virtual-code.js';

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Whether a command means something on a page alone. */
export const isOfPage = ({ kind }: PrinterCommand): boolean =>
  ['pageArea', 'positionX', 'positionY', 'pagePrint'].includes(kind);

/** What other commands have set when a print comes. */
interface Modes {
  readonly size: { readonly width: number; readonly height: number };
  readonly code: VirtualCode;
  readonly memory: Memory;
  dotsOf(units: number): number;
}

/**
 * What a printer in page mode has gathered. Everything stands with its lower left corner on the
 * baseline, letters with theirs (Citizen iDP-3221 and PPU-700 manuals, figures of page mode).
 * Manuals leave open whether position 0 is the area's first row or the baseline of its first line,
 * so what either reading would lose is refused, and so is ink upon ink.
 */
export class VirtualPage {
  private bitmap: Bitmap | undefined;
  private height = 0;
  private x = 0;
  private baseline = 0;
  private run = '';
  private size = { width: 1, height: 1 };
  private isEmpty = true;

  constructor(private readonly sheetDots: number) {}

  /** Throws, with the reason, for what does not belong on a page. */
  take(command: PrinterCommand, { size, code, memory, dotsOf }: Modes): void {
    switch (command.kind) {
      case 'size':
        return;
      case 'pageArea':
        return this.setArea(dotsOf(command.width), dotsOf(command.height));
      case 'positionX':
        return this.moveX(dotsOf(command.units));
      case 'positionY':
        return this.moveY(dotsOf(command.units));
      case 'text':
        return this.text(command.code, size);
      case 'nvPrint':
        return this.graphic(memory.graphic(command.key));
      case 'qrPrint':
        return this.drawCode(code.whole());
      case 'qrModel':
      case 'qrModule':
      case 'qrLevel':
      case 'qrStore':
        return code.set(command);
      default:
        throw new Error(`${command.kind} in page mode`);
    }
  }

  /** The page as it is printed, as high as its area. */
  whole(): Bitmap {
    this.endRun();
    if (this.bitmap === undefined) throw new Error('FF on a page without ESC W');
    return this.bitmap;
  }

  /** As high as its area, printed or not. */
  get rows(): number {
    return this.height;
  }

  private setArea(width: number, height: number): void {
    if (width > this.sheetDots) throw new Error(`a page ${width} dots wide`);
    if (!this.isEmpty || this.run !== '') throw new Error('ESC W after the first print');
    this.height = height;
    this.bitmap = emptyBitmap(this.sheetDots / 8, height);
  }

  private moveX(dots: number): void {
    this.endRun();
    this.x = dots;
  }

  private moveY(dots: number): void {
    this.endRun();
    if (dots > this.height) throw new Error('GS $ beyond the area, which would be ignored');
    this.baseline = dots;
  }

  private text(code: number, size: { readonly width: number; readonly height: number }): void {
    if (size.width !== this.size.width || size.height !== this.size.height) this.endRun();
    this.size = size;
    this.run += String.fromCharCode(code);
  }

  private graphic(dots: Dots): void {
    this.endRun();
    this.draw(dots, { width: dots.bytesPerRow * 8, height: dots.rows });
  }

  private drawCode(code: QrCode): void {
    this.endRun();
    const drawn = codeBitmap(code);
    this.draw(drawn, { width: drawn.side, height: drawn.side });
  }

  private endRun(): void {
    const { run, size } = this;
    this.run = '';
    if (run === '') return;
    const [width, height] = [run.length * CELL.width * size.width, CELL.height * size.height];
    this.draw(textBitmap(run, size), { width, height }, BASELINE_DOTS * size.height);
  }

  private draw(dots: Bitmap, size: Pick<Box, 'width' | 'height'>, above = size.height): void {
    const { bitmap } = this;
    if (bitmap === undefined) throw new Error('a print on a page without ESC W');
    const box = { left: this.x, top: this.baseline - above, ...size };
    this.refuseLost(box);
    for (let y = 0; y < size.height; y += 1) {
      for (let x = 0; x < size.width; x += 1) {
        if (!dotAt(dots, x, y)) continue;
        if (dotAt(bitmap, box.left + x, box.top + y)) throw new Error('print upon print on a page');
        setDot(bitmap, box.left + x, box.top + y);
      }
    }
    this.isEmpty = false;
    this.x += size.width;
  }

  private refuseLost(box: Box): void {
    const right = box.left + box.width;
    const bottom = box.top + box.height;
    if (box.top < 0 || bottom > this.height - BASELINE_DOTS || right > this.sheetDots) {
      const { left, top } = box;
      throw new Error(`on the page ${left}–${right} by ${top}–${bottom} dots would be lost`);
    }
  }
}
