import type { Words } from '../core/configuration.js';
import type { PaperDesign, TicketField, TicketRow } from '../core/design.js';
import type { TicketPaper } from '../core/paper.js';
import { AheadBox } from './ahead.js';
import { Column } from './column.js';
import { FLAG_DOTS, flagsOf, flagsWidth, setFlags } from './flags.js';
import { footLines } from './foot.js';
import { logoDots } from './logo.js';
import { QR_QUIET_MODULES, type QrCode } from './qr.js';
import { FOOT_LINE, LINE, SCALES, scaled, SECOND_LINE, SMALL, type Look } from './looks.js';
import type { Face, Sheet } from './sheet.js';
import {
  counted,
  labelAndServices,
  labelText,
  otherOf,
  PAPER_WORDS,
  whenText,
  type Speech,
} from './words.js';

const CENTRE: Face = { sizePx: 26, weight: 800 };
const AHEAD: Face = { sizePx: 26, weight: 700 };
const BESIDE_BOX = 16;
/** A label is not made smaller than this share for the box beside it: the box becomes a line. */
const LABEL_SHARE_MIN = 0.75;
/** Where the baseline of a service is, in its size. */
const SERVICE_BASELINE = 0.92;
/** What the centre's name leaves clear before the time. */
const BEFORE_TIME = 20;
/** Clear rows that the last line of text leaves below itself. */
const FOOT_DESCENT = 4;

/** What is set, how it looks, and where. */
export interface Setting {
  readonly paper: TicketPaper;
  readonly design: PaperDesign;
  readonly sheet: Sheet;
  readonly look: Look;
}

export interface SetTicket {
  readonly column: Column;
  /** What the printer draws below, if it does. */
  readonly native: QrCode | null;
  readonly leftOut: readonly TicketField[];
  readonly moved: readonly TicketField[];
}

/** Sets one ticket by its design; the visitor's language leads, the other follows small. */
export class TicketSetter {
  private readonly column: Column;
  private readonly lead: Speech;
  private readonly second: Speech;
  private readonly rows: readonly TicketRow[];
  /** Said at the foot. */
  private notes: string[] = [];
  private native: QrCode | null = null;
  private areFlagsSet = false;
  private readonly missed = new Set<TicketField>();
  private readonly moved = new Set<TicketField>();

  private readonly paper: TicketPaper;
  private readonly design: PaperDesign;
  private readonly sheet: Sheet;
  private readonly look: Look;

  constructor({ paper, design, sheet, look }: Setting) {
    this.paper = paper;
    this.design = design;
    this.sheet = sheet;
    this.look = look;
    const { language, digits } = paper;
    this.lead = { language, digits };
    this.second = { language: otherOf(language), digits };
    this.column = new Column(sheet, language);
    this.rows = design.ticket.filter(({ field }) => !look.without.includes(field));
  }

  set(): SetTicket {
    this.rows.forEach((row, index) => this.setRow(row, index));
    this.column.clearBeside();
    this.setNotes([]);
    const { column, native, missed, look } = this;
    const fields = this.design.ticket.map(({ field }) => field);
    const leftOut = fields.filter((field) => look.without.includes(field) || missed.has(field));
    return { column, native, leftOut, moved: [...this.moved] };
  }

  private setRow(row: TicketRow, index: number): void {
    const before = this.rows[index - 1]?.field;
    const next = this.rows[index + 1]?.field;
    switch (row.field) {
      case 'logo':
        return this.setLogo();
      case 'centre':
        return this.setCentre(row, next === 'time');
      case 'time':
        return before === 'centre' ? undefined : this.setTime(row);
      case 'label':
        return this.setLabel(row, next === 'ahead' ? this.paper.ahead : null);
      case 'ahead':
        return before === 'label' ? undefined : this.setAheadLine(row);
      case 'services':
        return this.setServices(row);
      case 'second':
        return this.setSecond();
      case 'note':
        return this.setNote(row);
      case 'enquiry':
        return this.setNotes(next === 'scan' ? ['enquiry', 'scan'] : ['enquiry']);
      case 'scan':
        return before === 'enquiry' ? undefined : this.setNotes(['scan']);
      case 'code':
        return this.setCode(index === this.rows.length - 1);
    }
  }

