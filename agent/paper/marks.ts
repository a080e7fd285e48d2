import type { PaperDesign } from '../../core/design.js';
import { asciiLines } from './ascii.js';
import {
  across,
  below,
  Form,
  graphicBlock,
  textBlock,
  type Block,
  type Graphic,
} from './blocks.js';
import type { LineLook } from './looks.js';
import { partId } from './parts.js';
import { CELL } from './pieces.js';

/** What lies in the printer for a part of a paper. */
export type GraphicOf = (partId: string) => Graphic | undefined;

/** What a ticket is set by. */
export interface TicketMeans {
  readonly design: PaperDesign;
  readonly width: number;
  readonly graphicOf: GraphicOf;
  /** The printer draws codes. */
  readonly hasCode: boolean;
  /** Marks can stand side by side; else each has rows of its own, in the middle. */
  readonly isPage: boolean;
  readonly look: LineLook;
}

/** What a line leaves clear below itself where it is not on a page, and in a tight look. */
const LEADING = { roomy: 6, tight: 2 } as const;
const BETWEEN_DOTS = 14;

/** Makes the blocks of one ticket: letters of the printer's own, and graphics from its memory. */
export abstract class Marks {
  protected readonly form: Form;

  constructor(
    protected readonly means: TicketMeans,
    protected readonly isArabic: boolean,
  ) {
    this.form = new Form({ width: means.width, isArabic });
  }

  /** A word or two. */
  protected said(arabic: string, english: string): Block {
    const [drawn] = this.isArabic ? this.graphics(partId('small', arabic)) : [];
    return drawn ?? this.text(english);
  }

  protected graphics(id: string): Block[] {
    const graphic = this.means.graphicOf(id);
    return graphic === undefined ? [] : [graphicBlock(graphic)];
  }

  protected text(text: string, times = 1, room = this.form.room): Block {
    const { isPage, look } = this.means;
    const leading = isPage ? 0 : look.tight ? LEADING.tight : LEADING.roomy;
    return textBlock(text, { times, room, leading });
  }

  protected lines(text: string, linesMax: number, times = 1): string[] {
    return asciiLines(text, Math.floor(this.form.room / (CELL.width * times)), linesMax);
  }

  protected side(blocks: readonly Block[]): Block {
    const { isPage, look } = this.means;
    return isPage ? across(blocks, BETWEEN_DOTS, this.isArabic) : below(blocks, look.gap);
  }

  protected put(blocks: readonly Block[], side: 'start' | 'middle' = 'start'): void {
    for (const block of blocks) this.form.put(block, this.means.look.gap, side);
  }
}
