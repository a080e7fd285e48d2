import type { Words } from '../../core/configuration.js';
import type { PaperDesign, SlipRow } from '../../core/design.js';
import { isSlip, type Paper, type SlipPaper, type TicketPaper } from '../../core/paper.js';
import type { Bitmap } from '../../paper/bitmap.js';
import { QR_QUIET_MODULES } from '../../paper/qr.js';
import { counted, PAPER_WORDS } from '../../paper/words.js';
import type { PrinterProfile } from '../printer/profile.js';
import { asciiLines, asciiWhen } from './ascii.js';
import { bandsOf } from './bands.js';
import type { Form } from './blocks.js';
import { encodeJob } from './escpos.js';
import { ECONOMY_LINES, STANDARD_LINES, type LineLook } from './looks.js';
import { LOGO_PART, partId, type TextKind } from './parts.js';
import { BASELINE_DOTS, CELL, textRows, type Piece } from './pieces.js';
import type { GraphicOf } from './marks.js';
import { TicketForm } from './ticket.js';

/** Draws an Arabic text that does not lie in the printer. */
export type Draw = (kind: TextKind, text: string) => Bitmap;

interface Means {
  readonly design: PaperDesign;
  readonly profile: PrinterProfile;
  readonly graphicOf: GraphicOf;
  /** Rows a ticket may have; what can be done without gives way to keep within them. */
  readonly lengthMaxDots: number;
  /** Without it, what does not lie in the printer is said in English. */
  readonly draw?: Draw;
}

interface Composed {
  readonly pieces: readonly Piece[];
  readonly tailDots: number;
  /** Before the tail. */
  readonly rows: number;
}

const SERVICE_LINES_MAX = 2;
export const SLIP_LINES_MAX = 3;
const GAP_DOTS = 6;
const LEADING_DOTS = 6;
const TAIL_DOTS = 16;
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
  if (!isSlip(paper)) return composeTicket(paper, means);
  const composer = new Composer(means, paper.language === 'ar');
  for (const row of means.design.slip) setSlipRow(composer, paper, row);
  return composer.composed();
}

/** A ticket in the most generous look that keeps within its length, else in the tightest. */
function composeTicket(paper: TicketPaper, means: Means): Composed {
  const { design, profile, graphicOf, lengthMaxDots } = means;
  const hasCode = profile.qr === 'native';
  const isPage = profile.page;
  const width = profile.width.dots;
  const ladder = design.economy ? ECONOMY_LINES : STANDARD_LINES;
  const compose = (look: LineLook): Composed => {
    const form = new TicketForm(paper, { design, width, graphicOf, hasCode, isPage, look }).set();
    return isPage ? onPage(form) : inLines(form);
  };
  for (const look of ladder) {
    const composed = compose(look);
    const isShort = composed.rows + composed.tailDots <= lengthMaxDots;
    if (isShort && bytesOf(profile, composed) <= TICKET_BYTES_MAX) return composed;
  }
  return compose(ladder.at(-1)!);
}

/** A slow line takes no more in the time that a visitor waits. */
const TICKET_BYTES_MAX = 600;
const bytesOf = (profile: PrinterProfile, composed: Composed): number =>
  encodeJob(profile, { ...composed, receipt: 'processId', processId: '0000' }).length;

/** Manuals differ by so many rows in where a page begins: these stay clear, and end the paper. */
function onPage({ placed, bottom }: Form): Composed {
  const rows = bottom + BASELINE_DOTS;
  return { pieces: [{ kind: 'page', rows, placed }], tailDots: 0, rows };
}

function inLines({ placed, bottom }: Form): Composed {
  const pieces: Piece[] = [];
  let at = 0;
  for (const { mark, y, rows } of placed) {
    if (y > at) pieces.push({ kind: 'feed', rows: y - at });
    pieces.push(mark);
    at = y + rows;
  }
  const last = placed.at(-1)?.mark;
  const quiet = last?.kind === 'qr' ? QR_QUIET_MODULES * last.code.moduleDots : TAIL_DOTS;
  return { pieces, tailDots: quiet, rows: bottom };
}

class Composer {
  private readonly pieces: Piece[] = [];
  private rows = 0;

  constructor(
    readonly means: Means,
    readonly isArabic: boolean,
  ) {}

  get columns(): number {
    return Math.floor(this.means.profile.width.dots / CELL.width);
  }

  composed(): Composed {
    return { pieces: this.pieces, tailDots: TAIL_DOTS, rows: this.rows };
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
    const line = {
      kind: 'text',
      text,
      width: times,
      height: times,
      leading: LEADING_DOTS,
    } as const;
    this.pieces.push(line);
    this.rows += textRows(line);
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

  private gap(rows: number): void {
    this.pieces.push({ kind: 'feed', rows });
    this.rows += rows;
  }
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
