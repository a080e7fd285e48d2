import type { Words } from '../core/configuration.js';
import type { Language } from '../core/lists.js';
import type { TicketPaper } from '../core/paper.js';
import { broken, fitted, wrapped, type Room } from './fit.js';
import { QR_QUIET_MODULES } from './qr.js';
import type { BoxItem, Face, Sheet, TextItem } from './sheet.js';
import { counted, labelText, PAPER_WORDS, whenText, type Speech } from './words.js';

/** How generously a ticket is set; sizes in dots. */
export interface Look {
  readonly labelPx: number;
  readonly servicePx: number;
  /** Rows from one service to the next. */
  readonly leading: number;
  readonly gap: number;
  /** Height of the box beside the label. */
  readonly boxDots: number;
  /** Leaves out what can be done without. */
  readonly tight: boolean;
  /** Side of one module of the QR code. */
  readonly moduleDots: number;
  readonly level: 'L' | 'M';
}

type Item = TextItem | BoxItem;
type Place = Pick<TextItem, 'text' | 'face' | 'baseline'> & { readonly language?: Language };

const MARGIN = 4;
const SMALL: Face = { sizePx: 24, weight: 700 };
const CENTRE: Face = { sizePx: 26, weight: 800 };
const AHEAD: Face = { sizePx: 26, weight: 700 };
const BOX = { radius: 16, outline: 3 };
const BOX_PADDING = 14;
const BESIDE_BOX = 16;
/** Shares of the box's height: baselines of its three lines from its top, size of the second. */
const BOX_SHARES = { words: 0.26, people: 0.61, second: 0.89, peopleSize: 0.3 };
/** Lines of text: where the baseline is, and where the next line starts. */
const CENTRE_LINE = { baseline: 24, height: 34 };
const SECOND_LINE = { baseline: 26, height: 36 };
const FOOT_LINE = { baseline: 25, height: 33 };
/** Where the baseline of a service is, in its size. */
const SERVICE_BASELINE = 0.92;
/** What the centre's name leaves clear before the time. */
const BEFORE_TIME = 20;
const FLAG = { height: 34, radius: 8 };
const FLAG_BASELINE = 26;
const FLAG_PADDING = 11;
const BETWEEN_FLAGS = 8;
const BESIDE_FLAGS = 12;
/** Clear rows that the last line of text leaves below itself. */
const FOOT_DESCENT = 4;

/** Sets one ticket from the top down; the visitor's language leads, the other follows small. */
export class Setter {
  private readonly items: Item[] = [];
  private readonly lead: Speech;
  private readonly second: Speech;
  private readonly inner: number;
  /** Said at the foot. */
  private readonly notes: string[] = [];
  private y = 0;

  constructor(
    private readonly paper: TicketPaper,
    private readonly sheet: Sheet,
    private readonly look: Look,
  ) {
    const { language, digits } = paper;
    this.lead = { language, digits };
    this.second = { language: language === 'ar' ? 'en' : 'ar', digits };
    this.inner = sheet.width - 2 * MARGIN;
  }

  set(): { readonly items: readonly Item[]; readonly height: number } {
    this.setHead();
    this.setLabel();
    this.setServices();
    this.setSecond();
    this.setFoot();
    return { items: this.items, height: this.y };
  }

  /** The centre, and the time beside it where there is room; else the foot says the time. */
  private setHead(): void {
    const { centre, takenAt, zone } = this.paper;
    const when = whenText(takenAt, zone, this.lead);
    const lines = wrapped(this.of(centre), 2, this.roomFor(CENTRE));
    for (const text of lines) {
      this.start({ text, face: CENTRE, baseline: this.y + CENTRE_LINE.baseline });
      this.y += CENTRE_LINE.height;
    }
    const last = this.width(lines.at(-1)!, CENTRE);
    const baseline = this.y - CENTRE_LINE.height + CENTRE_LINE.baseline;
    if (last + this.width(when, SMALL) + BEFORE_TIME > this.inner) this.notes.push(when);
    else this.end({ text: when, face: SMALL, baseline });
    this.y += this.look.gap;
  }

  /** The label at the leading side, and how many are ahead in a box at the other. */
  private setLabel(): void {
    const text = labelText(this.paper.label, this.lead);
    const boxWidth = this.setAhead();
    const room = this.inner - boxWidth - BESIDE_BOX;
    const width = this.width(text, { sizePx: this.look.labelPx, weight: 900 });
    const sizePx = Math.floor(this.look.labelPx * Math.min(1, room / width));
    const face: Face = { sizePx, weight: 900 };
    const { ascent, descent } = this.sheet.measure.ink(text, face);
    const height = Math.max(ascent + descent, this.look.boxDots);
    const above = Math.round((height - ascent - descent) / 2);
    this.start({ text, face, baseline: this.y + above + ascent });
    this.y += height + this.look.gap;
  }

  /** Returns the width of the box; there is none where nobody could count who is ahead. */
  private setAhead(): number {
    const { ahead } = this.paper;
    if (ahead === null) return 0;
    const { boxDots } = this.look;
    const { language } = this.lead;
    const at = (share: number): number => this.y + Math.round(boxDots * share);
    const people: Face = { sizePx: Math.round(boxDots * BOX_SHARES.peopleSize), weight: 900 };
    const words = PAPER_WORDS[language].ahead;
    const count = counted('people', ahead, this.lead);
    const second = counted('peopleAhead', ahead, this.second);
    const other = this.second.language;
    const lines = [
      { text: words, language, face: AHEAD, baseline: at(BOX_SHARES.words) },
      { text: count, language, face: people, baseline: at(BOX_SHARES.people) },
      { text: second, language: other, face: SMALL, baseline: at(BOX_SHARES.second) },
    ];
    const widest = Math.max(...lines.map(({ text, face }) => this.width(text, face)));
    const width = Math.ceil(widest) + 2 * BOX_PADDING;
    const x = this.isRtl ? MARGIN : this.sheet.width - MARGIN - width;
    this.items.push({ kind: 'box', x, y: this.y, width, height: boxDots, ...BOX });
    for (const line of lines) this.centre(line, x + width / 2);
    return width;
  }