  private setLogo(): void {
    if (this.design.logo === null) return;
    this.column.picture(logoDots(this.design.logo));
    this.column.y += this.look.gap;
  }

  /** The centre, and the time beside it where there is room; else the foot says the time. */
  private setCentre({ size, languages }: TicketRow, withTime: boolean): void {
    const { column } = this;
    const face = scaled(CENTRE, size);
    const lines = column.wrap(this.of(this.paper.centre), 2, column.roomFor(face));
    for (const text of lines) column.line(text, face);
    if (withTime) {
      const when = this.when();
      const last = column.width(lines.at(-1)!, face);
      const baseline = column.y - Math.round(face.sizePx * (LINE.height - LINE.baseline));
      const room = last + column.width(when, SMALL) + BEFORE_TIME <= column.inner;
      if (room) column.end({ text: when, face: SMALL, baseline });
      else {
        this.notes.push(when);
        this.moved.add('time');
      }
    }
    if (languages === 'both') this.setOther(this.paper.centre);
    column.y += this.look.gap;
  }

  private setTime({ size }: TicketRow): void {
    const face = scaled(SMALL, size);
    this.column.line(this.column.fit(this.when(), this.column.roomFor(face)), face);
    this.column.y += this.look.gap;
  }

  /** The label at the leading side, and how many are ahead in a box at the other. */
  private setLabel({ size }: TicketRow, people: number | null): void {
    const { column, look, paper } = this;
    const code = this.codeOf();
    if (look.beside && code !== null) {
      column.besideCode(code);
      this.moved.add('code');
    }
    const text = labelText(paper.label, this.lead);
    const wishedPx = look.labelPx * SCALES[size];
    const width = column.width(text, { sizePx: wishedPx, weight: 900 });
    const ahead = new AheadBox(column, look.boxDots, this.lead);
    const box = people === null ? 0 : ahead.widthFor(people) + BESIDE_BOX;
    const isBoxed = people !== null && (column.inner - box) / width >= LABEL_SHARE_MIN;
    const share = Math.min(1, (column.inner - (isBoxed ? box : 0)) / width);
    const face: Face = { sizePx: Math.floor(wishedPx * share), weight: 900 };
    const { ascent, descent } = column.ink(text, face);
    const flags = look.boxDots === 0 && isBoxed ? flagsOf(paper, this.lead.language) : [];
    const free = column.inner - column.width(text, face) - BESIDE_BOX;
    this.areFlagsSet = flags.length > 0 && flagsWidth(column, flags) <= free;
    const flagsHeight = this.areFlagsSet ? SECOND_LINE.height : 0;
    const height = Math.max(ascent + descent, (isBoxed ? ahead.height : 0) + flagsHeight);
    if (this.areFlagsSet) setFlags(column, flags, ahead.height);
    if (isBoxed) ahead.set(people);
    const above = Math.round((height - ascent - descent) / 2);
    column.start({ text, face, baseline: column.y + above + ascent });
    column.y += height + look.gap;
    if (!isBoxed && people !== null) this.setAheadLine({ size: 'normal' });
  }

  /** Nothing where nobody could count who is ahead. */
  private setAheadLine({ size }: Pick<TicketRow, 'size'>): void {
    const { ahead } = this.paper;
    if (ahead === null) return;
    const face = scaled(AHEAD, size);
    const text = counted('peopleAhead', ahead, this.lead);
    this.column.line(this.column.fit(text, this.column.roomFor(face)), face);
    this.column.y += this.look.gap;
  }

