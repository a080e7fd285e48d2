import type { Column, Place } from './column.js';
import { SMALL } from './looks.js';
import type { Face } from './sheet.js';
import { counted, otherOf, PAPER_WORDS, type Speech } from './words.js';

const WORDS: Face = { sizePx: 26, weight: 700 };
const BOX = { radius: 16, outline: 3 };
const PADDING = 14;
/** Shares of the box's height: baselines of its three lines from its top, size of the second. */
const SHARES = { words: 0.26, people: 0.61, second: 0.89, peopleSize: 0.3 };

/** Where there is no room for a box. */
const LINE = { baseline: 24, height: 32 };

/** How many are ahead beside the label: in both languages in a box, or in one on a line. */
export class AheadBox {
  constructor(
    private readonly column: Column,
    private readonly heightDots: number,
    private readonly lead: Speech,
  ) {}

  /** Rows that it takes. */
  get height(): number {
    return this.heightDots === 0 ? LINE.height : this.heightDots;
  }

  widthFor(ahead: number): number {
    if (this.heightDots === 0) return Math.ceil(this.column.width(this.line(ahead), SMALL));
    const widths = this.lines(ahead).map(({ text, face }) => this.column.width(text, face));
    return Math.ceil(Math.max(...widths)) + 2 * PADDING;
  }

  /** At the trailing side of where the column stands. */
  set(ahead: number): void {
    const { column, heightDots: height } = this;
    if (height === 0) {
      return column.end({
        text: this.line(ahead),
        face: SMALL,
        baseline: column.y + LINE.baseline,
      });
    }
    const middle = column.endBox({ y: column.y, width: this.widthFor(ahead), height, ...BOX });
    for (const line of this.lines(ahead)) column.centre(line, middle);
  }

  private line(ahead: number): string {
    return counted('peopleAhead', ahead, this.lead);
  }

  private lines(ahead: number): Place[] {
    const { column, heightDots, lead } = this;
    const second = { ...lead, language: otherOf(lead.language) };
    const at = (share: number): number => column.y + Math.round(heightDots * share);
    const people: Face = { sizePx: Math.round(heightDots * SHARES.peopleSize), weight: 900 };
    const { language } = lead;
    return [
      { text: PAPER_WORDS[language].ahead, face: WORDS, baseline: at(SHARES.words), language },
      { text: counted('people', ahead, lead), face: people, baseline: at(SHARES.people), language },
      {
        text: counted('peopleAhead', ahead, second),
        face: SMALL,
        baseline: at(SHARES.second),
        language: second.language,
      },
    ];
  }
}
