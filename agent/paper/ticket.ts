import type { Words } from '../../core/configuration.js';
import type { FieldSize, TicketRow } from '../../core/design.js';
import type { TicketPaper } from '../../core/paper.js';
import { broken } from '../../paper/fit.js';
import { QR_QUIET_MODULES, type QrCode } from '../../paper/qr.js';
import { counted, PAPER_WORDS } from '../../paper/words.js';
import { asciiWhen, toAscii } from './ascii.js';
import { across, below, codeBlock, packed, type Block, type Form } from './blocks.js';
import { Marks, type TicketMeans } from './marks.js';
import { LOGO_PART, partId, type PartKind } from './parts.js';
import { CELL } from './pieces.js';

const SIZES: Readonly<Record<FieldSize, number>> = { small: 0.75, normal: 1, large: 1.34 };
const LABEL_TIMES = { min: 2, max: 8 } as const;
const BETWEEN_DOTS = 14;
/** From this size on the letter is the large one. */
const LETTER_TIMES_MIN = 4;
const CENTRE_LINES_MAX = 2;
const SERVICE_LINES_MAX = 3;
const LISTED_LINES_MAX = 2;
const EN = { language: 'en', digits: 'latn' } as const;
const ENGLISH = PAPER_WORDS.en;
const ARABIC = PAPER_WORDS.ar;

/**
 * Sets one ticket in the printer's own letters and in graphics from its memory; where an Arabic
 * part does not lie there, the English of it stands.
 */
export class TicketForm extends Marks {
  private readonly rows: readonly TicketRow[];

  constructor(
    private readonly paper: TicketPaper,
    means: TicketMeans,
  ) {
    super(means, paper.language === 'ar');
    const { design, look } = means;
    this.rows = design.ticket.filter(({ field }) => !look.without.includes(field));
  }

  set(): Form {
    this.rows.forEach((row, index) => this.setRow(row, index));
    this.form.clear();
    return this.form;
  }

  private setRow(row: TicketRow, index: number): void {
    const { paper } = this;
    const both = row.languages === 'both';
    const before = this.rows[index - 1]?.field;
    const next = this.rows[index + 1]?.field;
    switch (row.field) {
      case 'logo':
        return this.put(this.graphics(LOGO_PART), 'middle');
      case 'centre':
        return this.setWords('centre', paper.centre, both);
      case 'time':
        return this.setTime();
      case 'label':
        return this.setLabel(row, next === 'ahead');
      case 'ahead':
        return before === 'label' ? undefined : this.put(this.ahead());
      case 'services':
        return this.setServices(both);
      case 'second':
        return this.setSecond();
      case 'note':
        if (this.means.design.note !== null) this.setWords('small', this.means.design.note, both);
        return;
      case 'enquiry':
        return this.setFoot([...this.enquiry(), ...(next === 'scan' ? this.scan() : [])]);
      case 'scan':
        return before === 'enquiry' ? undefined : this.setFoot(this.scan());
      case 'code':
        return this.setCode();
    }
  }

  private setTime(): void {
    const { takenAt, zone } = this.paper;
    if (takenAt === null) return;
    const time = this.text(asciiWhen(takenAt, zone));
    if (!this.means.isPage || !this.form.putBeside(time, BETWEEN_DOTS)) this.put([time]);
  }

  /** Nothing speaks of a code where none is drawn. */
  private get code(): QrCode | null {
    const { hasCode, look } = this.means;
    const { link } = this.paper;
    const isWanted = this.rows.some(({ field }) => field === 'code');
    return hasCode && isWanted && link !== null ? { text: link, ...look.code } : null;
  }

  /** The Arabic letter beside its number, or above it; or the English one before it. */
  private setLabel({ size }: TicketRow, withAhead: boolean): void {
    const { form, means, code } = this;
    const quiet = QR_QUIET_MODULES * means.look.code.moduleDots;
    if (means.isPage && code !== null) form.setBeside(codeBlock(code), quiet);
    const { min, max } = LABEL_TIMES;
    const times = Math.max(min, Math.min(max, Math.round(means.look.labelTimes * SIZES[size])));
    const label = this.label(times);
    const room = form.room - label.width - BETWEEN_DOTS;
    const aside = this.aside(withAhead, room);
    if (means.isPage && aside !== undefined && aside.width <= room) {
      const free = form.room - label.width - aside.width;
      return form.put(across([label, aside], free, this.isArabic), means.look.gap);
    }
    this.put([label]);
    if (means.look.tight) this.setFlags(withAhead);
    else if (withAhead) this.put(this.ahead());
  }

  /** What may stand beside the label. */
  private aside(withAhead: boolean, room: number): Block | undefined {
    const { tight } = this.means.look;
    const blocks = tight
      ? [...(withAhead ? this.ahead() : []), ...this.flags()]
      : withAhead
        ? this.ahead(true)
        : [];
    return blocks.length === 0 ? undefined : packed(blocks, room, this.isArabic);
  }

  private label(times: number): Block {
    const { label } = this.paper;
    const number = String(label.number);
    if (label.letter === null) return this.text(number, times);
    const [letter] = this.isArabic
      ? this.graphics(partId(times < LETTER_TIMES_MIN ? 'initial' : 'letter', label.letter.ar))
      : [];
    if (letter === undefined)
      return this.text(`${toAscii(label.letter.en)} ${number}`.trim(), times);
    const room = this.form.room - letter.width - BETWEEN_DOTS;
    return this.side([letter, this.text(number, times, room)]);
  }

