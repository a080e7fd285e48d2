import type { Words } from '../../core/configuration.js';
import type { FieldSize, PaperDesign, SlipRow, TicketRow } from '../../core/design.js';
import { isSlip, type Paper, type SlipPaper, type TicketPaper } from '../../core/paper.js';
import { qrModules, QR_QUIET_MODULES } from '../../paper/qr.js';
import { counted, PAPER_WORDS } from '../../paper/words.js';
import type { Bitmap } from '../../paper/bitmap.js';
import type { PrinterProfile } from '../printer/profile.js';
import { asciiLines, asciiWhen, toAscii } from './ascii.js';
import { bandsOf } from './bands.js';
import { LOGO_PART, partId, type TextKind } from './parts.js';
import { CELL, textRows, type Piece } from './pieces.js';

/** A graphic that lies in the printer. */
export interface Graphic {
  readonly key: string;
  readonly rows: number;
}
/** What lies in the printer for a part of a paper. */
export type GraphicOf = (partId: string) => Graphic | undefined;

/** Draws an Arabic text that does not lie in the printer. */
export type Draw = (kind: TextKind, text: string) => Bitmap;

interface Means {
  readonly design: PaperDesign;
  readonly profile: Pick<PrinterProfile, 'width' | 'qr' | 'raster'>;
  readonly graphicOf: GraphicOf;
  /** Without it, what does not lie in the printer is said in English. */
  readonly draw?: Draw;
}

interface Composed {
  readonly pieces: readonly Piece[];
  readonly tailDots: number;
  /** Before the tail. */
  readonly rows: number;
}

const LABEL_SCALES: Readonly<Record<FieldSize, number>> = { small: 4, normal: 6, large: 8 };
const SERVICE_LINES_MAX = 2;
export const SLIP_LINES_MAX = 3;
const GAP_DOTS = 6;
const TAIL_DOTS = 16;
const CODE = { moduleDots: 4, level: 'M' } as const;
/** What stands before each paper, fee and step. */
const BULLET = '•\u00a0';
const EN = { language: 'en', digits: 'latn' } as const;
const ENGLISH = PAPER_WORDS.en;
const ARABIC = PAPER_WORDS.ar;

/**
 * A paper line by line in the printer's own letters, with a graphic from its memory where an
 * Arabic part lies there, or a drawn one; else the English of it stands.
 */
export function composeLines(paper: Paper, means: Means): Composed {
  const composer = new Composer(means, paper.language === 'ar');
  if (isSlip(paper)) for (const row of means.design.slip) setSlipRow(composer, paper, row);
  else for (const row of means.design.ticket) setTicketRow(composer, paper, row);
  return composer.composed();
}

class Composer {
  private readonly pieces: Piece[] = [];
  private rows = 0;
  private tailDots = TAIL_DOTS;

  constructor(
    readonly means: Means,
    readonly isArabic: boolean,
  ) {}

  get columns(): number {
    return Math.floor(this.means.profile.width.dots / CELL.width);
  }

  composed(): Composed {
    return { pieces: this.pieces, tailDots: this.tailDots, rows: this.rows };
  }

  /** An Arabic text as a graphic. False if it does not lie in the printer, and is not drawn. */
  graphic(kind: TextKind, text: string): boolean {
    return this.part(partId(kind, text)) || this.drawn(kind, text);
  }

  private drawn(kind: TextKind, text: string): boolean {
    const { draw, profile } = this.means;
    if (draw === undefined) return false;
    const bitmap = draw(kind, text);
    this.pieces.push(...bandsOf(bitmap, profile.raster.maxBandRows));
    this.rows += bitmap.rows;
    this.gap(GAP_DOTS);
    return true;
  }

  part(id: string): boolean {
    const found = this.means.graphicOf(id);
    if (found === undefined) return false;
    this.pieces.push({ kind: 'graphic', key: found.key });
    this.rows += found.rows;
    this.gap(GAP_DOTS);
    return true;
  }

  /** ASCII, as large as it fits. */
  text(text: string, scale = 1): void {
    const fits = Math.max(1, Math.floor(this.columns / Math.max(1, text.length)));
    const times = Math.min(scale, fits);
    this.pieces.push({ kind: 'text', text, width: times, height: times });
    this.rows += textRows(times);
  }

  english(text: string, linesMax: number): void {
    for (const line of asciiLines(text, this.columns, linesMax)) this.text(line);
  }

  /** The visitor's language where it can be printed, else English. */
  words(kind: TextKind, words: Words, linesMax: number): void {
    if (this.isArabic && this.graphic(kind, words.ar)) return;
    this.english(words.en, linesMax);
  }

  other(kind: TextKind, words: Words): void {
    if (this.isArabic) this.english(words.en, 1);
    else this.graphic(kind, words.ar);
  }

  code(text: string): void {
    const size = qrModules(text, CODE.level).length * CODE.moduleDots;
    const quiet = QR_QUIET_MODULES * CODE.moduleDots;
    this.gap(quiet - GAP_DOTS);
    this.pieces.push({ kind: 'qr', code: { text, ...CODE } });
    this.rows += size;
    this.tailDots = quiet;
  }

  private gap(rows: number): void {
    this.pieces.push({ kind: 'feed', rows });
    this.rows += rows;
  }
}