  private setServices({ size, languages }: TicketRow): void {
    const { services } = this.paper;
    const { column, look } = this;
    const scale = SCALES[size];
    const face = scaled({ sizePx: look.servicePx, weight: 800 }, size);
    const isNarrow = look.beside || column.inner < this.sheet.width / 2 + 200;
    const linesMax = services.length > 1 ? 1 : isNarrow ? look.linesMax : 2;
    const below = Math.round(face.sizePx * SERVICE_BASELINE);
    services.forEach((service, index) => {
      const lost = look.boxDots === 0 && index === services.length - 1 ? this.setFlags() : 0;
      const flagsEnd = lost === 0 ? 0 : column.y + FLAG_DOTS;
      for (const text of column.wrap(this.of(service), linesMax, column.roomFor(face, lost))) {
        column.start({ text, face, baseline: column.y + below });
        column.y += Math.round(look.leading * scale);
      }
      if (languages === 'both') this.setOther(service);
      column.y = Math.max(column.y, flagsEnd);
    });
    const isLater = this.rows.some(({ field }) => field === 'second');
    if (!isLater && this.setFlags() > 0) column.y += SECOND_LINE.height + look.gap;
  }

  /** What the other language says, on one small line, and the flags beside it. */
  private setSecond(): void {
    const { column } = this;
    const { language } = this.second;
    const short = labelAndServices(this.paper, this.second);
    const whole = [short, this.paper.centre[language]].join(' · ');
    const room = column.roomFor(SMALL, this.setFlags());
    const label = labelText(this.paper.label, this.second);
    const fits = (text: string): boolean => room.width(text) <= room.room;
    const cut = fits(whole) ? whole : column.fit(short, room);
    // A label that is cut off would be another visitor's.
    const text = [cut, label].find((one) => one.startsWith(label) && fits(one));
    if (text === undefined) this.missed.add('second');
    else column.start({ text, face: SMALL, baseline: column.y + SECOND_LINE.baseline, language });
    column.y += SECOND_LINE.height + this.look.gap;
  }

  /** Once, at the trailing side; returns the width that they take there. */
  private setFlags(): number {
    if (this.areFlagsSet) return 0;
    this.areFlagsSet = true;
    return setFlags(this.column, flagsOf(this.paper, this.lead.language));
  }

  private setNote({ size, languages }: TicketRow): void {
    const { note } = this.design;
    if (note === null) return;
    const face = scaled(SMALL, size);
    for (const text of this.column.wrap(this.of(note), 2, this.column.roomFor(face))) {
      this.column.line(text, face);
    }
    if (languages === 'both') this.setOther(note);
    this.column.y += this.look.gap;
  }

  /** Notes and where to ask; what the code is for, unless the ticket is a tight one. */
  private setNotes(fields: readonly ('enquiry' | 'scan')[]): void {
    const { column, paper, notes } = this;
    const words = PAPER_WORDS[this.lead.language];
    const scan = fields.includes('scan') && paper.link !== null ? [words.scan] : [];
    const url = fields.includes('enquiry') ? paper.enquiryUrl : null;
    const lines = footLines(
      { notes, words: words.enquiry, url, scan },
      this.look.tight,
      column.roomFor(SMALL),
    );
    this.notes = [];
    if (!scan.every((text) => lines.join('').includes(text))) this.missed.add('scan');
    for (const text of lines) {
      column.centre({ text, face: SMALL, baseline: column.y + FOOT_LINE.baseline }, column.middle);
      column.y += FOOT_LINE.height;
    }
  }

  private setCode(isLast: boolean): void {
    const code = this.codeOf();
    if (code === null || this.look.beside) return;
    this.setNotes([]);
    const quiet = QR_QUIET_MODULES * code.moduleDots;
    this.column.y += Math.max(this.look.gap, quiet - FOOT_DESCENT);
    if (isLast && this.sheet.nativeCode) this.native = code;
    else this.column.middleCode(code);
  }

  private codeOf(): QrCode | null {
    const { link } = this.paper;
    const { moduleDots, level } = this.look;
    const isWanted = this.rows.some(({ field }) => field === 'code');
    return link === null || !isWanted ? null : { text: link, moduleDots, level };
  }

  /** A line in the other language, small. */
  private setOther(words: Words): void {
    const { language } = this.second;
    this.column.line(this.column.fit(words[language], this.column.roomFor(SMALL)), SMALL, language);
  }

  private when(): string {
    const { takenAt, zone } = this.paper;
    return takenAt === null ? '' : whenText(takenAt, zone, this.lead);
  }

  private of(words: Words): string {
    return words[this.lead.language];
  }
}