  /** How many are ahead; nothing where nobody could count them. */
  private ahead(isNarrow = false): Block[] {
    const { ahead } = this.paper;
    if (ahead === null) return [];
    if (ahead === 0)
      return [this.said(ARABIC.peopleAhead.zero ?? '', counted('peopleAhead', 0, EN))];
    const [words] = this.isArabic ? this.graphics(partId('small', ARABIC.ahead)) : [];
    const number = this.text(String(ahead), this.means.look.tight ? 1 : 2);
    if (words !== undefined)
      return [isNarrow ? below([words, number], 4) : this.side([words, number])];
    if (isNarrow) return [below([number, this.text('ahead')], 0)];
    return [this.text(counted('peopleAhead', ahead, EN))];
  }

  private setServices(both: boolean): void {
    for (const service of this.paper.services) {
      this.put(this.service(service));
      if (both) this.put(this.other('service', service));
    }
    if (!this.means.look.tight) this.setFlags(false);
  }

  private service(service: Words): Block[] {
    const { look } = this.means;
    const isListed = look.listed !== false || this.paper.services.length > 1;
    const kinds = isListed ? (['listed', 'service'] as const) : (['service', 'listed'] as const);
    const drawn = this.isArabic
      ? kinds.flatMap((kind) => this.graphics(partId(kind, service.ar)))
      : [];
    if (drawn[0] !== undefined) return [drawn[0]];
    const linesMax =
      look.listed !== false
        ? look.listed.linesMax
        : isListed
          ? LISTED_LINES_MAX
          : SERVICE_LINES_MAX;
    const large = this.lines(service.en, linesMax, isListed ? 1 : look.serviceTimes);
    const isWhole = large.join(' ') === toAscii(service.en);
    const times = isWhole && !isListed ? look.serviceTimes : 1;
    return this.lines(service.en, linesMax, times).map((line) => this.text(line, times));
  }

  private setSecond(): void {
    const { label, services } = this.paper;
    const [first] = services;
    if (!this.isArabic) {
      if (services.length === 1) this.put(this.other('service', first!));
      return;
    }
    const letter = label.letter === null ? '' : `${label.letter.en} `;
    const name = services.length === 1 ? first!.en : counted('services', services.length, EN);
    const [line] = this.lines(`${letter}${label.number} - ${name}`, 1);
    this.put([this.text(line ?? '')]);
  }

  /** On as few lines as they fit; without graphics and pages, on one. */
  private setFlags(withAhead: boolean): void {
    const blocks = [...(withAhead ? this.ahead() : []), ...this.flags()];
    if (blocks.length === 0) return;
    if (this.means.isPage) this.put([packed(blocks, this.form.room, this.isArabic)]);
    else this.put(this.joined(blocks));
  }

  /** Texts as one; graphics stay what they are. */
  private joined(blocks: readonly Block[]): Block[] {
    const texts = blocks.flatMap(({ placed }) =>
      placed.flatMap(({ mark }) => (mark.kind === 'text' ? [mark.text] : [])),
    );
    const isText = texts.length === blocks.length;
    return isText ? this.lines(texts.join(' - '), 2).map((line) => this.text(line)) : [...blocks];
  }

  private flags(): Block[] {
    const { training, copy, classId } = this.paper;
    return [
      ...(training ? [this.said(ARABIC.training, ENGLISH.training)] : []),
      ...(copy === 'first' ? [] : [this.said(ARABIC.copy[copy], ENGLISH.copy[copy])]),
      ...(classId === '' ? [] : [this.text(classId)]),
    ];
  }

  /** An address is never cut short. */
  private enquiry(): Block[] {
    const { enquiryUrl } = this.paper;
    if (enquiryUrl === null) return [];
    const width = (text: string): number => text.length * CELL.width;
    const lines = broken(toAscii(enquiryUrl), { width, room: this.form.room });
    return lines.map((line) => this.text(line));
  }

  private scan(): Block[] {
    return this.code === null ? [] : [this.said(ARABIC.scan, ENGLISH.scan)];
  }

  private setFoot(blocks: readonly Block[]): void {
    if (!this.means.isPage) return this.put(blocks, 'middle');
    if (blocks.length > 0) this.put([packed(blocks, this.form.room, this.isArabic)], 'middle');
  }

  /** Below all before it, unless it stands beside the label. */
  private setCode(): void {
    const { code, form } = this;
    if (code === null || this.means.isPage) return;
    const quiet = QR_QUIET_MODULES * code.moduleDots;
    form.y += Math.max(0, quiet - this.means.look.gap);
    form.put(codeBlock(code), quiet, 'middle');
  }

  private setWords(kind: 'centre' | 'small', words: Words, both: boolean): void {
    const drawn = this.isArabic ? this.graphics(partId(kind, words.ar)) : [];
    const lines = this.lines(words.en, CENTRE_LINES_MAX).map((line) => this.text(line));
    this.put(drawn.length > 0 ? drawn : lines);
    if (both) this.put(this.other(kind, words));
  }

  /** The language that the visitor did not choose; in Arabic, if it lies in the printer. */
  private other(kind: 'centre' | 'small' | 'service', words: Words): Block[] {
    if (this.isArabic) return this.lines(words.en, 1).map((line) => this.text(line));
    const kinds: PartKind[] = kind === 'service' ? ['listed', 'service'] : [kind];
    return kinds.flatMap((one) => this.graphics(partId(one, words.ar))).slice(0, 1);
  }
}