function setTicketRow(composer: Composer, paper: TicketPaper, row: TicketRow): void {
  const both = row.languages === 'both';
  switch (row.field) {
    case 'logo':
      return void composer.part(LOGO_PART);
    case 'centre':
      composer.words('centre', paper.centre, SERVICE_LINES_MAX);
      if (both) composer.other('centre', paper.centre);
      return;
    case 'time':
      if (paper.takenAt === null) return;
      return composer.text(asciiWhen(paper.takenAt, paper.zone));
    case 'label':
      return setLabel(composer, paper, LABEL_SCALES[row.size]);
    case 'ahead':
      return paper.ahead === null ? undefined : setAhead(composer, paper.ahead);
    case 'services':
      for (const service of paper.services) {
        composer.words('service', service, SERVICE_LINES_MAX);
        if (both) composer.other('service', service);
      }
      return setFlags(composer, paper);
    case 'second':
      return setSecond(composer, paper);
    case 'note':
      return setNote(composer, both);
    case 'enquiry':
      return paper.enquiryUrl === null ? undefined : composer.english(paper.enquiryUrl, 2);
    case 'scan':
      if (linkOf(composer, paper) === null) return;
      return composer.words('text', { ar: ARABIC.scan, en: ENGLISH.scan }, 1);
    case 'code': {
      const link = linkOf(composer, paper);
      return link === null ? undefined : composer.code(link);
    }
  }
}

/** Where the printer draws no code, nothing speaks of one. */
const linkOf = ({ means }: Composer, { link }: TicketPaper): string | null =>
  means.profile.qr === 'native' ? link : null;

/** The Arabic letter above its number, or the English one before it. */
function setLabel(composer: Composer, { label }: TicketPaper, scale: number): void {
  const number = String(label.number);
  const { letter } = label;
  if (letter === null) return composer.text(number, scale);
  if (composer.isArabic && composer.graphic('letter', letter.ar)) {
    return composer.text(number, scale);
  }
  return composer.text(`${toAscii(letter.en)} ${number}`.trim(), scale);
}

function setAhead(composer: Composer, ahead: number): void {
  const nobody = ahead === 0 && composer.isArabic;
  if (nobody && composer.graphic('text', ARABIC.peopleAhead.zero ?? '')) return;
  if (ahead > 0 && composer.isArabic && composer.graphic('text', ARABIC.ahead)) {
    return composer.text(String(ahead), 2);
  }
  composer.text(counted('peopleAhead', ahead, EN));
}

function setSecond(composer: Composer, { label, services }: TicketPaper): void {
  const [first] = services;
  if (!composer.isArabic) {
    if (services.length === 1 && first !== undefined) composer.graphic('service', first.ar);
    return;
  }
  const letter = label.letter === null ? '' : `${label.letter.en} `;
  const name = services.length === 1 ? first!.en : counted('services', services.length, EN);
  composer.english(`${letter}${label.number} - ${name}`, 1);
}

function setFlags(composer: Composer, { training, copy, classId }: TicketPaper): void {
  if (training) composer.words('text', { ar: ARABIC.training, en: ENGLISH.training }, 1);
  if (copy !== 'first')
    composer.words('text', { ar: ARABIC.copy[copy], en: ENGLISH.copy[copy] }, 1);
  if (classId !== '') composer.text(classId, 2);
}

function setNote(composer: Composer, both: boolean): void {
  const { note } = composer.means.design;
  if (note === null) return;
  composer.words('text', note, SERVICE_LINES_MAX);
  if (both) composer.other('text', note);
}

type SlipText = keyof typeof ENGLISH.slip;
const slipWords = (name: SlipText): Words => ({ ar: ARABIC.slip[name], en: ENGLISH.slip[name] });

/** A heading, and what stands under it: unknown is said, and so is that nothing is needed. */
function setList(composer: Composer, name: SlipText, items: readonly Words[] | null): void {
  composer.words('heading', slipWords(name), 1);
  if (items === null) return composer.words('text', slipWords('ask'), 1);
  if (items.length === 0) return composer.words('text', slipWords('none'), 1);
  for (const { ar, en } of items) {
    composer.words('text', { ar: `${BULLET}${ar}`, en: `- ${en}` }, SLIP_LINES_MAX);
  }
}

function setDays(composer: Composer, { days, digits }: SlipPaper): void {
  composer.words('heading', slipWords('days'), 1);
  if (days === null) return composer.words('text', slipWords('ask'), 1);
  const ar = counted('days', days, { language: 'ar', digits });
  composer.words('text', { ar, en: counted('days', days, EN) }, 1);
}

function setSlipRow(composer: Composer, paper: SlipPaper, row: SlipRow): void {
  switch (row.field) {
    case 'logo':
      return void composer.part(LOGO_PART);
    case 'centre':
      return composer.words('centre', paper.centre, SERVICE_LINES_MAX);
    case 'time':
      return composer.text(asciiWhen(paper.takenAt, paper.zone));
    case 'service':
      return composer.words('service', paper.service, SERVICE_LINES_MAX);
    case 'second':
      return composer.other('service', paper.service);
    case 'eligibility':
      return setList(composer, row.field, paper.eligibility && [paper.eligibility]);
    case 'papers':
    case 'fees':
    case 'procedure':
      return setList(composer, row.field, paper[row.field]);
    case 'days':
      return setDays(composer, paper);
    case 'note':
      return setNote(composer, row.languages === 'both');
    case 'enquiry':
      return paper.enquiryUrl === null ? undefined : composer.english(paper.enquiryUrl, 2);
  }
}