  private setServices(): void {
    const { services } = this.paper;
    const face: Face = { sizePx: this.look.servicePx, weight: 800 };
    const linesMax = services.length === 1 ? 2 : 1;
    const below = Math.round(this.look.servicePx * SERVICE_BASELINE);
    for (const service of services) {
      for (const text of wrapped(this.of(service), linesMax, this.roomFor(face))) {
        this.start({ text, face, baseline: this.y + below });
        this.y += this.look.leading;
      }
    }
  }

  /** What the other language says, on one small line, and the flags beside it. */
  private setSecond(): void {
    const { label, services, centre } = this.paper;
    const { language } = this.second;
    const name =
      services.length === 1
        ? services[0]![language]
        : counted('services', services.length, this.second);
    const short = [labelText(label, this.second), name].join(' · ');
    const whole = [short, centre[language]].join(' · ');
    const room = { ...this.roomFor(SMALL), room: this.inner - this.setFlags() };
    const text = room.width(whole) <= room.room ? whole : fitted(short, room);
    this.start({ text, face: SMALL, baseline: this.y + SECOND_LINE.baseline, language });
    this.y += SECOND_LINE.height + this.look.gap;
  }

  /** Returns the width that the flags take at the trailing side. */
  private setFlags(): number {
    const { classId, copy, training } = this.paper;
    const words = PAPER_WORDS[this.lead.language];
    const flags = [
      ...(training ? [words.training] : []),
      ...(copy === 'first' ? [] : [words.copy[copy]]),
      ...(classId === '' ? [] : [classId]),
    ];
    let used = 0;
    for (const text of flags) {
      const width = Math.ceil(this.width(text, SMALL)) + 2 * FLAG_PADDING;
      const x = this.isRtl ? MARGIN + used : this.sheet.width - MARGIN - used - width;
      const white = text !== classId;
      const box = { kind: 'box', x, y: this.y, width, outline: white ? 0 : BOX.outline } as const;
      this.items.push({ ...box, ...FLAG });
      const baseline = this.y + FLAG_BASELINE;
      this.centre({ text, face: SMALL, baseline }, x + width / 2, white);
      used += width + BETWEEN_FLAGS;
    }
    return used === 0 ? 0 : used + BESIDE_FLAGS;
  }

  /** Notes and where to ask; what the code below is for, unless the ticket is a tight one. */
  private setFoot(): void {
    const { link, enquiryUrl } = this.paper;
    const words = PAPER_WORDS[this.lead.language];
    const scan = link === null ? [] : [words.scan];
    const address = enquiryUrl === null ? [] : [`\u2066${enquiryUrl}\u2069`];
    const asking = address.map((text) => `${words.enquiry}: ${text}`);
    const lines = [
      [[...this.notes, ...asking, ...scan]],
      [[...this.notes, ...address, ...scan]],
      this.look.tight ? [[...this.notes, ...address]] : [[...this.notes, ...asking], scan],
      [[...this.notes, ...address], ...(this.look.tight ? [] : [scan])],
      [...this.notes, ...address, ...scan].map((text) => [text]),
    ].map((choice) => choice.map((parts) => parts.join(' · ')).filter((line) => line !== ''));
    const { width, room } = this.roomFor(SMALL);
    const chosen = lines.find((choice) => choice.every((line) => width(line) <= room));
    for (const line of chosen ?? lines.at(-1)!) {
      for (const text of broken(line, { width, room })) {
        const baseline = this.y + FOOT_LINE.baseline;
        this.centre({ text, face: SMALL, baseline }, this.sheet.width / 2);
        this.y += FOOT_LINE.height;
      }
    }
    if (link !== null)
      this.y += Math.max(this.look.gap, QR_QUIET_MODULES * this.look.moduleDots - FOOT_DESCENT);
  }

  private get isRtl(): boolean {
    return this.lead.language === 'ar';
  }

  private of(words: Words): string {
    return words[this.lead.language];
  }

  private width(text: string, face: Face): number {
    return this.sheet.measure.width(text, face);
  }

  private roomFor(face: Face): Room {
    return { width: (text) => this.width(text, face), room: this.inner };
  }

  private start({ language = this.lead.language, ...place }: Place): void {
    const at = this.isRtl
      ? ({ x: this.sheet.width - MARGIN, anchor: 'right' } as const)
      : ({ x: MARGIN, anchor: 'left' } as const);
    this.items.push({ kind: 'text', ...place, ...at, language, white: false });
  }

  private end(place: Place): void {
    const at = this.isRtl
      ? ({ x: MARGIN, anchor: 'left' } as const)
      : ({ x: this.sheet.width - MARGIN, anchor: 'right' } as const);
    this.items.push({ kind: 'text', language: this.lead.language, ...place, ...at, white: false });
  }

  private centre(place: Place, x: number, white = false): void {
    const { language } = this.lead;
    this.items.push({ kind: 'text', language, ...place, x, anchor: 'centre', white });
  }
}
