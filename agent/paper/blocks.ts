import { qrModules, type QrCode } from '../../paper/qr.js';
import { BASELINE_DOTS, CELL, type Mark, type Placed } from './pieces.js';

/** A graphic that lies in the printer. */
export interface Graphic {
  readonly key: string;
  /** Dots. */
  readonly width: number;
  readonly rows: number;
}

/** Marks that keep together, by their places in it; in dots. */
export interface Block {
  readonly width: number;
  readonly rows: number;
  readonly placed: readonly Placed[];
}

const blockOf = (mark: Mark, width: number, rows: number): Block => ({
  width,
  rows,
  placed: [{ mark, x: 0, y: 0, rows }],
});

export const graphicBlock = ({ key, width, rows }: Graphic): Block =>
  blockOf({ kind: 'graphic', key }, width, rows);

/** How large a text may be, and what its line leaves clear below itself. */
export interface TextSize {
  readonly times: number;
  /** Dots; the text is made smaller to keep within them. */
  readonly room: number;
  readonly leading: number;
}

/** One line of ASCII. */
export function textBlock(text: string, { times, room, leading }: TextSize): Block {
  const fits = Math.floor(room / (CELL.width * Math.max(1, text.length)));
  const by = Math.max(1, Math.min(times, fits));
  const mark = { kind: 'text', text, width: by, height: by, leading } as const;
  // Nothing of these reaches below the line that letters stand on.
  const above = leading === 0 && !/[^A-Z0-9 ]/.test(text) ? BASELINE_DOTS : CELL.height;
  return blockOf(mark, text.length * CELL.width * by, by * above + leading);
}

export function codeBlock(code: QrCode): Block {
  const dots = qrModules(code.text, code.level).length * code.moduleDots;
  return blockOf({ kind: 'qr', code }, dots, dots);
}

const moved = ({ placed }: Block, x: number, y: number): Placed[] =>
  placed.map((one) => ({ ...one, x: one.x + x, y: one.y + y }));

/** Side by side from the side where reading starts, their middles on one line. */
export function across(blocks: readonly Block[], gap: number, isArabic: boolean): Block {
  const rows = Math.max(0, ...blocks.map((block) => block.rows));
  let width = -gap;
  const placed: Placed[] = [];
  for (const block of isArabic ? [...blocks].reverse() : blocks) {
    width += gap;
    placed.push(...moved(block, width, Math.floor((rows - block.rows) / 2)));
    width += block.width;
  }
  return { width: Math.max(0, width), rows, placed };
}

/** As few lines as the room allows, each side by side. */
export function packed(blocks: readonly Block[], room: number, isArabic: boolean): Block {
  const lines: Block[][] = [];
  for (const block of blocks) {
    const last = lines.at(-1);
    const wider = [...(last ?? []), block];
    if (last !== undefined && across(wider, PACKED.between, isArabic).width <= room)
      last.push(block);
    else lines.push([block]);
  }
  return below(
    lines.map((line) => across(line, PACKED.between, isArabic)),
    PACKED.below,
  );
}

/** One under the other, their middles on one line. */
export function below(blocks: readonly Block[], gap: number): Block {
  const width = Math.max(0, ...blocks.map((block) => block.width));
  let rows = -gap;
  const placed: Placed[] = [];
  for (const block of blocks) {
    rows += gap;
    placed.push(...moved(block, Math.floor((width - block.width) / 2), rows));
    rows += block.rows;
  }
  return { width, rows: Math.max(0, rows), placed };
}

const MARGIN = 4;
const PACKED = { between: 20, below: 4 } as const;

/** Sets blocks from the top down, beside a code while it lasts. */
export class Form {
  readonly placed: Placed[] = [];
  y = 0;
  private last: { readonly block: Block; readonly y: number; readonly room: number } | undefined;
  private beside: { readonly bottom: number; readonly width: number } | undefined;

  constructor(private readonly sheet: { readonly width: number; readonly isArabic: boolean }) {}

  /** Rows down to the last mark. */
  get bottom(): number {
    return Math.max(0, ...this.placed.map(({ y, rows }) => y + rows));
  }

  /** Dots that a block may take where the next one stands. */
  get room(): number {
    return this.sheet.width - 2 * MARGIN - this.reserved;
  }

  /** At the side where reading starts, or in the middle; below the code if it is too wide. */
  put(block: Block, gap: number, side: 'start' | 'middle' = 'start'): void {
    if (block.width > this.room) this.clear();
    const { width, isArabic } = this.sheet;
    const free = this.room - block.width;
    const start = isArabic ? width - MARGIN - block.width : MARGIN;
    const trailing = isArabic ? this.reserved : 0;
    const x = side === 'start' ? start : MARGIN + trailing + Math.floor(free / 2);
    this.placed.push(...moved(block, Math.max(0, x), this.y));
    this.last = { block, y: this.y, room: this.room };
    this.y += block.rows + gap;
  }

  /** At the other side of what was put last; false if there is no room. */
  putBeside(block: Block, gap: number): boolean {
    const { width, isArabic } = this.sheet;
    const { last } = this;
    if (last === undefined || last.block.rows < block.rows) return false;
    if (last.block.width + gap + block.width > last.room) return false;
    const end = MARGIN + this.reserved;
    const x = isArabic ? end : width - end - block.width;
    const y = last.y + Math.floor((last.block.rows - block.rows) / 2);
    this.placed.push(...moved(block, x, y));
    return true;
  }

  /** At the side where reading ends, with so much clear around it. */
  setBeside(block: Block, quiet: number): void {
    const { width, isArabic } = this.sheet;
    const edge = Math.floor(quiet / 2);
    const x = isArabic ? edge : width - edge - block.width;
    this.placed.push(...moved(block, x, this.y + quiet));
    this.beside = {
      bottom: this.y + block.rows + 2 * quiet,
      width: edge + block.width + quiet - MARGIN,
    };
  }

  /** Goes on below what stands beside. */
  clear(): void {
    this.y = Math.max(this.y, this.beside?.bottom ?? 0);
    this.beside = undefined;
  }

  private get reserved(): number {
    return this.beside !== undefined && this.y < this.beside.bottom ? this.beside.width : 0;
  }
}
