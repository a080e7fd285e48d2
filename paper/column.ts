import type { Language } from '../core/lists.js';
import { emptyBitmap, setDot, type Bitmap } from './bitmap.js';
import { fitted, wrapped, type Room } from './fit.js';
import { LINE } from './looks.js';
import { qrModules, QR_QUIET_MODULES, type QrCode } from './qr.js';
import type { BoxItem, Face, Item, Sheet, TextItem } from './sheet.js';

export type Place = Pick<TextItem, 'text' | 'face' | 'baseline'> & { readonly language?: Language };

const MARGIN = 4;
/** Clear modules between a code and the edge of what the printer reaches; paper goes on there. */
const EDGE_QUIET_MODULES = 2;

/** A picture that stands at the trailing side while lines are set beside it. */
interface Beside {
  readonly bottom: number;
  readonly width: number;
}

/** Sets lines from the top down, in one language's direction. */
export class Column {
  readonly items: Item[] = [];
  readonly shortened: string[] = [];
  y = 0;
  private beside: Beside | undefined;

  constructor(
    private readonly sheet: Sheet,
    private readonly language: Language,
  ) {}

  get isRtl(): boolean {
    return this.language === 'ar';
  }

  get sheetWidth(): number {
    return this.sheet.width;
  }

  get middle(): number {
    return this.sheet.width / 2;
  }

  /** Dots that a line may take where the next one stands. */
  get inner(): number {
    return this.sheet.width - 2 * MARGIN - this.reserved;
  }

  width(text: string, face: Face): number {
    return this.sheet.measure.width(text, face);
  }

  ink(text: string, face: Face): { readonly ascent: number; readonly descent: number } {
    return this.sheet.measure.ink(text, face);
  }

  roomFor(face: Face, lost = 0): Room {
    return { width: (text) => this.width(text, face), room: this.inner - lost };
  }

  /** The text, or what of it fits; what does not is noted. */
  fit(text: string, room: Room): string {
    return this.noted(text, [fitted(text, room)])[0]!;
  }

  /** At most so many lines of whole words; what does not fit is noted. */
  wrap(text: string, linesMax: number, room: Room): string[] {
    return this.noted(text, wrapped(text, linesMax, room));
  }

  /** A line of text at the leading side; the next one stands below it. */
  line(text: string, face: Face, language = this.language): void {
    this.start({
      text,
      face,
      baseline: this.y + Math.round(face.sizePx * LINE.baseline),
      language,
    });
    this.y += Math.round(face.sizePx * LINE.height);
  }

  start({ language = this.language, ...place }: Place): void {
    const at = this.isRtl
      ? ({ x: this.sheet.width - MARGIN, anchor: 'right' } as const)
      : ({ x: MARGIN, anchor: 'left' } as const);
    this.items.push({ kind: 'text', ...place, ...at, language, white: false });
  }

  end(place: Place): void {
    const edge = MARGIN + this.reserved;
    const at = this.isRtl
      ? ({ x: edge, anchor: 'left' } as const)
      : ({ x: this.sheet.width - edge, anchor: 'right' } as const);
    this.items.push({ kind: 'text', language: this.language, ...place, ...at, white: false });
  }

  centre(place: Place, x: number, white = false): void {
    this.items.push({
      ...{ kind: 'text', language: this.language, ...place },
      ...{ x, anchor: 'centre', white },
    });
  }

  /** A box at the trailing side, so far from its edge. Returns its middle. */
  endBox(box: Omit<BoxItem, 'kind' | 'x'>, offset = 0): number {
    const edge = MARGIN + this.reserved + offset;
    const x = this.isRtl ? edge : this.sheet.width - edge - box.width;
    this.items.push({ kind: 'box', ...box, x });
    return x + box.width / 2;
  }

  /** A picture in the middle. */
  picture(dots: Bitmap): void {
    const x = Math.round(this.middle - dots.bytesPerRow * 4);
    this.items.push({ kind: 'dots', x, y: this.y, scale: 1, dots });
    this.y += dots.rows;
  }

  /** A QR code at the trailing side; lines set from now on keep beside it while it lasts. */
  besideCode(code: QrCode): void {
    const { size, dots } = drawnCode(code);
    const quiet = QR_QUIET_MODULES * code.moduleDots;
    const edge = EDGE_QUIET_MODULES * code.moduleDots;
    const x = this.isRtl ? edge : this.sheet.width - edge - size;
    this.items.push({ kind: 'dots', x, y: this.y + quiet, scale: code.moduleDots, dots });
    this.beside = { bottom: this.y + size + 2 * quiet, width: edge + size + quiet - MARGIN };
  }

  /** A QR code in the middle, with its clear zone below. */
  middleCode(code: QrCode): void {
    const { size, dots } = drawnCode(code);
    const quiet = QR_QUIET_MODULES * code.moduleDots;
    const x = Math.round(this.middle - size / 2);
    this.items.push({ kind: 'dots', x, y: this.y, scale: code.moduleDots, dots });
    this.y += size + quiet;
  }

  /** Goes on below what stands beside. */
  clearBeside(): void {
    if (this.beside !== undefined) this.y = Math.max(this.y, this.beside.bottom);
    this.beside = undefined;
  }

  private get reserved(): number {
    return this.beside !== undefined && this.y < this.beside.bottom ? this.beside.width : 0;
  }

  private noted(text: string, lines: string[]): string[] {
    if (lines.join(' ') !== text) this.shortened.push(text);
    return lines;
  }
}

/** A code's modules as dots, and the side of it on paper. */
function drawnCode(code: QrCode): { readonly size: number; readonly dots: Bitmap } {
  const modules = qrModules(code.text, code.level);
  const dots = emptyBitmap(Math.ceil(modules.length / 8), modules.length);
  modules.forEach((row, y) =>
    row.forEach((isBlack, x) => {
      if (isBlack) setDot(dots, x, y);
    }),
  );
  return { size: modules.length * code.moduleDots, dots };
}
