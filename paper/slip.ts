import type { Words } from '../core/configuration.js';
import type { FieldSize, PaperDesign, SlipRow } from '../core/design.js';
import type { SlipPaper } from '../core/paper.js';
import { Column } from './column.js';
import { footLines } from './foot.js';
import { logoDots } from './logo.js';
import { LINE, SMALL, TAIL_DOTS } from './looks.js';
import type { Face, PaperLayout, Sheet } from './sheet.js';
import { counted, otherOf, PAPER_WORDS, whenText, type Speech } from './words.js';

/** How large the texts of a slip are, and how many lines one of them may have. */
interface SlipLook {
  readonly textPx: number;
  readonly titlePx: number;
  readonly gap: number;
  readonly linesMax: number;
}

const LOOKS: readonly SlipLook[] = [
  { textPx: 28, titlePx: 44, gap: 12, linesMax: 5 },
  { textPx: 26, titlePx: 38, gap: 8, linesMax: 4 },
  { textPx: 24, titlePx: 34, gap: 4, linesMax: 3 },
  { textPx: 24, titlePx: 30, gap: 2, linesMax: 1 },
];

const SCALES: Readonly<Record<FieldSize, number>> = { small: 0.9, normal: 1, large: 1.2 };
const OTHER_LINES_MAX = 2;
/** What stands before each paper, fee and step. */
const BULLET = '•\u00a0';

/** Places a slip about a service in the largest look that keeps within the sheet's length. */
export function layoutSlip(paper: SlipPaper, sheet: Sheet, design: PaperDesign): PaperLayout {
  const lay = (look: SlipLook): PaperLayout => {
    const column = new SlipSetter(paper, design, { sheet, look }).set();
    return {
      ...{ width: sheet.width, height: column.y, items: column.items, watermark: null, qr: null },
      ...{ tailDots: TAIL_DOTS, lengthDots: column.y + TAIL_DOTS },
      ...{ shortened: column.shortened, leftOut: [], moved: [] },
    };
  };
  for (const look of LOOKS) {
    const layout = lay(look);
    if (layout.lengthDots <= sheet.lengthMaxDots) return layout;
  }
  return lay(LOOKS.at(-1)!);
}

class SlipSetter {
  private readonly column: Column;
  private readonly lead: Speech;

  constructor(
    private readonly paper: SlipPaper,
    private readonly design: PaperDesign,
    private readonly on: { readonly sheet: Sheet; readonly look: SlipLook },
  ) {
    const { language, digits } = paper;
    this.lead = { language, digits };
    this.column = new Column(on.sheet, language);
  }

  set(): Column {
    for (const row of this.design.slip) this.setRow(row);
    return this.column;
  }

  private setRow(row: SlipRow): void {
    const { paper, column } = this;
    const { gap, titlePx } = this.on.look;
    const words = PAPER_WORDS[this.lead.language].slip;
    const { logo, note } = this.design;
    switch (row.field) {
      case 'logo':
        if (logo !== null) column.picture(logoDots(logo));
        break;
      case 'centre':
        this.text(paper.centre, row, this.face(row, 800));
        break;
      case 'time':
        this.lines([whenText(paper.takenAt, paper.zone, this.lead)], this.face(row, 700));
        break;
      case 'service':
        this.text(paper.service, row, this.face(row, 900, titlePx));
        break;
      case 'second':
        this.other(paper.service);
        break;
      case 'eligibility':
        this.list(words.eligibility, paper.eligibility && [paper.eligibility], row);
        break;
      case 'papers':
      case 'fees':
      case 'procedure':
        this.list(words[row.field], paper[row.field], row);
        break;
      case 'days':
        this.days(row);
        break;
      case 'note':
        if (note !== null) this.text(note, row, this.face(row, 700));
        break;
      case 'enquiry':
        this.enquiry();
        break;
    }
    column.y += gap;
  }

  /** A heading, and what stands under it: unknown is said, and so is that nothing is needed. */
  private list(heading: string, items: readonly Words[] | null, row: SlipRow): void {
    const words = PAPER_WORDS[this.lead.language].slip;
    const face = this.face(row, 700);
    this.lines([heading], this.face(row, 900));
    if (items === null) return this.lines([words.ask], face);
    if (items.length === 0) return this.lines([words.none], face);
    for (const item of items) {
      this.lines([`${BULLET}${item[this.lead.language]}`], face);
      if (row.languages === 'both') this.other(item);
    }
  }

  private days(row: SlipRow): void {
    const { days } = this.paper;
    const words = PAPER_WORDS[this.lead.language].slip;
    const told = days === null ? words.ask : counted('days', days, this.lead);
    this.lines([`${words.days}: ${told}`], this.face(row, 800));
  }

  private enquiry(): void {
    const { enquiryUrl: url } = this.paper;
    const { column } = this;
    const { enquiry } = PAPER_WORDS[this.lead.language];
    const foot = { notes: [], words: enquiry, url, scan: [] };
    for (const text of footLines(foot, false, column.roomFor(SMALL))) {
      const baseline = column.y + Math.round(SMALL.sizePx * LINE.baseline);
      column.centre({ text, face: SMALL, baseline }, column.middle);
      column.y += Math.round(SMALL.sizePx * LINE.height);
    }
  }

  private text(words: Words, row: SlipRow, face: Face): void {
    this.lines([words[this.lead.language]], face);
    if (row.languages === 'both') this.other(words);
  }

  private other(words: Words): void {
    const language = otherOf(this.lead.language);
    const room = this.column.roomFor(SMALL);
    for (const text of this.column.wrap(words[language], OTHER_LINES_MAX, room)) {
      this.column.line(text, SMALL, language);
    }
  }

  private lines(texts: readonly string[], face: Face): void {
    const { linesMax } = this.on.look;
    for (const text of texts) {
      for (const line of this.column.wrap(text, linesMax, this.column.roomFor(face))) {
        this.column.line(line, face);
      }
    }
  }

  private face({ size }: SlipRow, weight: Face['weight'], px = this.on.look.textPx): Face {
    return { sizePx: Math.max(SMALL.sizePx, Math.round(px * SCALES[size])), weight };
  }
}
